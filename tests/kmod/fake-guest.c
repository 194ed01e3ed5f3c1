// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * The port cp-mem.h over an array. Page i of the client is at host frame FRAME_FIRST + i *
 * FRAME_STEP, so that neighbours never are neighbours on the host; our own memory is in the
 * frames behind those.
 */
#include "fake-guest.h"
#include "kmod/limits.h"

#define FRAME_FIRST 0x1000u
#define FRAME_STEP  0x101u
#define PAGES_MAX   17000
#define OWN_MAX	    1500
#define PINS_MAX    20000

struct guest_map {
	u64 iova;
	unsigned int npages;
	unsigned int first;
	bool writable;
};

struct guest_pin {
	u64 iova;
	unsigned int npages;
	bool store;
};

struct cp_mem {
	struct guest_map map[GUEST_MAPS_MAX];
	unsigned int nmaps;
	u8 *bytes;
	unsigned int npages;
	unsigned int capacity;
	bool touched[PAGES_MAX];
	u16 pins[PAGES_MAX];
	u16 store_pins[PAGES_MAX];
	struct guest_pin pin[PINS_MAX];
	unsigned int npins;
	u8 *own[OWN_MAX];
	size_t own_size[OWN_MAX];
	unsigned int nown;
	unsigned int nzalloc;
	unsigned int calls[_GUEST_CALL_MAX];
	unsigned int fail_kinds;
	unsigned int fail_in;
	int fail_error;
	bool has_failed;
	bool mutate;
};

static struct cp_mem *current;
static unsigned int warnings_expected;

bool shim_warn(bool condition, const char *text, const char *file, int line)
{
	if (condition && warnings_expected == 0)
		require_failed(file, line, "WARN_ON_ONCE(%s)", text);
	if (condition)
		warnings_expected--;
	return condition;
}

void guest_expect_warning(void)
{
	warnings_expected++;
}

static int call_enter(struct cp_mem *guest, enum guest_call call)
{
	guest->calls[call]++;
	if (!(guest->fail_kinds & (1u << call)) || guest->fail_in == 0)
		return 0;
	guest->fail_in--;
	if (guest->fail_in > 0)
		return 0;
	guest->has_failed = true;
	return guest->fail_error;
}

void *shim_zalloc(size_t n, size_t size)
{
	void *p;

	if (call_enter(current, GUEST_ZALLOC))
		return NULL;
	p = calloc(n, size);
	REQUIRE(p);
	current->nzalloc++;
	return p;
}

void shim_free(void *p)
{
	if (!p)
		return;
	current->nzalloc--;
	free(p);
}

struct cp_mem *guest_new(void)
{
	struct cp_mem *guest = calloc(1, sizeof(*guest));

	REQUIRE(guest);
	current = guest;
	warnings_expected = 0;
	return guest;
}

static void guest_require_empty(const struct cp_mem *guest)
{
	REQUIRE(guest->npins == 0);
	REQUIRE(guest->nown == 0);
	REQUIRE(guest->nzalloc == 0);
	REQUIRE(warnings_expected == 0);
}

void guest_clear(struct cp_mem *guest)
{
	guest_require_empty(guest);
	memset(guest->touched, 0, guest->npages);
	memset(guest->calls, 0, sizeof(guest->calls));
	guest->nmaps = 0;
	guest->npages = 0;
	guest->mutate = false;
	guest_fail(guest, 0, 0, 0);
}

struct cp_mem *guest_free(struct cp_mem *guest)
{
	guest_require_empty(guest);
	free(guest->bytes);
	free(guest);
	current = NULL;
	return NULL;
}

void guest_map(struct cp_mem *guest, u64 iova, unsigned int npages, bool writable)
{
	struct guest_map *map = &guest->map[guest->nmaps];

	REQUIRE(guest->nmaps < GUEST_MAPS_MAX);
	REQUIRE(guest->npages + npages <= PAGES_MAX);
	if (guest->npages + npages > guest->capacity) {
		guest->capacity = guest->npages + npages;
		guest->bytes = realloc(guest->bytes, (size_t)guest->capacity * CP_PAGE_SIZE);
		REQUIRE(guest->bytes);
	}
	memset(guest->bytes + (size_t)guest->npages * CP_PAGE_SIZE, 0,
	       (size_t)npages * CP_PAGE_SIZE);
	map->iova = iova;
	map->npages = npages;
	map->first = guest->npages;
	map->writable = writable;
	guest->npages += npages;
	guest->nmaps++;
}

static struct guest_map *map_find(struct cp_mem *guest, u64 iova)
{
	struct guest_map *map;
	unsigned int i;

	for (i = 0; i < guest->nmaps; i++) {
		map = &guest->map[i];
		if (iova >= map->iova && (iova - map->iova) >> CP_PAGE_SHIFT < map->npages)
			return map;
	}
	return NULL;
}

void guest_set_writable(struct cp_mem *guest, u64 iova, bool writable)
{
	map_find(guest, iova)->writable = writable;
}

static unsigned int pages_of(u64 iova, size_t len)
{
	return (unsigned int)(((iova & (CP_PAGE_SIZE - 1)) + len - 1) >> CP_PAGE_SHIFT) + 1;
}

/* Index of the page, -1: none. */
static int page_find(struct cp_mem *guest, u64 iova, bool store)
{
	struct guest_map *map = map_find(guest, iova);

	if (!map || (store && !map->writable))
		return -1;
	return (int)(map->first + ((iova - map->iova) >> CP_PAGE_SHIFT));
}

int guest_page(struct cp_mem *guest, u64 iova)
{
	return page_find(guest, iova, false);
}

unsigned int guest_pages(struct cp_mem *guest)
{
	return guest->npages;
}

/* Copies page by page; -EFAULT at the first page that is not there. */
static int guest_copy(struct cp_mem *guest, u64 iova, u8 *to, const u8 *from, size_t len,
		      bool check_store)
{
	size_t done, part, pos;
	u8 *bytes;
	int page;

	for (done = 0; done < len; done += part) {
		page = page_find(guest, iova + done, check_store);
		if (page < 0)
			return -EFAULT;
		pos = (iova + done) & (CP_PAGE_SIZE - 1);
		part = min(len - done, (size_t)CP_PAGE_SIZE - pos);
		bytes = guest->bytes + (size_t)page * CP_PAGE_SIZE + pos;
		if (to)
			memcpy(to + done, bytes, part);
		else
			memcpy(bytes, from + done, part);
	}
	return 0;
}

void guest_put(struct cp_mem *guest, u64 iova, const void *buf, size_t len)
{
	REQUIRE(guest_copy(guest, iova, NULL, buf, len, false) == 0);
}

void guest_get(struct cp_mem *guest, u64 iova, void *buf, size_t len)
{
	REQUIRE(guest_copy(guest, iova, buf, NULL, len, false) == 0);
}

bool guest_is_mapped(struct cp_mem *guest, u64 iova, size_t len, bool store)
{
	unsigned int npages = pages_of(iova, len);
	unsigned int i;

	for (i = 0; i < npages; i++)
		if (page_find(guest, iova + (u64)i * CP_PAGE_SIZE, store) < 0)
			return false;
	return true;
}

u8 *guest_snapshot(struct cp_mem *guest, size_t *ret_len)
{
	size_t len = (size_t)guest->npages * CP_PAGE_SIZE;
	u8 *snapshot = malloc(len);

	REQUIRE(snapshot);
	memcpy(snapshot, guest->bytes, len);
	*ret_len = len;
	return snapshot;
}

void guest_restore(struct cp_mem *guest, const u8 *snapshot)
{
	memcpy(guest->bytes, snapshot, (size_t)guest->npages * CP_PAGE_SIZE);
}

void guest_get_from(struct cp_mem *guest, const u8 *snapshot, u64 iova, void *buf, size_t len)
{
	int page = page_find(guest, iova, false);
	size_t pos = iova & (CP_PAGE_SIZE - 1);

	REQUIRE(page >= 0);
	REQUIRE(pos + len <= CP_PAGE_SIZE);
	memcpy(buf, snapshot + (size_t)page * CP_PAGE_SIZE + pos, len);
}

void guest_fail(struct cp_mem *guest, unsigned int kinds, unsigned int nth, int error)
{
	guest->fail_kinds = kinds;
	guest->fail_in = nth;
	guest->fail_error = error;
	guest->has_failed = false;
}

bool guest_has_failed(struct cp_mem *guest)
{
	return guest->has_failed;
}

void guest_mutate(struct cp_mem *guest, bool on)
{
	guest->mutate = on;
}

unsigned int guest_calls(struct cp_mem *guest, enum guest_call call)
{
	return guest->calls[call];
}

unsigned int guest_pinned_pages(struct cp_mem *guest)
{
	unsigned int i, n = 0;

	for (i = 0; i < guest->npins; i++)
		n += guest->pin[i].npages;
	return n;
}

unsigned int guest_allocations(struct cp_mem *guest)
{
	return guest->nown;
}

unsigned int guest_zallocations(struct cp_mem *guest)
{
	return guest->nzalloc;
}

bool guest_is_pinned(struct cp_mem *guest, u64 iova, bool store)
{
	int page = page_find(guest, iova, false);

	return page >= 0 && (store ? guest->store_pins[page] : guest->pins[page]) > 0;
}

bool guest_page_is_pinned(struct cp_mem *guest, unsigned int page, bool store)
{
	return (store ? guest->store_pins[page] : guest->pins[page]) > 0;
}

bool guest_was_touched(struct cp_mem *guest, unsigned int page)
{
	return guest->touched[page];
}

u8 *guest_host_own(struct cp_mem *guest, u64 host)
{
	u64 frame = (host >> CP_PAGE_SHIFT) - FRAME_FIRST;
	u64 i = frame / FRAME_STEP;
	u64 at = host - ((FRAME_FIRST + 1 + i * FRAME_STEP) << CP_PAGE_SHIFT);

	if (i >= OWN_MAX || !guest->own[i] || at >= guest->own_size[i])
		return NULL;
	return guest->own[i] + at;
}

u8 *guest_host_pinned(struct cp_mem *guest, u64 host, bool store)
{
	u64 frame = (host >> CP_PAGE_SHIFT) - FRAME_FIRST;
	u64 i = frame / FRAME_STEP;

	if (frame % FRAME_STEP != 0 || i >= guest->npages)
		return NULL;
	if ((store ? guest->store_pins[i] : guest->pins[i]) == 0)
		return NULL;
	return guest->bytes + i * CP_PAGE_SIZE + (host & (CP_PAGE_SIZE - 1));
}

/* -- the port -- */

static void pages_touch(struct cp_mem *guest, u64 iova, size_t len)
{
	unsigned int npages = pages_of(iova, len);
	unsigned int i;

	for (i = 0; i < npages; i++)
		guest->touched[page_find(guest, iova + (u64)i * CP_PAGE_SIZE, false)] = true;
}

int cp_mem_read(struct cp_mem *guest, u64 iova, void *buf, size_t len)
{
	u8 *p = buf;
	size_t i;
	int r;

	REQUIRE(len > 0);
	r = call_enter(guest, GUEST_READ);
	if (r)
		return r;
	r = guest_copy(guest, iova, buf, NULL, len, false);
	if (!r)
		pages_touch(guest, iova, len);
	if (r || !guest->mutate)
		return r;
	for (i = 0; i < len; i++)
		p[i] = (u8)~p[i];
	guest_put(guest, iova, buf, len);
	for (i = 0; i < len; i++)
		p[i] = (u8)~p[i];
	return 0;
}

bool cp_mem_peek(struct cp_mem *guest, u64 host, void *buf, size_t len)
{
	u8 *bytes = guest_host_pinned(guest, host, false), *p = buf;
	size_t i;

	if (call_enter(guest, GUEST_PEEK))
		return false;
	REQUIRE(bytes && len > 0 && (host & (CP_PAGE_SIZE - 1)) + len <= CP_PAGE_SIZE);
	memcpy(buf, bytes, len);
	for (i = 0; guest->mutate && i < len; i++)
		bytes[i] = (u8)~p[i];
	return true;
}

int cp_mem_write(struct cp_mem *guest, u64 iova, const void *buf, size_t len)
{
	int r;

	REQUIRE(len > 0);
	r = call_enter(guest, GUEST_WRITE);
	if (r)
		return r;
	return guest_copy(guest, iova, NULL, buf, len, true);
}

static void pages_count(struct cp_mem *guest, const struct guest_pin *pin, int by)
{
	unsigned int i;
	int page;

	for (i = 0; i < pin->npages; i++) {
		page = page_find(guest, pin->iova + (u64)i * CP_PAGE_SIZE, false);
		guest->pins[page] = (u16)(guest->pins[page] + by);
		if (pin->store)
			guest->store_pins[page] = (u16)(guest->store_pins[page] + by);
	}
}

int cp_mem_pin(struct cp_mem *guest, u64 iova, unsigned int npages, bool store, u64 *ret_host)
{
	struct guest_pin pin = { .iova = iova, .npages = npages, .store = store };
	unsigned int i;
	int page, r;

	REQUIRE(IS_ALIGNED(iova, CP_PAGE_SIZE));
	REQUIRE(npages >= 1);
	REQUIRE(npages <= 512);
	REQUIRE(iova + (u64)npages * CP_PAGE_SIZE - 1 > iova);
	r = call_enter(guest, GUEST_PIN);
	if (r)
		return r;
	for (i = 0; i < npages; i++) {
		page = page_find(guest, iova + (u64)i * CP_PAGE_SIZE, false);
		if (page < 0)
			return -EINVAL;
		if (store && page_find(guest, iova + (u64)i * CP_PAGE_SIZE, true) < 0)
			return -EPERM;
		ret_host[i] = (u64)(FRAME_FIRST + (u32)page * FRAME_STEP) << CP_PAGE_SHIFT;
	}
	REQUIRE(guest->npins < PINS_MAX);
	guest->pin[guest->npins++] = pin;
	pages_touch(guest, iova, (size_t)npages * CP_PAGE_SIZE);
	pages_count(guest, &pin, 1);
	return 0;
}

void cp_mem_unpin(struct cp_mem *guest, u64 iova, unsigned int npages)
{
	unsigned int i = guest->npins;

	while (i-- > 0) {
		if (guest->pin[i].iova != iova || guest->pin[i].npages != npages)
			continue;
		pages_count(guest, &guest->pin[i], -1);
		guest->pin[i] = guest->pin[--guest->npins];
		return;
	}
	FAIL("unpin of what is not pinned: %llx, %u pages", (unsigned long long)iova, npages);
}

void *cp_mem_alloc(struct cp_mem *guest, size_t size, u32 *ret_host)
{
	unsigned int i;

	REQUIRE(size == CP_PAGE_SIZE || size == CP_BUFFER_BYTES);
	if (call_enter(guest, GUEST_ALLOC))
		return NULL;
	for (i = 0; guest->own[i]; i++)
		REQUIRE(i + 1 < OWN_MAX);
	guest->own[i] = calloc(1, size);
	REQUIRE(guest->own[i]);
	guest->own_size[i] = size;
	guest->nown++;
	*ret_host = (FRAME_FIRST + 1 + i * FRAME_STEP) << CP_PAGE_SHIFT;
	return guest->own[i];
}

void cp_mem_free(struct cp_mem *guest, void *p, size_t size)
{
	unsigned int i;

	for (i = 0; i < OWN_MAX && guest->own[i] != p; i++)
		;
	REQUIRE(i < OWN_MAX && guest->own_size[i] == size);
	free(p);
	guest->own[i] = NULL;
	guest->nown--;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright the ccwbroker authors
/*
 * Target: what a client may do with the fd of a device: reads and writes anywhere, ioctls with anything behind
 * them, while interrupts come and channel paths go. The oracle is a model of the interface as linux/vfio_ccw.h and
 * kmod/uapi/ccwbroker.h have it: each call's result, every byte that comes back, and what reaches the request.
 */
#include "device-model.h"
#include "kmod/require.h"
#include "target.h"

#include <asm/crw.h>

#define USER_MAX 192

struct input {
	const uint8_t *data;
	size_t size;
};

static uint8_t take(struct input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->data++;
}

static void take_bytes(struct input *in, uint8_t *to, size_t n)
{
	while (n--)
		*to++ = take(in);
}

/* ---- reads and writes ---- */

/* Mostly in a region, here and there far away. */
static struct access take_access(struct input *in)
{
	struct access a = { .region = take(in) % 6,
			    .pos = take(in) % 136,
			    .count = take(in) % 140 };
	uint8_t far = take(in);

	if (far > 240)
		a.region = 1ull << (far - 220);
	if (far == 255)
		a.pos = 1023;
	a.offset = a.region << 10 | a.pos;
	return a;
}

static void read_and_judge(struct access a)
{
	loff_t offset = a.offset;
	uint8_t bytes[USER_MAX];
	ssize_t expected, got;

	expected = model_read(&a, bytes);
	got = fake_driver.ops->read(&fake_driver.dev->vdev, (char *)fake_driver.user, a.count,
				    &offset);
	REQUIRE(got == expected);
	if (got > 0)
		REQUIRE(!memcmp(fake_driver.user, bytes, a.count));
}

static void do_read(struct input *in)
{
	read_and_judge(take_access(in));
}

/* Whoever stays reads all that came. */
static void drain(void)
{
	const struct access a = { .offset = 3 << 10, .region = 3, .count = 8 };
	uint8_t user[8];

	fake_driver.user = user;
	fake_driver.user_size = sizeof(user);
	while (model.n_words && !model.is_revoked)
		read_and_judge(a);
}

static void do_write(struct input *in)
{
	struct access a = take_access(in);
	loff_t offset;
	ssize_t expected, got;

	if (take(in) % 4 && a.region < 2) { /* what has an effect */
		a.pos = 0;
		a.count = model_region_sizes[a.region];
		a.offset = a.region << 10;
		if (a.region == 1 && fake_driver.user_size >= 4)
			memcpy(fake_driver.user, &(uint32_t){ take(in) % 4 }, 4);
	}
	offset = a.offset;
	expected = model_write(&a);
	got = fake_driver.ops->write(&fake_driver.dev->vdev, (const char *)fake_driver.user,
				     a.count, &offset);
	REQUIRE(got == expected);
	if (a.region == 0 && got > 0)
		REQUIRE(!memcmp(fake_driver.orb, model.io.orb_area, sizeof(fake_driver.orb)));
}

/* ---- ioctls ---- */

/* What came back from an ioctl that went well. */
static void judge_answer(unsigned int op, const uint8_t *before)
{
	const struct vfio_region_info *region = (const void *)fake_driver.user;
	struct ccwbroker_memory memory;

	if (op == VFIO_DEVICE_GET_INFO) {
		REQUIRE(model_user_word(8) == 4 && model_user_word(12) == VFIO_CCW_NUM_IRQS);
	} else if (op == VFIO_DEVICE_GET_REGION_INFO) {
		REQUIRE(region->size == model_region_sizes[region->index] &&
			region->offset == (uint64_t)region->index << 10);
	} else if (op == VFIO_DEVICE_CCW_CMD_REQUEST) {
		REQUIRE(!memcmp(fake_driver.orb,
				before + offsetof(struct ccwbroker_cmd_request, orb_area), 12));
	} else if (op == VFIO_DEVICE_CCW_REGISTER_MEMORY) {
		memcpy(&memory, before, sizeof(memory));
		REQUIRE(fake_driver.iova == memory.iova && fake_driver.length == memory.length &&
			fake_driver.store == !(memory.flags & CCWBROKER_MEMORY_FETCH_ONLY));
	}
}

/* One that VFIO lets through, or nearly. */
static void shape_set_irqs(struct input *in)
{
	static const uint32_t data[] = { VFIO_IRQ_SET_DATA_NONE, VFIO_IRQ_SET_DATA_BOOL,
					 VFIO_IRQ_SET_DATA_EVENTFD, VFIO_IRQ_SET_DATA_EVENTFD };
	uint8_t how = take(in);
	const struct vfio_irq_set hdr = {
		.argsz = fake_driver.user_size,
		.flags = data[how % 4] |
			 (how & 0x70 ? VFIO_IRQ_SET_ACTION_TRIGGER : VFIO_IRQ_SET_ACTION_MASK),
		.index = take(in) % 4,
		.count = !(how & 0x0c) ? 0 : 1,
	};

	if (model_has_user(sizeof(hdr)))
		memcpy(fake_driver.user, &hdr, sizeof(hdr));
}

static void do_ioctl(struct input *in)
{
	static const unsigned int ops[] = {
		VFIO_DEVICE_GET_INFO,
		VFIO_DEVICE_GET_REGION_INFO,
		VFIO_DEVICE_GET_IRQ_INFO,
		VFIO_DEVICE_SET_IRQS,
		VFIO_DEVICE_SET_IRQS,
		VFIO_DEVICE_RESET,
		VFIO_DEVICE_CCW_HOT_RESET,
		VFIO_DEVICE_CCW_CMD_REQUEST,
		VFIO_DEVICE_CCW_REGISTER_MEMORY,
		VFIO_DEVICE_CCW_UNREGISTER_MEMORY,
	};
	uint8_t which = take(in), before[USER_MAX];
	unsigned int op = which < 250 ? ops[which % ARRAY_SIZE(ops)] : which << 8 | take(in);
	long expected, got;

	if (take(in) % 4 && model_has_user(4)) /* often one that is large enough */
		memcpy(fake_driver.user, &(uint32_t){ fake_driver.user_size }, 4);
	if (op == VFIO_DEVICE_SET_IRQS && take(in) % 4)
		shape_set_irqs(in);
	memcpy(before, fake_driver.user, fake_driver.user_size);
	expected = model_ioctl(op);
	got = fake_driver.ops->ioctl(&fake_driver.dev->vdev, op, (unsigned long)fake_driver.user);
	REQUIRE(got == expected);
	if (got == 0)
		judge_answer(op, before);
	if (got && op != VFIO_DEVICE_CCW_CMD_REQUEST && op != VFIO_DEVICE_GET_REGION_INFO)
		REQUIRE(!memcmp(before, fake_driver.user, fake_driver.user_size));
}

/* ---- what comes from outside ---- */

static void path_event(struct input *in)
{
	struct crw crw = { .rsc = CRW_RSC_CPATH, .erc = CRW_ERC_PERRN, .rsid = take(in) };

	crw_queue_put_path(&fake_driver.dev->regions.crws, crw.rsid, false);
	if (model.n_words == CRW_QUEUE_MAX) {
		model.n_words--;
		crw.oflw = 1;
	}
	memcpy(&model.words[model.n_words++], &crw, sizeof(crw));
}

static void step(struct input *in)
{
	static const int answers[] = { 0, 0, 0, -EBUSY, -ENODEV, -EPERM, -EINTR };
	unsigned int n;

	switch (take(in) % 12) {
	case 0:
	case 1:
	case 2:
		return do_read(in);
	case 3:
	case 4:
		return do_write(in);
	case 5:
		for (n = take(in) % 40; n; n--)
			path_event(in);
		return;
	case 6:
		fake_driver.n_irbs += fake_driver.n_irbs < IRB_QUEUE_MAX;
		return;
	case 7:
		fake_driver.r = answers[take(in) % ARRAY_SIZE(answers)];
		return;
	case 8:
		model.is_revoked = take(in) > 250;
		if (model.is_revoked)
			request_revoke(&fake_driver.dev->request);
		else
			model.is_revoked = request_is_revoked(&fake_driver.dev->request);
		return;
	default:
		return do_ioctl(in);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	unsigned int i, n_events;

	memset(&model, 0, sizeof(model));
	fake_driver_begin();
	while (in.size) {
		fake_driver.user_size = take(&in) % USER_MAX;
		fake_driver.user = calloc(1, fake_driver.user_size);
		REQUIRE(fake_driver.user);
		take_bytes(&in, fake_driver.user, fake_driver.user_size / (1 + take(&in) % 8));
		step(&in);
		free(fake_driver.user);
		for (n_events = i = 0; i < VFIO_CCW_NUM_IRQS; i++)
			n_events += model.has_event[i];
		REQUIRE(fake_driver.n_contexts == (int)n_events);
		REQUIRE(fake_driver.n_rings == model.n_rings &&
			fake_driver.n_calls == model.n_calls);
	}
	drain();
	fake_driver_end();
	return 0;
}

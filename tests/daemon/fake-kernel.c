/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns the effects of what is written to a fake sysfs, as far as the daemon can tell them from the
 * real one's, and the faults. Knows nothing of what the daemon ought to do then.
 */
#include "fake-kernel.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "binder.h"
#include "fake-css.h"
#include "lease-ref.h"
#include "names.h"
#include "store.h"
#include "vfio.h"

#define CLAIM	   "claimed"
#define DEVICE_DIR "devices/css0/0.0.0003/" FAKE_KERNEL_ID
#define DEVICE	   "bus/ccw/devices/" FAKE_KERNEL_ID
#define HOST	   "tape_34xx"

#define SIXTEEN	     "ffffffffffffffff"
#define ALL_COMMANDS SIXTEEN SIXTEEN SIXTEEN SIXTEEN "\n"

struct kernel *kernel;
static struct fake_sysfs *tree;

/* A worker has no fd of the tree: a copy with one of its own. */
static struct fake_sysfs tree_open(void)
{
	struct fake_sysfs fake = *tree;

	fake_sysfs_depth++;
	fake.scratch.fd = open(fake.scratch.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fake;
}

static void tree_close(struct fake_sysfs *fake)
{
	close(fake->scratch.fd);
	fake_sysfs_depth--;
}

static bool is_there(const struct fake_sysfs *fake)
{
	return scratch_has(&fake->scratch, DEVICE);
}

static bool has_driver(const struct fake_sysfs *fake, const char *driver)
{
	char target[128], path[] = DEVICE "/driver";
	ssize_t n = readlinkat(fake->scratch.fd, path, target, sizeof(target) - 1);

	if (n < 0)
		return !*driver;
	target[n] = '\0';
	return *driver && strcmp(strrchr(target, '/') + 1, driver) == 0;
}

static void add_device(struct fake_sysfs *fake, const char *driver, bool is_online)
{
	const struct fake_device device = {
		.id = FAKE_KERNEL_ID,
		.subchannel = "0.0.0003",
		.device_type = "3490/50\n",
		.control_unit = "3490/50\n",
		.driver = driver,
		.is_online = is_online,
	};

	fake_sysfs_add(fake, &device);
}

static void remove_device(struct fake_sysfs *fake)
{
	if (!is_there(fake))
		return;
	scratch_remove(&fake->scratch, DEVICE);
	scratch_remove(&fake->scratch, DEVICE_DIR);
}

void kernel_replug(void)
{
	struct fake_sysfs fake = tree_open();

	remove_device(&fake);
	fake_css_add(&fake);
	/* the number of the directory is what tells the two apart: keep the file system from reuse */
	scratch_mkdir(&fake.scratch, "devices/css0/0.0.0003/other");
	add_device(&fake, HOST, false);
	tree_close(&fake);
}

/* ---- the effects ---- */

static int set_online(struct fake_sysfs *fake, const char *text)
{
	if (has_driver(fake, "") || has_driver(fake, CCWB_DRIVER))
		return -EINVAL;
	fake_sysfs_set(fake, FAKE_KERNEL_ID, "online", *text == '1' ? "1\n" : "0\n");
	return 0;
}

static int set_claim(struct fake_sysfs *fake, const char *text)
{
	bool is_claimed = scratch_has(&fake->scratch, CLAIM);

	if (*text == '-' && !is_claimed)
		return -ENOENT;
	if (*text != '-' && is_claimed)
		return -EEXIST;
	if (*text == '-')
		scratch_remove(&fake->scratch, CLAIM);
	else
		scratch_write(&fake->scratch, CLAIM, "");
	return 0;
}

static int set_attribute(struct fake_sysfs *fake, const char *file, const char *text)
{
	if (strcmp(file, "online") == 0)
		return set_online(fake, text);
	fake_sysfs_set(fake, FAKE_KERNEL_ID, file, text);
	return 0;
}

static int bind_driver(struct fake_sysfs *fake, const char *driver)
{
	bool is_ours = strcmp(driver, CCWB_DRIVER) == 0;

	if (!is_there(fake) || !has_driver(fake, ""))
		return -ENODEV;
	if (is_ours && !scratch_has(&fake->scratch, CLAIM))
		return -ENODEV;
	fake_sysfs_set_driver(fake, FAKE_KERNEL_ID, driver);
	if (!is_ours)
		return 0;
	fake_sysfs_set_group(fake, FAKE_KERNEL_ID, 7);
	fake_sysfs_set(fake, FAKE_KERNEL_ID, CCWB_DEVICE_OPEN, "0\n");
	fake_sysfs_set(fake, FAKE_KERNEL_ID, CCWB_DEVICE_REVOKE, "");
	fake_sysfs_set(fake, FAKE_KERNEL_ID, CCWB_DEVICE_COMMANDS, ALL_COMMANDS);
	fake_sysfs_set(fake, FAKE_KERNEL_ID, CCWB_DEVICE_COMMANDS_BOUND, ALL_COMMANDS);
	fake_sysfs_set(fake, FAKE_KERNEL_ID, "vfio-dev/vfio2/dev", "247:2\n");
	return 0;
}

static int unbind_driver(struct fake_sysfs *fake, const char *driver)
{
	if (!is_there(fake) || !has_driver(fake, driver))
		return -ENODEV;
	fake_sysfs_set_driver(fake, FAKE_KERNEL_ID, NULL);
	fake_sysfs_set(fake, FAKE_KERNEL_ID, "online", "0\n"); /* unconditionally */
	if (strcmp(driver, CCWB_DRIVER) != 0)
		return 0;
	scratch_remove(&fake->scratch, DEVICE "/iommu_group");
	scratch_remove(&fake->scratch, DEVICE "/ccwbroker");
	scratch_remove(&fake->scratch, DEVICE "/vfio-dev");
	return 0;
}

struct write {
	const char *path;
	const char *text;
};

/* One that is recognized is its natural driver's, offline. */
static int write_css(struct fake_sysfs *fake, const struct write *write)
{
	enum fake_css_event event;
	int r = fake_css_write(fake, write->path, write->text, &event);

	if (event == FAKE_CSS_GOES)
		remove_device(fake);
	else if (event == FAKE_CSS_COMES)
		add_device(fake, HOST, false);
	return r;
}

static int write_effect(void *data)
{
	const struct write *write = data;
	struct fake_sysfs fake = tree_open();
	char driver[SYSFS_NAME_SIZE] = "", file[64] = "";
	int r = -ENOENT;

	if (sscanf(write->path, DEVICE "/%63s", file) == 1 && is_there(&fake))
		r = set_attribute(&fake, file, write->text);
	else if (sscanf(write->path, "bus/ccw/drivers/%63[^/]/%63s", driver, file) == 2)
		r = strcmp(file, "bind") == 0	  ? bind_driver(&fake, driver)
		    : strcmp(file, "unbind") == 0 ? unbind_driver(&fake, driver)
						  : set_claim(&fake, write->text);
	else
		r = write_css(&fake, write);
	tree_close(&fake);
	return r;
}

/* ---- the faults ---- */

static _Noreturn void hang(void)
{
	for (;;)
		pause();
}

static void vanish(void)
{
	struct fake_sysfs fake = tree_open();

	remove_device(&fake);
	fake_css_remove(&fake);
	tree_close(&fake);
}

/* The daemon hears of the client's end while the step is done, or a little sooner. */
static int strike_client(kernel_effect_t effect, void *data)
{
	(void)kill(kernel->daemon, SIGUSR1);
	if (getpid() != kernel->daemon)
		(void)poll(NULL, 0, 1); /* cut short is no harm */
	return effect(data);
}

static int strike_worker(kernel_effect_t effect, void *data)
{
	if (kernel->fault == KERNEL_WORKER_KILL_AFTER)
		(void)effect(data); /* nobody is left to hear of it */
	(void)raise(SIGKILL);
	hang();
}

static int strike(kernel_effect_t effect, void *data)
{
	bool is_worker = getpid() != kernel->daemon;

	switch (kernel->fault) {
	case KERNEL_CLIENT_KILL:
		return strike_client(effect, data);
	case KERNEL_WORKER_KILL_BEFORE:
	case KERNEL_WORKER_KILL_AFTER:
		return strike_worker(effect, data);
	case KERNEL_BUSY:
		return -EBUSY;
	case KERNEL_IO:
		return -EIO;
	case KERNEL_NODEV:
		return -ENODEV;
	case KERNEL_PARTIAL:
		(void)effect(data); /* whatever it says, we say EIO */
		return -EIO;
	case KERNEL_VANISH:
		vanish();
		return is_worker ? -ENODEV : effect(data);
	case KERNEL_REPLACE:
		kernel_replug();
		return is_worker ? -ENODEV : effect(data);
	case KERNEL_HANG_DONE:
	case KERNEL_KILL_AFTER:
		(void)effect(data); /* nobody is left to hear of it */
		break;
	case KERNEL_HANG:
	case KERNEL_KILL_BEFORE:
	case _KERNEL_FAULT_MAX:
		break;
	}
	if (kernel->fault == KERNEL_KILL_BEFORE || kernel->fault == KERNEL_KILL_AFTER)
		(void)kill(kernel->daemon, SIGKILL);
	hang();
}

#define ANY_FAULT     (~0U)
#define WORKER_FAULTS (KERNEL_BIT(KERNEL_WORKER_KILL_BEFORE) | KERNEL_BIT(KERNEL_WORKER_KILL_AFTER))
#define ERROR_FAULTS  (KERNEL_BIT(KERNEL_BUSY) | KERNEL_BIT(KERNEL_IO) | KERNEL_BIT(KERNEL_NODEV))

int kernel_point(const char *name, const char *detail, unsigned int faults, kernel_effect_t effect,
		 void *data)
{
	unsigned int n = kernel->n_points++;

	if (n < KERNEL_POINTS_MAX)
		snprintf(kernel->names[n], sizeof(kernel->names[n]), "%.20s %.18s", name, detail);
	if (getpid() == kernel->daemon)
		faults &= ~WORKER_FAULTS;
	if (n != kernel->strike_at || !(faults & KERNEL_BIT(kernel->fault)))
		return effect(data);
	kernel->has_struck = true;
	return strike(effect, data);
}

/* ---- what the linker leads here; the names are its own ---- */

int __wrap_io_write_at(int dir_fd, const char *path, const char *text);
int __wrap_vfio_open(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site,
		     enum iommu wanted, int *ret_fds, unsigned int *ret_n, enum iommu *ret_iommu,
		     struct fault *fault);
int __wrap_vfio_share(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site, uid_t uid,
		      struct fault *fault);
int __wrap_store_save(struct store *store, const struct lease *lease);
int __real_store_save(struct store *store, const struct lease *lease);
void __wrap_store_remove(struct store *store, struct ccw_id device);
void __real_store_remove(struct store *store, struct ccw_id device);
int __wrap_lease_ref_create(int dir_fd, const char *id, int *ret_read_fd, int *ret_write_fd);
int __real_lease_ref_create(int dir_fd, const char *id, int *ret_read_fd, int *ret_write_fd);

int __wrap_io_write_at(int dir_fd, const char *path, const char *text)
{
	struct write write = { path, text };
	const char *from =
		strstr(path, "drivers/") ? strstr(path, "drivers/") + 8 : strrchr(path, '/') + 1;

	return kernel_point(*text == '-'	      ? "unclaim"
			    : *text == '0' && text[1] ? "write"
						      : text,
			    from, ANY_FAULT, write_effect, &write);
}

/* What is revoked must be bound anew first. */
static int open_effect(void *data)
{
	struct fake_sysfs fake = tree_open();
	_cleanup_free_ char *text = NULL;

	if (scratch_has(&fake.scratch, DEVICE "/" CCWB_DEVICE_REVOKE))
		text = fake_sysfs_get(&fake, FAKE_KERNEL_ID, CCWB_DEVICE_REVOKE);
	tree_close(&fake);
	return text && *text == '1' ? -ENODEV : 0;
}

int __wrap_vfio_open(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site,
		     enum iommu wanted, int *ret_fds, unsigned int *ret_n, enum iommu *ret_iommu,
		     struct fault *fault)
{
	unsigned int n;
	int r;

	*ret_iommu = wanted == IOMMU_GROUP ? IOMMU_GROUP : IOMMU_IOMMUFD;
	r = kernel_point("open", "fds", ANY_FAULT, open_effect, NULL);
	if (r < 0)
		return fault_set(fault, FAULT_BIND_FAILED, "test: %s", strerror(-r));
	fake_sysfs_depth++;
	for (n = 0; vfio_fd_name(*ret_iommu, n); n++)
		ret_fds[n] = open("/dev/null", O_RDWR | O_CLOEXEC);
	fake_sysfs_depth--;
	*ret_n = n;
	return 0;
}

int __wrap_vfio_share(struct sysfs *sysfs, int dev_fd, const struct sysfs_site *site, uid_t uid,
		      struct fault *fault)
{
	int r = kernel_point("open", "path", ANY_FAULT, open_effect, NULL);

	return r < 0 ? fault_set(fault, FAULT_BIND_FAILED, "test: %s", strerror(-r)) : 0;
}

struct save {
	struct store *store;
	const struct lease *lease;
	struct ccw_id device;
};

static int save_effect(void *data)
{
	struct save *save = data;

	return __real_store_save(save->store, save->lease);
}

int __wrap_store_save(struct store *store, const struct lease *lease)
{
	struct save save = { .store = store, .lease = lease };

	return kernel_point("save", lease_state_to_string(lease->state), KERNEL_FILE_FAULTS,
			    save_effect, &save);
}

static int remove_effect(void *data)
{
	struct save *save = data;

	__real_store_remove(save->store, save->device);
	return 0;
}

void __wrap_store_remove(struct store *store, struct ccw_id device)
{
	struct save save = { .store = store, .device = device };

	/* it gives nothing back, so nothing is said to fail */
	(void)kernel_point("remove", "saved",
			   KERNEL_FILE_FAULTS & ~ERROR_FAULTS & ~KERNEL_BIT(KERNEL_PARTIAL),
			   remove_effect, &save);
}

struct reference {
	int dir_fd;
	const char *id;
	int *ret_read_fd;
	int *ret_write_fd;
};

static int reference_effect(void *data)
{
	struct reference *reference = data;

	return __real_lease_ref_create(reference->dir_fd, reference->id, reference->ret_read_fd,
				       reference->ret_write_fd);
}

int __wrap_lease_ref_create(int dir_fd, const char *id, int *ret_read_fd, int *ret_write_fd)
{
	struct reference reference = { dir_fd, id, ret_read_fd, ret_write_fd };

	return kernel_point("make", "reference", KERNEL_FILE_FAULTS & ~KERNEL_BIT(KERNEL_PARTIAL),
			    reference_effect, &reference);
}

/* ---- for the test ---- */

void kernel_init(struct fake_sysfs *fake, const char *driver, bool is_online)
{
	tree = fake;
	fake_sysfs_init(fake);
	scratch_write(&fake->scratch, "class/misc/iommu/dev", "10:126\n");
	if (driver && strcmp(driver, CCWB_DRIVER) == 0) {
		add_device(fake, NULL, false);
		scratch_write(&fake->scratch, CLAIM, "");
		ck_assert_int_eq(bind_driver(fake, driver), 0);
	} else {
		add_device(fake, driver, is_online);
	}
	fake_css_add(fake);
	if (!kernel)
		kernel = mmap(NULL, sizeof(*kernel), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	kernel_arm(-1, KERNEL_BUSY);
}

void kernel_deinit(struct fake_sysfs *fake)
{
	fake_sysfs_deinit(fake);
	tree = NULL;
}

void kernel_arm(int strike_at, enum kernel_fault fault)
{
	kernel->n_points = 0;
	kernel->strike_at = (unsigned int)strike_at;
	kernel->fault = fault;
	kernel->has_struck = false;
}

bool kernel_has_claim(void)
{
	return scratch_has(&tree->scratch, CLAIM);
}

bool kernel_has_mdev(void)
{
	return fake_css_has_mdev(tree);
}

bool kernel_has_plain_subchannel(void)
{
	return fake_css_is_plain(tree);
}

const char *kernel_fault_to_string(enum kernel_fault fault)
{
	static const char *const names[_KERNEL_FAULT_MAX] = {
		[KERNEL_BUSY] = "EBUSY",
		[KERNEL_IO] = "EIO",
		[KERNEL_NODEV] = "ENODEV",
		[KERNEL_PARTIAL] = "done but EIO",
		[KERNEL_HANG] = "hangs",
		[KERNEL_HANG_DONE] = "done but hangs",
		[KERNEL_VANISH] = "device goes",
		[KERNEL_REPLACE] = "device goes and returns",
		[KERNEL_KILL_BEFORE] = "kill before",
		[KERNEL_KILL_AFTER] = "kill after",
		[KERNEL_WORKER_KILL_BEFORE] = "kill of the worker before",
		[KERNEL_WORKER_KILL_AFTER] = "kill of the worker after",
		[KERNEL_CLIENT_KILL] = "kill of the client",
	};

	return names[fault];
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * libccwbroker: channel devices for VM managers and other programs. The public header; it includes nothing
 * of the kernel's or of sd-bus, and is good for C11 and C++17. libccwbroker(3) has an example.
 *
 * Errors. Functions that return int give 0 or more for success and a negative errno for failure; then results
 * are left as they were. Most take a struct ccwb_error, or NULL, for what was wrong in words. The
 * library prints nothing, logs nothing, and keeps no state outside of its objects.
 * Ownership. ccwb_X_new() makes an object that ccwb_X_free() ends, which takes NULL and returns NULL; ccwb_X_freep() is for
 * __attribute__((cleanup)). What a
 * function returns as const char * belongs to the object and lives as long, unless it says else. An fd
 * called "peek" stays its owner's; all fds are close-on-exec.
 * Threads. Different objects may be used by different threads at the same time, one object by one at a time. A
 * lease counts as part of its connection. A device, its programs and its space do not: an address space may be used by
 * several threads, and devices that share one run their programs independently.
 * Units. Times are milliseconds, unless it says else; sizes are bytes. "IOVA" is an address that the device sees.
 * PoP: z/Architecture Principles of Operation, SA22-7832, whose chapters on I/O define CCWs, ORB, IRB and SCSW.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libccwbroker-irb.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct sd_bus; /* <systemd/sd-bus.h>, for ccwb_connection_new_with_bus() only */

struct ccwb_connection; /* to the broker */
struct ccwb_request;	/* a question for devices whose answer an event loop waits for */
struct ccwb_lease;	/* a device that the broker gave us, as fds */
struct ccwb_device;	/* that device in use: it runs programs */
struct ccwb_space;	/* what of our memory it sees, and where */
struct ccwb_program;	/* a channel program */

/* ---- errors ------------------------------------------------------------------------------ */

#define CCWB_ERROR_NAME_SIZE 256
#define CCWB_ERROR_TEXT_SIZE 1024

/* The caller's; written whenever a function that takes it fails, untouched otherwise. */
struct ccwb_error {
	int number;	      /* the negative errno that the function returned */
	uint32_t refusal;     /* enum ccwbroker_refusal of the module; 0: no program was refused */
	uint32_t refused_ccw; /* IOVA of the CCW at fault, 0 for none */
	/* the D-Bus error, "org.ccwbroker1.Error.DeviceLeased", or "" */
	char name[CCWB_ERROR_NAME_SIZE];
	char text[CCWB_ERROR_TEXT_SIZE]; /* a sentence: what was wrong, with what, what to do */
};

/* ---- connection -------------------------------------------------------------------------- */

/*
 * Connects to the bus at address, as "unix:path=/run/dbus/system_bus_socket"; NULL: the system bus
 * (DBUS_SYSTEM_BUS_ADDRESS, where it is set). The broker need not be there yet. -errno of connect(2).
 */
int ccwb_connection_new(const char *address, struct ccwb_connection **ret,
			struct ccwb_error *ret_error);

/*
 * The same over a bus that the program has already, of which a reference is kept. Whoever runs the bus runs this as
 * well: sd_bus_process() does what ccwb_connection_process() does. -ENOTCONN: the bus is closed.
 */
int ccwb_connection_new_with_bus(struct sd_bus *bus, struct ccwb_connection **ret,
				 struct ccwb_error *ret_error);

/* Leases outlive it with all their fds; their state is no longer followed. */
struct ccwb_connection *ccwb_connection_free(struct ccwb_connection *connection);

/*
 * The fd is for POLLIN: something may have happened to a lease or a request. Never read it or close it. Timeout:
 * after so many milliseconds process is to be called all the same, -1: no need to; for poll(2), asked for anew each
 * time. Process takes in all that has come, without waiting; ccwb_lease_state() and ccwb_request_finish() tell what
 * it was. -ENOTCONN: the bus has gone; leases stay, and the broker keeps them.
 */
int ccwb_connection_fd(const struct ccwb_connection *connection);
int ccwb_connection_timeout(const struct ccwb_connection *connection);
int ccwb_connection_process(struct ccwb_connection *connection, struct ccwb_error *ret_error);

/*
 * What the broker knows of the device of that id, or with NULL of everything, as one JSON object
 * (org.ccwbroker1(5), Describe). *ret is the caller's, for free(3). -ENODEV: no such device. -E2BIG: with NULL,
 * more than 16384 devices.
 */
int ccwb_connection_describe(struct ccwb_connection *connection, const char *id, char **ret,
			     struct ccwb_error *ret_error);

/* ---- lease ------------------------------------------------------------------------------- */

/* In the order in which `ccwctl run` hands them out */
enum ccwb_lease_fd {
	CCWB_LEASE_FD_CONTAINER, /* VFIO container with its type1v2 IOMMU, */
	CCWB_LEASE_FD_GROUP,	 /* and the device's group, */
	CCWB_LEASE_FD_IOMMUFD,	 /* or an iommufd in place of both */
	CCWB_LEASE_FD_DEVICE,	 /* the VFIO device: <linux/vfio.h>, <linux/vfio_ccw.h> */
	CCWB_LEASE_FD_LEASE,	 /* holds the lease; nothing can be read from it */
};

enum ccwb_lease_state {
	CCWB_LEASE_ACTIVE,
	CCWB_LEASE_REVOKING, /* it is to be given back until ccwb_lease_deadline() */
	CCWB_LEASE_ENDED,    /* the device is no longer ours; calls on it fail with -ENODEV */
};

/* The options of AcquireDevice (org.ccwbroker1(5)). What is NULL, false or 0 is the broker's default. */
struct ccwb_lease_options {
	size_t size;	      /* sizeof(struct ccwb_lease_options): later versions add members */
	const char *who;      /* who asks, shown to others: at most 128 bytes of printable UTF-8 */
	const char *iommu;    /* "group", "iommufd" or "auto" */
	const char *backend;  /* "ccwbroker", "vfio_ccw" or "auto" */
	const char *grant;    /* "fds" or "path"; by path there is only CCWB_LEASE_FD_LEASE */
	const char *lifetime; /* "lease-fd", "connection" or "pidfd" */
	int pidfd;	      /* peek; with lifetime "pidfd": whose end ends the lease */
	bool force;	      /* also what the host uses, if the caller may */
	bool is_interactive;  /* an administrator may be asked for a password meanwhile */
	unsigned int patience_ms; /* for how long to ask again while it is just on its way back */
};

/*
 * Asks the broker for the device of that id, "0.0.0580" or "0580"; options may be NULL. Waits for the answer: up to
 * 10 s for each path that does not answer, 180 s at most. error.name has the broker's error, and the return value
 * groups them: -EINVAL (an argument or option), -EACCES (policy), -ENODEV (no such device), -EBUSY (leased, or used
 * by the host), -EAGAIN (just on its way), -ENXIO (gone, boxed, not operational), -EOPNOTSUPP, -E2BIG (a limit of
 * options or leases), -ENOTCONN (no broker), -EBADMSG (an answer that cannot be read), -EIO (others).
 */
int ccwb_lease_new(struct ccwb_connection *connection, const char *id,
		   const struct ccwb_lease_options *options, struct ccwb_lease **ret,
		   struct ccwb_error *ret_error);

#define CCWB_LEASE_TOGETHER_MAX 4

/*
 * The same for n devices by one call, all or none; ret is an array of n. -E2BIG: n is more than
 * CCWB_LEASE_TOGETHER_MAX. -EINVAL: n is 0, or a device stands there twice.
 */
int ccwb_lease_new_together(struct ccwb_connection *connection, const char *const *ids,
			    unsigned int n, const struct ccwb_lease_options *options,
			    struct ccwb_lease **ret, struct ccwb_error *ret_error);

/*
 * The same without waiting for the answer: asks for 1 to CCWB_LEASE_TOGETHER_MAX devices, all or none, and returns.
 * ids and options are not needed any more then. -EINVAL: patience_ms is set; one with an event loop asks again
 * after -EAGAIN. Free gives up: what has not been taken, and what the broker still grants, is given back at once.
 */
int ccwb_request_new(struct ccwb_connection *connection, const char *const *ids, unsigned int n,
		     const struct ccwb_lease_options *options, struct ccwb_request **ret,
		     struct ccwb_error *ret_error);
struct ccwb_request *ccwb_request_free(struct ccwb_request *request);

/*
 * What the answer was, if the connection has taken it in: 1 with the n leases in the order of ids, the caller's
 * from now on; 0: there is none yet; else as ccwb_lease_new(), which stays so. -EALREADY: it was taken before.
 */
int ccwb_request_finish(struct ccwb_request *request, struct ccwb_lease **ret,
			struct ccwb_error *ret_error);

/* Closes the fds that are still the lease's; that ends it when nobody has a copy. Does not wait. */
struct ccwb_lease *ccwb_lease_free(struct ccwb_lease *lease);

/*
 * Closes the fds that are still the lease's (where CCWB_LEASE_FD_LEASE was taken or is none, the broker is asked to
 * end it), and waits until the device is back with its driver; with timeout_ms 0 an event loop may wait for
 * CCWB_LEASE_ENDED instead. Free the ccwb_device first, the lease afterwards. -ETIMEDOUT: not within timeout_ms;
 * somebody may have a copy of an fd. -EIO: it could not be given back. -ENOTCONN: nobody can tell.
 */
int ccwb_lease_release(struct ccwb_lease *lease, unsigned int timeout_ms,
		       struct ccwb_error *ret_error);

/*
 * "0.0.0580"; the lease's own id; what else the broker said with the grant: "device-type" ("3490/50"),
 * "subchannel", "vfio-path", "iommu", "warning" and more. NULL: it did not.
 */
const char *ccwb_lease_device(const struct ccwb_lease *lease);
const char *ccwb_lease_id(const struct ccwb_lease *lease);
const char *ccwb_lease_info(const struct ccwb_lease *lease, const char *key);

/* The fd, still the lease's, or from now on the caller's, as for another process; -1: there is none, or it was taken. */
int ccwb_lease_fd(const struct ccwb_lease *lease, enum ccwb_lease_fd which);
int ccwb_lease_take_fd(struct ccwb_lease *lease, enum ccwb_lease_fd which);

/*
 * How it stood when the connection was last processed; why it is revoking or has ended, as the broker says it, else
 * NULL; until when a revoking one is to be freed, or it is ended by force: CLOCK_MONOTONIC in microseconds, else 0.
 */
enum ccwb_lease_state ccwb_lease_state(const struct ccwb_lease *lease);
const char *ccwb_lease_reason(const struct ccwb_lease *lease);
uint64_t ccwb_lease_deadline(const struct ccwb_lease *lease);

/* ---- address space ----------------------------------------------------------------------- */

#define CCWB_SPACE_MAPS_MAX 4096

enum {
	CCWB_SPACE_FETCH = 1 << 0, /* the device may read it: output, and CCWs */
	CCWB_SPACE_STORE = 1 << 1, /* the device may write it: input */
};

/*
 * Gives the device memory of ours at iova, as a VM manager does with its guest's; nothing is pinned by that.
 * memory, size and iova are multiples of the page size (4096); access is CCWB_SPACE_*. The memory stays the
 * caller's and must be unmapped here before it goes. CCWs, and data without address lists, can be below 2 GiB only.
 * -EINVAL: alignment, access, or past the end. -EEXIST: part of it is mapped. -E2BIG: more than
 * CCWB_SPACE_MAPS_MAX. -EFAULT: no such memory.
 */
int ccwb_space_map(struct ccwb_space *space, void *memory, size_t size, uint64_t iova,
		   unsigned int access);

/*
 * Zeroed memory of the library's, at least size bytes, with an IOVA below 2 GiB that is free, for both directions.
 * It lives until ccwb_space_unmap() or the end of the space. -E2BIG: no such range is free. -ENOMEM.
 */
int ccwb_space_alloc(struct ccwb_space *space, size_t size, void **ret_memory, uint32_t *ret_iova);

/* Takes back what was mapped or allocated at iova; a program that uses it is ended. -ENOENT: there is none. */
int ccwb_space_unmap(struct ccwb_space *space, uint64_t iova);

/* ---- device ------------------------------------------------------------------------------ */

#define CCWB_ORB_SIZE 12 /* words 0 to 2, PoP 15 */

#define CCWB_DEVICE_TIMEOUT_MS_MAX     3600000
#define CCWB_DEVICE_TIMEOUT_MS_DEFAULT 30000

/*
 * Takes the lease's device into use, by its container or by its iommufd (then it goes online now). The device
 * copies the fds it needs: the lease may be freed first, but the device ends with it. space: NULL makes a new one;
 * another device's, to see the same memory, is for leases by the same iommufd only: -EXDEV. That one is freed with
 * the last of its devices and programs. -EBADF: the lease has not the fds. -EBUSY: it is in use already.
 */
int ccwb_device_new(const struct ccwb_lease *lease, struct ccwb_space *space,
		    struct ccwb_device **ret, struct ccwb_error *ret_error);

/*
 * The same with fds that came otherwise, as from `ccwctl run`; both peek and are copied. iommu is a container or an
 * iommufd, as it turns out. -ENOTTY, -EPROTO: they are not what they should be.
 */
int ccwb_device_new_from_fds(int iommu, int device, struct ccwb_device **ret,
			     struct ccwb_error *ret_error);

/* Ends what it runs, and its space when it is the last one there. The space belongs to the device; see ccwb_device_new(). */
struct ccwb_device *ccwb_device_free(struct ccwb_device *device);
struct ccwb_space *ccwb_device_space(const struct ccwb_device *device);

/*
 * Runs a program and waits for its end; one that was not loaded is loaded in the device's space. timeout_ms: up to
 * CCWB_DEVICE_TIMEOUT_MS_MAX, 0 is the default of 30 s. 0: it ended, well or badly: *ret says how. Otherwise
 * nothing runs any more. error.refusal tells that it was not started: -EPERM (a command that policy does not
 * permit, or a store into read-only memory), -EINVAL, -EFAULT, -E2BIG, -EOPNOTSUPP, -ENOMEM (RLIMIT_MEMLOCK).
 * -EXDEV: it is loaded in another space. -EBUSY: another one is active. -ETIMEDOUT, -EINTR: it was stopped; data
 * may have moved. -EACCES, -ENODEV: no path, or revoked.
 */
int ccwb_device_run(struct ccwb_device *device, struct ccwb_program *program,
		    unsigned int timeout_ms, struct ccwb_irb *ret, struct ccwb_error *ret_error);

/* The same with an ORB of the caller's, whose program lies in the device's space: a guest's, for instance. */
int ccwb_device_run_orb(struct ccwb_device *device, const uint8_t orb[CCWB_ORB_SIZE],
			unsigned int timeout_ms, struct ccwb_irb *ret,
			struct ccwb_error *ret_error);

/*
 * Starts a program and returns; interruptions come by ccwb_device_fd(). Errors as ccwb_device_run(); what the
 * channel itself would end with program check or protection check is such an interruption here, and no error.
 */
int ccwb_device_start(struct ccwb_device *device, struct ccwb_program *program,
		      struct ccwb_error *ret_error);
int ccwb_device_start_orb(struct ccwb_device *device, const uint8_t orb[CCWB_ORB_SIZE],
			  struct ccwb_error *ret_error);

/*
 * The fd is readable while an interruption may wait, also an unsolicited one; never read it or close it. Next takes
 * that interruption, without waiting: 1 with *ret, or 0: there is none. A program may give several;
 * ccwb_irb_is_final() and ccwb_irb_add() put them together. -ENODEV: revoked, or gone.
 */
int ccwb_device_fd(struct ccwb_device *device);
int ccwb_device_next(struct ccwb_device *device, struct ccwb_irb *ret,
		     struct ccwb_error *ret_error);

/*
 * HALT and CLEAR SUBCHANNEL (PoP 14); the interruption that follows tells that it is done. -EOPNOTSUPP: the device
 * has no such region. -EBUSY: an interruption waits, or such a function is going on.
 */
int ccwb_device_halt(struct ccwb_device *device, struct ccwb_error *ret_error);
int ccwb_device_clear(struct ccwb_device *device, struct ccwb_error *ret_error);

/*
 * Reset stops whatever runs, and nothing more comes of it. Hot reset is offline and online again: path groups and
 * reserve state are gone. -EBUSY: a program is active. -EOPNOTSUPP: by the kernel's vfio_ccw there is none.
 */
int ccwb_device_reset(struct ccwb_device *device, struct ccwb_error *ret_error);
int ccwb_device_hot_reset(struct ccwb_device *device, struct ccwb_error *ret_error);

/*
 * Keeps mapped memory pinned across programs, until it is unregistered, unmapped or the device freed: faster, and
 * for buffers only, 64 MiB and 16 ranges a device. iova and size are multiples of 4096; fetch_only: the device is
 * to store nothing there. -EOPNOTSUPP: not by vfio_ccw. -EEXIST, -E2BIG, -ENOSPC, -EFAULT, -ENOMEM; unregister:
 * -ENOENT, -EBUSY (a program is active).
 */
int ccwb_device_register(struct ccwb_device *device, uint64_t iova, uint64_t size, bool fetch_only,
			 struct ccwb_error *ret_error);
int ccwb_device_unregister(struct ccwb_device *device, uint64_t iova, uint64_t size,
			   struct ccwb_error *ret_error);

/* ---- program ----------------------------------------------------------------------------- */

#define CCWB_PROGRAM_CCWS_MAX  255   /* leaves room in the broker's row of 256 */
#define CCWB_PROGRAM_BYTES_MAX 65535 /* of one CCW, whose count has 16 bits */
#define CCWB_PROGRAM_CCW_SIZE  8
#define CCWB_PROGRAM_TIC       0x08 /* the command of transfer in channel */
/* Flags of a CCW, PoP 15; command chaining (0x40) joins all CCWs without CD by itself. */
enum {
	CCWB_CD = 0x80,	  /* data chaining: the next CCW goes on with the same command */
	CCWB_SLI = 0x20,  /* suppress length indication: a shorter block is no error */
	CCWB_SKIP = 0x10, /* let the device send, store nothing */
	CCWB_PCI = 0x08,  /* interrupt when the channel reaches this CCW */
	CCWB_IDA = 0x04, /* add_at only: iova is that of a list of 8-byte addresses, 4 KiB blocks */
};

/* Which way a command moves data */
enum ccwb_direction {
	CCWB_DIRECTION_NONE,
	CCWB_DIRECTION_READ,  /* device to memory */
	CCWB_DIRECTION_WRITE, /* memory to device */
};

/* One CCW of a program, to look at only; later versions add members. */
struct ccwb_ccw {
	uint8_t command;
	uint8_t flags; /* as they were added, CCWB_SLI and so on */
	uint16_t count;
	unsigned int target; /* of a TIC: number of a CCW */
	enum ccwb_direction direction;
	const uint8_t *data; /* of add_write: the bytes, the program's */
	uint32_t iova;	     /* of add_at */
	bool is_at;
	size_t offset;	  /* of its data in the laid-out program; valid when count is not 0 */
	bool is_backward; /* the device stores from the last byte downwards */
};

/* An empty program, -ENOMEM; its end, with the memory that it was loaded into: it must not run any more. */
int ccwb_program_new(struct ccwb_program **ret);
struct ccwb_program *ccwb_program_free(struct ccwb_program *program);

/*
 * Each appends one format-1 CCW and returns its number, from 0: one without data; one by which the device sends up
 * to count bytes; one by which it gets a copy of data; transfer in channel to CCW number target; one whose data
 * lies at iova in mapped memory, whichever way it moves. To be called before the program is loaded: -EBUSY. -E2BIG:
 * more than CCWB_PROGRAM_CCWS_MAX, or CCWB_PROGRAM_BYTES_MAX bytes. -EINVAL: a flag that is none of the above.
 * -ENOMEM. The first error is kept, and loading the program fails with it: the results need not be looked at.
 */
int ccwb_program_add(struct ccwb_program *program, uint8_t command, uint8_t flags);
int ccwb_program_add_read(struct ccwb_program *program, uint8_t command, uint8_t flags,
			  size_t count);
int ccwb_program_add_write(struct ccwb_program *program, uint8_t command, uint8_t flags,
			   const void *data, size_t size);
int ccwb_program_add_tic(struct ccwb_program *program, unsigned int target);
int ccwb_program_add_at(struct ccwb_program *program, uint8_t command, uint8_t flags, uint32_t iova,
			size_t count);

/* How many CCWs there are; and number i of them, which must be there. */
unsigned int ccwb_program_count(const struct ccwb_program *program);
const struct ccwb_ccw *ccwb_program_get(const struct ccwb_program *program, unsigned int i);

/*
 * The command whose kind decides what CCW i does: its own, or, when it continues a data chain, the one that began
 * the chain; and which way a command moves data, NONE for codes without a direction (PoP 15).
 */
uint8_t ccwb_program_command(const struct ccwb_program *program, unsigned int i);
enum ccwb_direction ccwb_program_direction(uint8_t command);

/*
 * Writes the program into memory of the space, which is its own until it is freed; a program is loaded once. It may
 * run again and again, and on other devices of the same space, but not on two at a time. -EBUSY: it is loaded.
 * -EINVAL: it is empty. Errors of adding, and of ccwb_space_alloc().
 */
int ccwb_program_load(struct ccwb_program *program, struct ccwb_space *space,
		      struct ccwb_error *ret_error);

/*
 * Where it is loaded, for the device and for us, and there the data of CCW i, which may be changed between runs;
 * *ret_size, unless NULL, is its count. It lives until the program is freed. 0 and NULL: it is not loaded, or CCW i
 * has no data there.
 */
uint32_t ccwb_program_iova(const struct ccwb_program *program);
uint8_t *ccwb_program_memory(const struct ccwb_program *program);
uint8_t *ccwb_program_data(const struct ccwb_program *program, unsigned int i, size_t *ret_size);

/* The number of the CCW that the channel worked on last, of a program at iova; -1: the status does not say. */
int ccwb_program_last(const struct ccwb_program *program, const struct ccwb_irb *irb,
		      uint32_t iova);

/*
 * For callers that keep programs in memory of their own: settles where everything lies and returns how many bytes
 * that takes; then writes the CCWs for a device that sees memory at iova, and the data to be written behind them.
 * Areas to be read into are left as they are. iova + size must not be above 2 GiB.
 */
size_t ccwb_program_place(struct ccwb_program *program);
void ccwb_program_write(const struct ccwb_program *program, uint8_t *memory, uint32_t iova);

#define CCWB_DEFINE_FREEP(object)                                                                  \
	static inline void ccwb_##object##_freep(struct ccwb_##object **pointer)                   \
	{                                                                                          \
		(void)ccwb_##object##_free(*pointer); /* gives NULL */                             \
	}
CCWB_DEFINE_FREEP(connection)
CCWB_DEFINE_FREEP(request)
CCWB_DEFINE_FREEP(lease)
CCWB_DEFINE_FREEP(device)
CCWB_DEFINE_FREEP(program)

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

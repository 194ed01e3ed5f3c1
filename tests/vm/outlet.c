/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors
 *
 * Carries a job's output out of an emulated machine over a raw disk: `run` and `fail` write
 * records in the machine, `get` reads them on the host while the machine still runs. Knows
 * nothing of emulators or of what the job does.
 *
 * A record is one 512-byte header block and, if its data do not fit in there, the blocks that
 * follow it. The header is written last, so a header that checks means a whole record. All
 * numbers are big-endian. The disk starts as zeros; one writer, one reader, no way back.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define OUTLET_BLOCK	512u
#define OUTLET_CHUNK	(64u * 1024u) /* most data one record carries */
#define OUTLET_INLINE	(OUTLET_BLOCK - 24u)
#define OUTLET_POLL_MS	20  /* how often the host looks for a new record */
#define OUTLET_DRAIN_MS 200 /* what a job's orphans may still say after it ended */
/* Kept free for the words and the record that say the disk is full. */
#define OUTLET_RESERVE	(4u * OUTLET_BLOCK)

enum outlet_type {
	OUTLET_STDOUT = 1,
	OUTLET_STDERR,
	OUTLET_BEGUN,  /* the job is about to start; the first record */
	OUTLET_FILES,  /* a tar stream */
	OUTLET_EXIT,   /* be32: the job's exit status; the last record */
	OUTLET_FAILED, /* the machine could not run the job; the last record */
};

struct outlet_block {
	char magic[8];
	uint32_t sequence;
	uint32_t type;
	uint32_t length;
	uint32_t check;
	uint8_t data[OUTLET_INLINE];
};

struct outlet {
	int fd;
	off_t offset;
	off_t size;
	uint32_t sequence;
	uint8_t *buffer; /* a header block, then room for the rest of one chunk; page aligned */
};

static const char outlet_magic[8] = { 'C', 'C', 'W', 'B', 'O', 'U', 'T', '1' };

_Static_assert(sizeof(struct outlet_block) == OUTLET_BLOCK, "a header is one block");

static void die(const char *what)
{
	fprintf(stderr, "outlet: %s: %s\n", what, strerror(errno));
	exit(125);
}

static uint32_t block_sum(const struct outlet_block *block)
{
	const uint8_t *bytes = (const uint8_t *)block;
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < OUTLET_BLOCK; i++) {
		bool is_check = i >= offsetof(struct outlet_block, check) &&
				i < offsetof(struct outlet_block, data);

		a = (a + (is_check ? 0 : bytes[i])) & 0xffff;
		b = (b + a) & 0xffff;
	}
	return b << 16 | a;
}

static off_t outlet_rest(size_t length)
{
	size_t rest = length > OUTLET_INLINE ? length - OUTLET_INLINE : 0;

	return (rest + OUTLET_BLOCK - 1) / OUTLET_BLOCK * OUTLET_BLOCK;
}

static void outlet_open(struct outlet *outlet, const char *path, int flags)
{
	struct stat st;
	uint64_t size;

	*outlet = (struct outlet){ .fd = open(path, flags | O_CLOEXEC) };
	if (outlet->fd < 0 || fstat(outlet->fd, &st) < 0)
		die(path);
	outlet->size = st.st_size;
	if (S_ISBLK(st.st_mode)) {
		if (ioctl(outlet->fd, BLKGETSIZE64, &size) < 0)
			die(path);
		outlet->size = (off_t)size;
	}
	outlet->buffer = aligned_alloc(4096, OUTLET_CHUNK + 4096);
	if (!outlet->buffer)
		die("no memory");
}

static void write_at(int fd, const void *data, size_t length, off_t offset)
{
	const uint8_t *bytes = data;

	while (length > 0) {
		ssize_t n = pwrite(fd, bytes, length, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("write to the disk");
		bytes += n;
		offset += n;
		length -= (size_t)n;
	}
}

/* Writes one record; false when the disk has no room for it and for the last ones. */
static bool outlet_put(struct outlet *outlet, enum outlet_type type, const void *data,
		       size_t length)
{
	struct outlet_block *block = (struct outlet_block *)outlet->buffer;
	uint8_t *more = outlet->buffer + OUTLET_BLOCK;
	size_t head = length < OUTLET_INLINE ? length : OUTLET_INLINE;
	off_t rest = outlet_rest(length);
	off_t reserve = type >= OUTLET_EXIT ? 0 : OUTLET_RESERVE;

	if (outlet->offset + OUTLET_BLOCK + rest + reserve > outlet->size)
		return false;
	*block = (struct outlet_block){
		.sequence = htobe32(outlet->sequence++),
		.type = htobe32(type),
		.length = htobe32((uint32_t)length),
	};
	memcpy(block->magic, outlet_magic, sizeof(outlet_magic));
	memcpy(block->data, data, head);
	block->check = htobe32(block_sum(block));
	if (rest > 0) {
		memset(more + rest - OUTLET_BLOCK, 0, OUTLET_BLOCK);
		memcpy(more, (const uint8_t *)data + head, length - head);
		write_at(outlet->fd, more, (size_t)rest, outlet->offset + OUTLET_BLOCK);
	}
	write_at(outlet->fd, block, OUTLET_BLOCK, outlet->offset);
	outlet->offset += OUTLET_BLOCK + rest;
	return true;
}

static void outlet_end(struct outlet *outlet, enum outlet_type type, int status)
{
	uint32_t value = htobe32((uint32_t)status);

	if (!outlet_put(outlet, type, &value, sizeof(value)))
		die("no room for the last record");
	if (fsync(outlet->fd) < 0)
		die("flush the disk");
}

static void outlet_fail(struct outlet *outlet, const char *why)
{
	/* The reserve is kept for this record and the next. */
	outlet->size += OUTLET_RESERVE;
	(void)outlet_put(outlet, OUTLET_STDERR, why, strlen(why));
	outlet->size -= OUTLET_RESERVE;
	outlet_end(outlet, OUTLET_FAILED, 0);
	exit(125);
}

/* Moves what one read of a pipe gives; false at its end. */
static bool outlet_move(struct outlet *outlet, int fd, enum outlet_type type)
{
	static uint8_t chunk[OUTLET_CHUNK];
	ssize_t n = read(fd, chunk, sizeof(chunk));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return false;
	if (!outlet_put(outlet, type, chunk, (size_t)n))
		outlet_fail(outlet, "outlet: the output disk is full\n");
	return true;
}

static pid_t spawn(char *const argv[], int out, int err)
{
	pid_t pid = fork();
	int null;

	if (pid < 0)
		die("fork");
	if (pid > 0)
		return pid;
	null = open("/dev/null", O_RDONLY);
	if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(125);
	close(null);
	execvp(argv[0], argv);
	fprintf(stderr, "outlet: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static int child_status(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("wait for the job");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int pidfd_of(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		die("watch a process");
	return fd;
}

/* Runs the job, moves what it says until it has ended and its pipes are dry. */
static int outlet_job(struct outlet *outlet, char *const argv[])
{
	int out[2], err[2];
	bool ended = false;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		die("pipe");
	pid = spawn(argv, out[1], err[1]);
	close(out[1]);
	close(err[1]);

	struct pollfd polls[] = {
		{ .fd = out[0], .events = POLLIN },
		{ .fd = err[0], .events = POLLIN },
		{ .fd = pidfd_of(pid), .events = POLLIN },
	};
	while (!ended || polls[0].fd >= 0 || polls[1].fd >= 0) {
		int n = poll(polls, 3, ended ? OUTLET_DRAIN_MS : -1);

		if (n < 0 && errno != EINTR)
			die("poll");
		if (n == 0)
			break;
		if (polls[0].revents && !outlet_move(outlet, out[0], OUTLET_STDOUT))
			polls[0].fd = -1;
		if (polls[1].revents && !outlet_move(outlet, err[0], OUTLET_STDERR))
			polls[1].fd = -1;
		if (polls[2].revents) {
			ended = true;
			polls[2].fd = -1;
		}
		for (int i = 0; i < 3; i++)
			polls[i].revents = 0;
	}
	return child_status(pid);
}

static void outlet_files(struct outlet *outlet, const char *directory)
{
	char *argv[] = { "tar", "-c", "-C", (char *)directory, ".", NULL };
	int out[2];
	pid_t pid;

	if (rmdir(directory) == 0 || errno == ENOENT)
		return;
	if (pipe2(out, O_CLOEXEC) < 0)
		die("pipe");
	pid = spawn(argv, out[1], 2);
	close(out[1]);
	while (outlet_move(outlet, out[0], OUTLET_FILES))
		;
	if (child_status(pid) != 0)
		outlet_fail(outlet, "outlet: tar could not pack ./out\n");
}

static int main_run(int argc, char *argv[])
{
	struct outlet outlet;
	int status;

	outlet_open(&outlet, argv[0], O_WRONLY | O_DIRECT);
	if (!outlet_put(&outlet, OUTLET_BEGUN, "", 0)) {
		errno = ENOSPC;
		die(argv[0]);
	}
	status = outlet_job(&outlet, argv + 2);
	outlet_files(&outlet, argv[1]);
	outlet_end(&outlet, OUTLET_EXIT, status);
	return 0;
}

static int main_fail(int argc, char *argv[])
{
	struct outlet outlet;

	outlet_open(&outlet, argv[0], O_WRONLY | O_DIRECT);
	while (outlet_move(&outlet, 0, OUTLET_STDERR))
		;
	outlet_end(&outlet, OUTLET_FAILED, 0);
	return 0;
}

/* Reads the next record into *ret_block and the buffer; false while it is not there. */
static bool outlet_next(struct outlet *outlet, struct outlet_block *ret_block)
{
	struct outlet_block *block = ret_block;
	size_t length;
	off_t rest;

	if (pread(outlet->fd, block, OUTLET_BLOCK, outlet->offset) != OUTLET_BLOCK)
		return false;
	if (memcmp(block->magic, outlet_magic, sizeof(outlet_magic)) != 0 ||
	    be32toh(block->check) != block_sum(block))
		return false;
	length = be32toh(block->length);
	rest = outlet_rest(length);
	if (length > OUTLET_CHUNK || be32toh(block->sequence) != outlet->sequence) {
		errno = EBADMSG;
		die("the output disk");
	}
	memcpy(outlet->buffer, block->data, length < OUTLET_INLINE ? length : OUTLET_INLINE);
	if (rest > 0 && pread(outlet->fd, outlet->buffer + OUTLET_INLINE, (size_t)rest,
			      outlet->offset + OUTLET_BLOCK) != rest)
		die("read the output disk");
	outlet->offset += OUTLET_BLOCK + rest;
	outlet->sequence++;
	return true;
}

static void write_all(int fd, const uint8_t *data, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, data, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("pass the output on");
		data += n;
		length -= (size_t)n;
	}
}

struct unpacker {
	const char *directory;
	int fd;
	pid_t pid;
};

static void unpacker_write(struct unpacker *unpacker, const uint8_t *data, size_t length)
{
	char *argv[] = { "tar", "-x", "--no-same-owner", "-C", (char *)unpacker->directory, NULL };
	int in[2];

	if (unpacker->pid == 0) {
		if (mkdir(unpacker->directory, 0777) < 0 && errno != EEXIST)
			die(unpacker->directory);
		if (pipe2(in, O_CLOEXEC) < 0)
			die("pipe");
		unpacker->pid = fork();
		if (unpacker->pid < 0)
			die("fork");
		if (unpacker->pid == 0) {
			(void)dup2(in[0], 0); /* tar says so if it cannot read */
			execvp(argv[0], argv);
			_exit(127);
		}
		close(in[0]);
		unpacker->fd = in[1];
	}
	write_all(unpacker->fd, data, length);
}

static void unpacker_end(struct unpacker *unpacker)
{
	if (unpacker->pid == 0)
		return;
	close(unpacker->fd);
	if (child_status(unpacker->pid) != 0) {
		errno = EIO;
		die("tar could not unpack ./out");
	}
}

static int verdict_write(const char *path, const char *word, int status)
{
	FILE *file = fopen(path, "we");

	if (!file || fprintf(file, "%s %d\n", word, status) < 0 || fclose(file) != 0)
		die(path);
	return 0;
}

/* True when the process behind the descriptor has ended. */
static bool pidfd_wait(int fd, int milliseconds)
{
	struct pollfd polls = { .fd = fd, .events = POLLIN };

	return poll(&polls, 1, milliseconds) > 0;
}

static int main_get(int argc, char *argv[])
{
	const char *verdict = argv[4];
	struct unpacker unpacker = { .directory = argv[5] };
	time_t boot_limit = time(NULL) + atol(argv[2]);
	time_t limit = time(NULL) + atol(argv[3]);
	struct outlet_block block;
	struct outlet outlet;
	bool ended = false;
	int pidfd;

	outlet_open(&outlet, argv[0], O_RDONLY);
	pidfd = pidfd_of((pid_t)atol(argv[1]));
	for (;;) {
		size_t length;

		if (!outlet_next(&outlet, &block)) {
			if (ended)
				return verdict_write(verdict,
						     outlet.sequence > 0 ? "ended" : "unborn", 0);
			if (time(NULL) >= limit)
				return verdict_write(verdict, "timeout", 0);
			if (outlet.sequence == 0 && time(NULL) >= boot_limit)
				return verdict_write(verdict, "unborn", 0);
			/* Look once more after the end: its last words may just have come. */
			ended = pidfd_wait(pidfd, OUTLET_POLL_MS);
			continue;
		}
		length = be32toh(block.length);
		switch (be32toh(block.type)) {
		case OUTLET_STDOUT:
		case OUTLET_STDERR:
			write_all((int)be32toh(block.type), outlet.buffer, length);
			break;
		case OUTLET_BEGUN:
			break;
		case OUTLET_FILES:
			unpacker_write(&unpacker, outlet.buffer, length);
			break;
		case OUTLET_EXIT:
			unpacker_end(&unpacker);
			return verdict_write(verdict, "exit", outlet.buffer[3]);
		default:
			return verdict_write(verdict, "failed", 0);
		}
	}
}

int main(int argc, char *argv[])
{
	if (argc >= 5 && strcmp(argv[1], "run") == 0)
		return main_run(argc - 2, argv + 2);
	if (argc == 3 && strcmp(argv[1], "fail") == 0)
		return main_fail(argc - 2, argv + 2);
	if (argc == 8 && strcmp(argv[1], "get") == 0)
		return main_get(argc - 2, argv + 2);
	fprintf(stderr,
		"usage: outlet run DISK OUT-DIRECTORY COMMAND [ARG]... (in the machine)\n"
		"       outlet fail DISK <WHY                          (in the machine)\n"
		"       outlet get DISK-FILE EMULATOR-PID BOOT-SECONDS SECONDS VERDICT-FILE OUT-DIRECTORY\n");
	return 2;
}

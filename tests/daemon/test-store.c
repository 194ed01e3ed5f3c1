/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Saved leases: there and back, and files that are none. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "check-main.h"
#include "limits.h"
#include "scratch.h"
#include "store.h"

static struct scratch scratch;
static struct store *store;
static struct lease *loaded;
static int n_bad;
static char bad_why[128];

static void on_lease(struct lease *lease_take, void *userdata)
{
	lease_free(loaded);
	loaded = lease_take;
}

static void on_bad(const char *file, const char *why, void *userdata)
{
	n_bad++;
	snprintf(bad_why, sizeof(bad_why), "%s", why);
}

static void setup(void)
{
	_cleanup_free_ char *path = NULL;

	scratch_init(&scratch);
	path = scratch_path(&scratch, "run");
	ck_assert_int_eq(store_new(path, &store), 0);
}

static void teardown(void)
{
	loaded = (lease_free(loaded), NULL);
	store_free(store);
	scratch_deinit(&scratch);
}

static void load(void)
{
	loaded = (lease_free(loaded), NULL);
	n_bad = 0;
	ck_assert_int_eq(store_load(store, on_lease, on_bad, NULL), 0);
}

static struct lease *new_lease(void)
{
	const struct subject alice = { .uid = 4294967294U,
				       .pid = 812,
				       .pidfd = -1,
				       .user = (char *)"alice",
				       .unit = (char *)"backup.service" };
	struct lease *lease;

	ck_assert_int_eq(
		lease_new((struct ccw_id){ 0, 1, 0x580 }, &alice, "caf\xc3\xa9 \"7\"", &lease), 0);
	strcpy(lease->origin.driver, "tape_34xx");
	lease->origin.is_online = true;
	lease->iommu = IOMMU_IOMMUFD;
	lease->is_by_path = true;
	free(lease->profile);
	free(lease->rule);
	lease->profile = strdup("reading");
	lease->rule = strdup("/etc/ccwbroker/policy.json:7");
	lease->has_group = true;
	lease->gid = 2001;
	lease->terms.reset_after = true;
	lease->tether.lifetime = LIFETIME_PIDFD;
	lease->tether.process.pid = 813;
	lease->tether.process.start = 123456789012ULL;
	strcpy(lease->tether.connection, ":1.42");
	strcpy(lease->tether.bus, "0123456789abcdef0123456789abcdef");
	return lease;
}

START_TEST(test_a_lease_comes_back_as_it_was)
{
	_cleanup_(lease_freep) struct lease *lease = new_lease();
	struct stat st;

	setup();
	lease_set_state(lease, LEASE_ACTIVE);
	ck_assert_int_eq(store_save(store, lease), 0);
	ck_assert_int_eq(fstatat(scratch.fd, "run/leases/0.1.0580.json", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	load();
	ck_assert_int_eq(n_bad, 0);
	ck_assert_ptr_nonnull(loaded);
	ck_assert_str_eq(loaded->id, lease->id);
	ck_assert_int_eq(ccw_id_compare(loaded->device, lease->device), 0);
	ck_assert_uint_eq(loaded->uid, lease->uid);
	ck_assert_int_eq(loaded->pid, lease->pid);
	ck_assert_str_eq(loaded->user, lease->user);
	ck_assert_str_eq(loaded->who, lease->who);
	ck_assert_str_eq(loaded->unit, "backup.service");
	ck_assert_uint_eq(loaded->since, lease->since);
	ck_assert_int_eq(loaded->state, LEASE_ACTIVE);
	ck_assert_str_eq(loaded->origin.driver, "tape_34xx");
	ck_assert(loaded->origin.is_online);
	ck_assert_int_eq(loaded->iommu, IOMMU_IOMMUFD);
	ck_assert(loaded->is_by_path);
	ck_assert_str_eq(loaded->profile, "reading");
	ck_assert_str_eq(loaded->rule, "/etc/ccwbroker/policy.json:7");
	ck_assert(loaded->has_group && loaded->gid == 2001);
	ck_assert(loaded->terms.reset_after && !loaded->terms.stays_bound);
	ck_assert_int_eq(loaded->tether.lifetime, LIFETIME_PIDFD);
	ck_assert_int_eq(loaded->tether.process.pid, 813);
	ck_assert_uint_eq(loaded->tether.process.start, 123456789012ULL);
	ck_assert_str_eq(loaded->tether.connection, ":1.42");
	ck_assert_str_eq(loaded->tether.bus, lease->tether.bus);
	store_remove(store, lease->device);
	load();
	ck_assert_ptr_null(loaded);
	teardown();
}
END_TEST

/* In place, so that a full disk is no reason not to save; what is no file of ours is replaced. */
START_TEST(test_what_is_saved_anew_takes_the_old_one_s_place)
{
	_cleanup_(lease_freep) struct lease *lease = new_lease();
	struct stat before, after;

	setup();
	scratch_write(&scratch, "run/leases/0.1.0580.json", "{}");
	ck_assert_int_eq(store_save(store, lease), 0);
	ck_assert_int_eq(fstatat(scratch.fd, "run/leases/0.1.0580.json", &before, 0), 0);
	ck_assert_int_eq(before.st_size, LIMIT_LEASE_FILE_BYTES - 1);
	lease_set_state(lease, LEASE_ACTIVE);
	ck_assert_int_eq(store_save(store, lease), 0);
	ck_assert_int_eq(fstatat(scratch.fd, "run/leases/0.1.0580.json", &after, 0), 0);
	ck_assert_uint_eq(after.st_ino, before.st_ino);
	ck_assert_int_eq(after.st_size, before.st_size);
	load();
	ck_assert_int_eq(n_bad, 0);
	ck_assert_int_eq(loaded->state, LEASE_ACTIVE);
	teardown();
}
END_TEST

/* The longest texts that a lease may have, each letter of which JSON writes as two. */
START_TEST(test_the_longest_lease_has_room)
{
	_cleanup_(lease_freep) struct lease *lease = new_lease();
	char user[LIMIT_USER_BYTES + 1], unit[LIMIT_UNIT_BYTES + 1], rule[LIMIT_RULE_BYTES + 1];

	setup();
	memset(user, '"', sizeof(user));
	memset(unit, '"', sizeof(unit));
	memset(rule, '/', sizeof(rule));
	user[sizeof(user) - 1] = unit[sizeof(unit) - 1] = rule[sizeof(rule) - 1] = '\0';
	free(lease->user);
	free(lease->unit);
	free(lease->rule);
	lease->user = strdup(user);
	lease->unit = strdup(unit);
	lease->rule = strdup(rule);
	ck_assert_int_eq(store_save(store, lease), 0);
	load();
	ck_assert_msg(n_bad == 0, "%s", bad_why);
	ck_assert_str_eq(loaded->rule, rule);
	teardown();
}
END_TEST

START_TEST(test_what_is_revoked_comes_back_with_its_deadline)
{
	_cleanup_(lease_freep) struct lease *lease = new_lease();

	setup();
	lease_set_state(lease, LEASE_ACTIVE);
	lease_set_state(lease, LEASE_REVOKING);
	ck_assert_int_eq(revocation_set(&lease->revocation, 7777777, "cabling"), 1);
	ck_assert_int_eq(store_save(store, lease), 0);
	load();
	ck_assert_msg(n_bad == 0, "%s", bad_why);
	ck_assert_int_eq(loaded->state, LEASE_REVOKING);
	ck_assert_uint_eq(loaded->revocation.deadline, 7777777);
	ck_assert_str_eq(loaded->revocation.reason, "cabling");
	teardown();
}
END_TEST

START_TEST(test_a_lease_of_the_first_version_is_one_by_its_fd)
{
	setup();
	scratch_write(&scratch, "run/leases/0.0.0580.json",
		      "{\"version\": 1, \"lease\": \"l0123456789abcdef\", "
		      "\"device\": \"0.0.0580\", \"state\": \"active\", \"uid\": 1001, "
		      "\"pid\": 812, \"user\": \"alice\", \"who\": \"\", \"since\": 5, "
		      "\"driver\": \"\", \"online\": false}");
	load();
	ck_assert_msg(n_bad == 0, "%s", bad_why);
	ck_assert_int_eq(loaded->tether.lifetime, LIFETIME_LEASE_FD);
	ck_assert_int_eq(loaded->tether.process.pid, 0);
	ck_assert_str_eq(loaded->tether.connection, "");
	ck_assert_str_eq(loaded->unit, "");
	ck_assert_int_eq(loaded->iommu, IOMMU_GROUP);
	teardown();
}
END_TEST

START_TEST(test_the_longest_lease_fits_into_its_file)
{
	_cleanup_(lease_freep) struct lease *lease = new_lease();

	setup();
	free(lease->who);
	lease->who = calloc(1, LIMIT_WHO_BYTES + 1);
	memset(lease->who, '"', LIMIT_WHO_BYTES); /* each takes two in JSON */
	memset(lease->origin.driver, 'd', SYSFS_NAME_SIZE - 1);
	free(lease->user);
	lease->user = calloc(1, 256);
	memset(lease->user, 'u', 255);
	free(lease->unit);
	lease->unit = calloc(1, LIMIT_UNIT_BYTES + 1);
	memset(lease->unit, 'u', LIMIT_UNIT_BYTES);
	ck_assert_int_eq(store_save(store, lease), 0);
	load();
	ck_assert_int_eq(n_bad, 0);
	ck_assert_ptr_nonnull(loaded);
	ck_assert_str_eq(loaded->who, lease->who);
	teardown();
}
END_TEST

START_TEST(test_what_is_no_lease_is_told_and_left_alone)
{
	static const struct {
		const char *from;
		const char *to;
	} changes[] = {
		{ "\"version\":2", "\"version\":4" },
		{ "\"uid\":", "\"oid\":" },
		{ "\"state\":\"pending\"", "\"state\":\"lost\"" },
		{ "\"lease\":\"l", "\"lease\":\"../" },
		{ "\"driver\":\"tape_34xx\"", "\"driver\":\"../evil\"" },
		{ "\"device\":\"0.1.0580\"", "\"device\":\"0.1.0581\"" },
		{ "\"since\":", "\"since\":-" },
		{ "\"online\":true", "\"online\":1" },
		{ "\"who\":\"", "\"who\":\"\\n" },
		{ "\"lifetime\":\"pidfd", "\"lifetime\":\"for-ever" },
		{ "\"holder_pid\":", "\"holder_pid\":-" },
		{ "\"bus\":\"", "\"bus\":\"\\n" },
		{ "{", "" },
	};
	_cleanup_(lease_freep) struct lease *lease = new_lease();
	_cleanup_free_ char *good = NULL;
	char text[LIMIT_LEASE_FILE_BYTES], *at;
	size_t n;

	setup();
	ck_assert_int_eq(store_save(store, lease), 0);
	good = scratch_read(&scratch, "run/leases/0.1.0580.json");
	ck_assert(!store_is_newer(store, lease->device));
	for (n = 0; n < ARRAY_SIZE(changes); n++) {
		at = strstr(good, changes[n].from);
		ck_assert_msg(at != NULL, "%s in %s", changes[n].from, good);
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good, changes[n].to,
			 at + strlen(changes[n].from));
		scratch_write(&scratch, "run/leases/0.1.0580.json", text);
		load();
		ck_assert_msg(n_bad == 1 && !loaded, "%s", changes[n].to);
		ck_assert_int_eq(store_is_newer(store, lease->device),
				 strstr(changes[n].to, "\"version\"") != NULL);
		ck_assert_str_ne(bad_why, "");
	}
	ck_assert(scratch_has(&scratch, "run/leases/0.1.0580.json"));
	teardown();
}
END_TEST

START_TEST(test_an_overlong_file_is_not_read)
{
	_cleanup_(lease_freep) struct lease *lease = new_lease();
	_cleanup_free_ char *good = NULL;
	char text[LIMIT_LEASE_FILE_BYTES + 2];
	size_t length;

	setup();
	ck_assert_int_eq(store_save(store, lease), 0);
	good = scratch_read(&scratch, "run/leases/0.1.0580.json");
	length = strlen(good);
	memset(text, ' ', sizeof(text));
	memcpy(text, good, length);
	text[LIMIT_LEASE_FILE_BYTES] = '\0';
	scratch_write(&scratch, "run/leases/0.1.0580.json", text);
	load();
	ck_assert_int_eq(n_bad, 0);
	text[LIMIT_LEASE_FILE_BYTES] = ' ';
	text[LIMIT_LEASE_FILE_BYTES + 1] = '\0';
	scratch_write(&scratch, "run/leases/0.1.0580.json", text);
	load();
	ck_assert_int_eq(n_bad, 1);
	teardown();
}
END_TEST

START_TEST(test_other_files_are_not_looked_at)
{
	setup();
	scratch_write(&scratch, "run/leases/l0123456789abcdef.ref", "rubbish");
	scratch_write(&scratch, "run/leases/0.0.0580.json.new", "rubbish");
	load();
	ck_assert_int_eq(n_bad, 0);
	ck_assert_ptr_null(loaded);
	teardown();
}
END_TEST

START_TEST(test_what_is_taken_by_vfio_ccw_is_remembered)
{
	const struct sysfs_facts facts = { .subchannel = "0.0.0003",
					   .device_type = "3490/50",
					   .control_unit = "3490/10" };
	static const char *const bad[][2] = {
		{ "\"vfio_ccw\"", "\"vfio-ccw\"" },
		{ "\"0.0.0003\"", "\"../0.0.3\"" },
		{ "\"subchannel\"", "\"subchannem\"" },
		{ "\"control_unit\"", "\"control_unix\"" },
		{ "\"mdev\"", "\"medv\"" },
	};
	struct lease *lease;
	char *text, *at;
	size_t n;

	setup();
	lease = new_lease();
	backend_init(&lease->backend, BACKEND_VFIO_CCW, lease->id, &facts);
	ck_assert_int_eq(store_save(store, lease), 0);
	load();
	ck_assert_ptr_nonnull(loaded);
	ck_assert_int_eq(memcmp(&loaded->backend, &lease->backend, sizeof(lease->backend)), 0);
	text = scratch_read(&scratch, "run/leases/0.1.0580.json");
	for (n = 0; n < ARRAY_SIZE(bad); n++) {
		_cleanup_free_ char *broken = NULL;

		at = strstr(text, bad[n][0]);
		ck_assert_ptr_nonnull(at);
		ck_assert_int_gt(asprintf(&broken, "%.*s%s%s", (int)(at - text), text, bad[n][1],
					  at + strlen(bad[n][0])),
				 0);
		scratch_write(&scratch, "run/leases/0.1.0580.json", broken);
		load();
		ck_assert_int_eq(n_bad, 1);
	}
	free(text);
	lease_free(lease);
	teardown();
}
END_TEST

CHECK_MAIN("store", test_what_is_saved_anew_takes_the_old_one_s_place,
	   test_the_longest_lease_has_room, test_what_is_taken_by_vfio_ccw_is_remembered,
	   test_a_lease_comes_back_as_it_was, test_what_is_revoked_comes_back_with_its_deadline,
	   test_a_lease_of_the_first_version_is_one_by_its_fd,
	   test_the_longest_lease_fits_into_its_file, test_what_is_no_lease_is_told_and_left_alone,
	   test_an_overlong_file_is_not_read, test_other_files_are_not_looked_at)

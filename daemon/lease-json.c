/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/*
 * Owns how a saved lease is written as JSON, in this version and in those before it. Knows no file and
 * nothing of what has to happen to a lease that is found.
 */
#include "lease-json.h"

#include <errno.h>
#include <string.h>

#include "json.h"
#include "limits.h"
#include "mdev.h"
#include "subchannel.h"
#include "text.h"

#define FORMAT	       3 /* 1 knew of leases by their fd only, */
#define FORMAT_OF_OURS 2 /* and this one only of those by our module, which it still reads */

static int add(struct json_object *object, const char *key, struct json_object *value)
{
	if (!value)
		return -ENOMEM;
	/* each is there once, and stands in this file */
	if (json_object_object_add_ex(object, key, value,
				      JSON_C_OBJECT_ADD_KEY_IS_NEW |
					      JSON_C_OBJECT_KEY_IS_CONSTANT) < 0) {
		json_object_put(value);
		return -ENOMEM;
	}
	return 0;
}

/* That of our module needs no words. */
static int add_backend(struct json_object *object, const struct backend *backend)
{
	const char *kind = backend_kind_to_string(backend->kind);
	int r;

	if (backend->kind != BACKEND_VFIO_CCW)
		return 0;
	r = add(object, "backend", json_object_new_string(kind));
	if (r >= 0)
		r = add(object, "subchannel", json_object_new_string(backend->subchannel));
	if (r >= 0)
		r = add(object, "mdev", json_object_new_string(backend->mdev));
	if (r >= 0)
		r = add(object, "device_type", json_object_new_string(backend->device_type));
	if (r >= 0)
		r = add(object, "control_unit", json_object_new_string(backend->control_unit));
	return r;
}

int lease_json_write(struct json_object *object, const struct lease *lease)
{
	const bool is_ours = lease->backend.kind == BACKEND_CCWBROKER;
	const struct tether *tether = &lease->tether;
	/* 0 is of any device; a number of more bits than JSON has is none that sysfs gives */
	const int64_t incarnation =
		lease->incarnation <= INT64_MAX ? (int64_t)lease->incarnation : 0;
	char device[CCW_ID_STRING_SIZE];
	const struct {
		const char *key;
		struct json_object *value;
	} members[] = {
		{ "version", json_object_new_int(is_ours ? FORMAT_OF_OURS : FORMAT) },
		{ "lease", json_object_new_string(lease->id) },
		{ "device", json_object_new_string(ccw_id_format(lease->device, device)) },
		{ "state", json_object_new_string(lease_state_to_string(lease->state)) },
		{ "uid", json_object_new_int64(lease->uid) },
		{ "owner", json_object_new_int64(lease->owner) },
		{ "pid", json_object_new_int64(lease->pid) },
		{ "user", json_object_new_string(lease->user) },
		{ "who", json_object_new_string(lease->who) },
		{ "unit", json_object_new_string(lease->unit) },
		{ "since", json_object_new_int64((int64_t)lease->since) },
		{ "iommu", json_object_new_string(iommu_to_string(lease->iommu)) },
		{ "by_path", json_object_new_boolean(lease->is_by_path) },
		{ "profile", json_object_new_string(lease->profile) },
		{ "rule", json_object_new_string(lease->rule) },
		{ "gid", json_object_new_int64(lease->has_group ? (int64_t)lease->gid : -1) },
		{ "reset_after", json_object_new_boolean(lease->terms.reset_after) },
		{ "stays_bound", json_object_new_boolean(lease->terms.stays_bound) },
		{ "revoke_reason", json_object_new_string(lease->revocation.reason ?: "") },
		{ "revoke_deadline", json_object_new_int64((int64_t)lease->revocation.deadline) },
		{ "lifetime", json_object_new_string(lifetime_to_string(tether->lifetime)) },
		{ "holder_pid", json_object_new_int64(tether->process.pid) },
		{ "holder_start", json_object_new_int64((int64_t)tether->process.start) },
		{ "connection", json_object_new_string(tether->connection) },
		{ "bus", json_object_new_string(tether->bus) },
		{ "driver", json_object_new_string(lease->origin.driver) },
		{ "online", json_object_new_boolean(lease->origin.is_online) },
		{ "by_job", json_object_new_string(lease->origin.by_job) },
		{ "incarnation", json_object_new_int64(incarnation) },
		{ "bound", json_object_new_boolean(lease->is_bound) },
		{ "home_driver", json_object_new_string(lease->home.driver) },
		{ "home_online", json_object_new_boolean(lease->home.is_online) },
		{ "home_by_job", json_object_new_string(lease->home.by_job) },
	};
	int failure = 0, r;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(members); n++) {
		r = add(object, members[n].key, members[n].value);
		if (r < 0)
			failure = r;
	}
	return failure < 0 ? failure : add_backend(object, &lease->backend);
}

static int get_text(struct json_object *object, const char *key, size_t size, const char **ret)
{
	int r;

	r = json_get_string(object, key, ret);
	if (r < 0)
		return r;
	return strlen(*ret) < size && text_is_printable(*ret) ? 0 : -EBADMSG;
}

static int get_number(struct json_object *object, const char *key, uint64_t max, uint64_t *ret)
{
	int r;

	r = json_get_uint64(object, key, ret);
	if (r < 0)
		return r;
	return *ret <= max ? 0 : -EBADMSG;
}

static int load_owner(struct json_object *object, struct lease **ret)
{
	const char *user, *who, *device, *unit = "";
	struct subject subject = { .pidfd = -1 }; /* peeks */
	uint64_t version, uid, pid, owner = 0;
	struct ccw_id id;
	int r;

	if (get_number(object, "version", FORMAT, &version) < 0 ||
	    get_number(object, "uid", UINT32_MAX, &uid) < 0 ||
	    get_number(object, "pid", INT32_MAX, &pid) < 0 ||
	    get_text(object, "user", LIMIT_USER_BYTES + 1, &user) < 0 ||
	    get_text(object, "who", LIMIT_WHO_BYTES + 1, &who) < 0 ||
	    get_text(object, "device", CCW_ID_STRING_SIZE, &device) < 0 ||
	    ccw_id_parse(device, &id) < 0)
		return -EBADMSG;
	r = get_text(object, "unit", LIMIT_UNIT_BYTES + 1, &unit);
	if (r < 0 && r != -ENODATA) /* those of the first version do not say */
		return r;
	r = get_number(object, "owner", UINT32_MAX, &owner);
	if (r < 0 && r != -ENODATA) /* nor do those that knew of no subordinates */
		return r;
	subject.uid = (uid_t)uid;
	subject.owner = (uid_t)owner;
	subject.pid = (pid_t)pid;
	subject.user = (char *)user;
	subject.unit = (char *)unit;
	return lease_new(id, &subject, who, ret);
}

/* Leases saved by a daemon that knew of groups only do not say. */
static int load_iommu(struct json_object *object, enum iommu *ret)
{
	const char *text;
	int r;

	r = json_get_string(object, "iommu", &text);
	if (r == -ENODATA)
		r = IOMMU_GROUP;
	else if (r >= 0)
		r = iommu_from_string(text);
	if (r < 0)
		return r;
	*ret = (enum iommu)r;
	return 0;
}

/* Those of a daemon that knew of fds only do not say. */
static int load_by_path(struct json_object *object, bool *ret)
{
	int value = 0, r;

	r = json_get_bool(object, "by_path", &value);
	if (r < 0 && r != -ENODATA)
		return r;
	*ret = value;
	return 0;
}

static int replace_text(struct json_object *object, const char *key, size_t size, char **text)
{
	const char *value;
	char *copy;
	int r;

	r = get_text(object, key, size, &value);
	if (r < 0)
		return r == -ENODATA ? 0 : r;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

/* Those of a daemon that knew no profiles have none of this. */
static int load_terms(struct json_object *object, struct lease *lease)
{
	int reset_after = 0, stays_bound = 0, r;
	uint64_t gid;

	r = replace_text(object, "profile", LIMIT_POLICY_NAME_BYTES + 1, &lease->profile);
	if (r >= 0)
		r = replace_text(object, "rule", LIMIT_RULE_BYTES + 1, &lease->rule);
	if (r < 0)
		return r;
	lease->has_group = get_number(object, "gid", UINT32_MAX, &gid) >= 0;
	lease->gid = lease->has_group ? (gid_t)gid : 0;
	r = json_get_bool(object, "reset_after", &reset_after);
	if (r >= 0 || r == -ENODATA)
		r = json_get_bool(object, "stays_bound", &stays_bound);
	if (r < 0 && r != -ENODATA)
		return r;
	lease->terms.reset_after = reset_after;
	lease->terms.stays_bound = stays_bound;
	return 0;
}

/* Only of those that are revoked. */
static int load_revocation(struct json_object *object, struct lease *lease)
{
	const char *reason = "";
	uint64_t deadline = 0;

	if (lease->state != LEASE_REVOKING)
		return 0;
	if (get_text(object, "revoke_reason", LIMIT_REASON_BYTES + 1, &reason) < 0 ||
	    get_number(object, "revoke_deadline", INT64_MAX, &deadline) < 0)
		return -EBADMSG;
	return revocation_set(&lease->revocation, deadline, reason);
}

static int load_process(struct json_object *object, struct process *process)
{
	uint64_t pid;
	int r;

	r = get_number(object, "holder_pid", INT32_MAX, &pid);
	if (r == -ENODATA)
		return 0;
	if (r < 0)
		return r;
	process->pid = (pid_t)pid;
	return get_number(object, "holder_start", INT64_MAX, &process->start);
}

static int load_name(struct json_object *object, const char *key, char name[TETHER_NAME_SIZE])
{
	const char *text = "";
	int r;

	r = get_text(object, key, TETHER_NAME_SIZE, &text);
	if (r < 0 && r != -ENODATA)
		return r;
	strcpy(name, text);
	return 0;
}

/* Leases saved by a daemon that knew of their fds only do not say. */
static int load_tether(struct json_object *object, struct tether *tether)
{
	const char *text = lifetime_to_string(LIFETIME_LEASE_FD);
	int r;

	r = get_text(object, "lifetime", 32, &text);
	if (r < 0 && r != -ENODATA)
		return r;
	r = lifetime_from_string(text);
	if (r < 0)
		return r;
	tether->lifetime = (enum lifetime)r;
	r = load_process(object, &tether->process);
	if (r >= 0)
		r = load_name(object, "connection", tether->connection);
	if (r >= 0)
		r = load_name(object, "bus", tether->bus);
	return r;
}

/* Those of a daemon that knew nothing of bound devices do not say. */
static int load_home(struct json_object *object, struct lease *lease)
{
	int is_bound = 0, is_online = 0, r;
	const char *driver = "";

	r = json_get_bool(object, "bound", &is_bound);
	if (r == -ENODATA)
		return 0;
	if (r < 0 || get_text(object, "home_driver", SYSFS_NAME_SIZE, &driver) < 0 ||
	    strchr(driver, '/') || json_get_bool(object, "home_online", &is_online) < 0)
		return -EBADMSG;
	lease->is_bound = is_bound;
	strcpy(lease->home.driver, driver);
	lease->home.is_online = is_online;
	return 0;
}

/* Those of a daemon that could take no device back from a driver of the host's do not say. */
static int load_by_job(struct json_object *object, const char *key, char by_job[SYSFS_NAME_SIZE])
{
	const char *driver = "";
	int r;

	r = get_text(object, key, SYSFS_NAME_SIZE, &driver);
	if ((r < 0 && r != -ENODATA) || strchr(driver, '/'))
		return -EBADMSG;
	strcpy(by_job, driver);
	return 0;
}

/* Nor which device it was. */
static int load_place(struct json_object *object, struct lease *lease)
{
	int r;

	r = load_by_job(object, "by_job", lease->origin.by_job);
	if (r >= 0)
		r = load_by_job(object, "home_by_job", lease->home.by_job);
	if (r >= 0)
		r = get_number(object, "incarnation", INT64_MAX, &lease->incarnation);
	return r == -ENODATA ? 0 : r;
}

/* Those of a daemon that knew of one backend only do not say. */
static int load_backend(struct json_object *object, struct backend *ret)
{
	const char *kind, *subchannel, *mdev, *device_type, *control_unit;
	int r;

	r = json_get_string(object, "backend", &kind);
	if (r == -ENODATA)
		return 0;
	if (r < 0 || backend_kind_from_string(kind) != BACKEND_VFIO_CCW ||
	    get_text(object, "subchannel", SYSFS_TYPE_SIZE, &subchannel) < 0 ||
	    !subchannel_is_valid(subchannel) ||
	    get_text(object, "mdev", MDEV_UUID_SIZE, &mdev) < 0 || !mdev_is_valid(mdev) ||
	    get_text(object, "device_type", SYSFS_TYPE_SIZE, &device_type) < 0 ||
	    get_text(object, "control_unit", SYSFS_TYPE_SIZE, &control_unit) < 0)
		return -EBADMSG;
	ret->kind = BACKEND_VFIO_CCW;
	strcpy(ret->subchannel, subchannel);
	strcpy(ret->mdev, mdev);
	strcpy(ret->device_type, device_type);
	strcpy(ret->control_unit, control_unit);
	return 0;
}

int lease_json_read(struct json_object *object, struct lease **ret)
{
	_cleanup_(lease_freep) struct lease *lease = NULL;
	const char *id, *state, *driver;
	int online, r;

	r = load_owner(object, &lease);
	if (r < 0)
		return r;
	if (get_text(object, "lease", LEASE_ID_SIZE, &id) < 0 || !lease_id_is_valid(id) ||
	    get_text(object, "state", 32, &state) < 0 || lease_state_from_string(state) < 0 ||
	    get_text(object, "driver", SYSFS_NAME_SIZE, &driver) < 0 || strchr(driver, '/') ||
	    load_iommu(object, &lease->iommu) < 0 || load_by_path(object, &lease->is_by_path) < 0 ||
	    load_terms(object, lease) < 0 || load_tether(object, &lease->tether) < 0 ||
	    load_home(object, lease) < 0 || load_place(object, lease) < 0 ||
	    load_backend(object, &lease->backend) < 0 ||
	    get_number(object, "since", INT64_MAX, &lease->since) < 0 ||
	    json_get_bool(object, "online", &online) < 0)
		return -EBADMSG;
	strcpy(lease->id, id);
	strcpy(lease->origin.driver, driver);
	lease->origin.is_online = online;
	lease->state = (enum lease_state)lease_state_from_string(state);
	r = load_revocation(object, lease);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(lease);
	return 0;
}

bool lease_json_is_newer(struct json_object *object)
{
	uint64_t version;

	return json_get_uint64(object, "version", &version) >= 0 && version > FORMAT;
}

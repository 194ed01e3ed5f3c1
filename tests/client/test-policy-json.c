/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Tests client/policy-json.c: the object that doc/ccwctl.md promises, letter by letter. */
#include <string.h>

#include "check-main.h"
#include "config.h"
#include "policy-json.h"

START_TEST(test_rules_and_profiles)
{
	static const char text[] =
		"{\"rules\": [{\"action\": \"deny\", \"devices\": [\"580\", \"100-10f\"]},\n"
		"{\"action\": \"allow\", \"users\": [\"a\"]}]}";
	static const char wanted[] =
		"{\"rules\":[{\"number\":1,\"action\":\"deny\",\"devices\":[\"0.0.0580\",\"0.0.0100-0.0.010f\"],"
		"\"types\":null,\"users\":null,\"groups\":null,\"units\":null,\"profile\":null,\"place\":"
		"\"f.json:1\"},{\"number\":2,\"action\":\"allow\",\"devices\":null,\"types\":null,\"users\":[\"a\"],"
		"\"groups\":null,\"units\":null,\"profile\":\"full\",\"place\":\"f.json:2\"}],\"profiles\":["
		"{\"name\":\"full\",\"description\":null,\"devices\":null,\"types\":null,\"commands\":\"all\","
		"\"reset_before\":false,\"reset_after\":false,\"restore\":true,\"backend\":\"auto\",\"grants\":"
		"[\"fds\",\"path\"],\"lifetimes\":[\"lease-fd\",\"connection\",\"pidfd\"],\"leases\":null,"
		"\"leases_per_user\":null,\"leases_per_group\":null,\"place\":null}]}";
	_cleanup_(policy_freep) struct policy *policy = NULL;
	struct json_object *object;
	struct fault fault = {};

	ck_assert_int_eq(policy_new("main", &policy), 0);
	ck_assert_int_eq(config_parse(policy, "f.json", text, strlen(text), &fault), 0);
	ck_assert_int_eq(policy_link(policy, &fault), 0);
	object = policy_json(policy);
	ck_assert_str_eq(json_object_to_json_string_ext(
				 object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
			 wanted);
	json_object_put(object);
}
END_TEST

CHECK_MAIN("policy-json", test_rules_and_profiles)

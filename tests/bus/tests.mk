# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# A part of Makefile.am: the tests of the bus side's parts, built as those of tests/daemon/tests.mk.
contract_tests = \
	tests/bus/test-any-call \
	tests/bus/test-hostile-crowd \
	tests/bus/test-hostile-files \
	tests/daemon/test-channel-path \
	tests/daemon/test-crowd \
	tests/bus/test-bus-turn \
	tests/daemon/test-kind \
	tests/daemon/test-locate \
	tests/bus/test-bus-about \
	tests/bus/test-bus-describe \
	tests/bus/test-bus-list \
	tests/bus/test-bus-log \
	tests/bus/test-bus-lookup \
	tests/bus/test-bus-news \
	tests/bus/test-bus-state \
	tests/bus/test-bus-statistics \
	tests/bus/test-bus-together \
	tests/bus/test-bus-users \
	tests/bus/test-hostile \
	tests/bus/test-strangers \
	tests/bus/test-contract-text
check_PROGRAMS += $(contract_tests)
tests_daemon_test_channel_path_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_channel_path_LDADD = $(daemon_test_LDADD)
tests_daemon_test_crowd_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_crowd_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_turn_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_turn_LDADD = $(daemon_test_LDADD)
tests_daemon_test_kind_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_kind_LDADD = $(daemon_test_LDADD)
tests_daemon_test_locate_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_locate_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_about_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_about_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_news_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_news_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_describe_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_describe_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_list_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_list_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_log_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_log_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_lookup_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_lookup_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_state_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_state_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_statistics_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_statistics_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_together_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_together_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_users_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_users_LDADD = $(daemon_test_LDADD)
tests_bus_test_strangers_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_strangers_LDADD = $(daemon_test_LDADD)
tests_bus_test_any_call_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_any_call_LDADD = $(daemon_test_LDADD)
tests_bus_test_any_call_SOURCES = tests/bus/any-value.h tests/bus/any-value.c tests/bus/test-any-call.c
tests_bus_test_hostile_crowd_CFLAGS = $(daemon_test_CFLAGS) -pthread
tests_bus_test_hostile_crowd_LDADD = $(daemon_test_LDADD)
tests_bus_test_hostile_files_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_hostile_files_LDADD = $(daemon_test_LDADD)
tests_bus_test_hostile_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_hostile_LDADD = $(daemon_test_LDADD)
tests_bus_test_contract_text_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_contract_text_LDADD = $(daemon_test_LDADD)

# dbus-broker needs a program that sets it up.
test_programs += tests/bus/launch-broker
tests_bus_launch_broker_SOURCES = tests/bus/launch-broker.c
tests_bus_launch_broker_CFLAGS = $(AM_CFLAGS) $(SYSTEMD_CFLAGS)
tests_bus_launch_broker_LDADD = $(SYSTEMD_LIBS)
dist_check_SCRIPTS += tests/bus/on-dbus-broker

# The campaign's: 100,000 leases. Without sanitizers, which keep what was freed.
EXTRA_PROGRAMS += tests/bus/endurance
tests_bus_endurance_CFLAGS = $(AM_CFLAGS) $(SYSTEMD_CFLAGS) $(JSON_CFLAGS) $(CHECK_CFLAGS) \
	-iquote $(top_srcdir)/tests -iquote $(top_srcdir)/tests/daemon -iquote $(top_srcdir)/tests/bus
tests_bus_endurance_SOURCES = tests/bus/endurance.c tests/daemon/scratch.c tests/daemon/fake-sysfs.c \
	tests/bus/message-bus.c tests/bus/broker-bus.c
tests_bus_endurance_LDADD = libdaemon.la $(CHECK_LIBS) $(SYSTEMD_LIBS) $(JSON_LIBS)
CLEANFILES += tests/bus/endurance

# What another user's acquisition takes during a flood; on demand, likewise.
EXTRA_PROGRAMS += tests/bus/flood
tests_bus_flood_CFLAGS = $(tests_bus_endurance_CFLAGS)
tests_bus_flood_SOURCES = tests/bus/flood.c tests/daemon/scratch.c tests/daemon/fake-sysfs.c \
	tests/bus/message-bus.c tests/bus/broker-bus.c
tests_bus_flood_LDADD = $(tests_bus_endurance_LDADD)
CLEANFILES += tests/bus/flood

# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# The client's tests; part of Makefile.am.

# The programs below differ in nothing but their names.
client_test_CPPFLAGS = $(client_CPPFLAGS) -iquote $(top_srcdir)/client -iquote $(top_srcdir)/client/lib \
	-iquote $(top_srcdir)/tests -iquote $(top_srcdir)/tests/client
client_test_CFLAGS = $(CHECK_BUILD_CFLAGS) $(SYSTEMD_CFLAGS) $(JSON_CFLAGS)
client_test_LDADD = libclient-test.la libclient-check.la $(CHECK_LIBS) $(SYSTEMD_LIBS) $(JSON_LIBS)
check_LTLIBRARIES += libclient-test.la
libclient_test_la_SOURCES = tests/check-main.h tests/client/loose-bus.h tests/client/loose-bus.c \
	tests/client/report-sample.h tests/client/report-sample.c
libclient_test_la_CPPFLAGS = $(client_test_CPPFLAGS)
libclient_test_la_CFLAGS = $(client_test_CFLAGS)
client_tests = \
	tests/client/test-option \
	tests/client/test-ebcdic \
	tests/client/test-dump \
	tests/client/lib/test-irb \
	tests/client/lib/test-sense \
	tests/client/lib/test-program \
	tests/client/test-program-text \
	tests/client/test-device-word \
	tests/client/test-outcome \
	tests/client/lib/test-iommufd \
	tests/client/lib/test-region \
	tests/client/lib/test-error \
	tests/client/lib/test-space \
	tests/client/lib/test-refusal \
	tests/client/lib/test-connection \
	tests/client/lib/test-parcel \
	tests/client/lib/test-lease \
	tests/client/lib/test-request \
	tests/client/lib/test-device \
	tests/client/test-call \
	tests/client/test-show \
	tests/client/test-properties \
	tests/client/test-lease-list \
	tests/client/test-selection \
	tests/client/test-channel-paths \
	tests/client/test-device-list \
	tests/client/test-tree \
	tests/client/test-event-line \
	tests/client/test-load \
	tests/client/test-interrupt \
	tests/client/test-errand \
	tests/client/test-placeholder \
	tests/client/test-command \
	tests/client/test-qemu \
	tests/client/test-machine \
	tests/client/test-libvirt \
	tests/client/test-report \
	tests/client/test-report-json \
	tests/client/test-account \
	tests/client/test-policy-source \
	tests/client/test-policy-text \
	tests/client/test-policy-json
check_PROGRAMS += $(client_tests)
tests_client_test_account_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_account_CFLAGS = $(client_test_CFLAGS)
tests_client_test_account_LDADD = $(client_test_LDADD)
tests_client_test_policy_source_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_policy_source_CFLAGS = $(client_test_CFLAGS)
tests_client_test_policy_source_LDADD = $(client_test_LDADD)
tests_client_test_policy_text_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_policy_text_CFLAGS = $(client_test_CFLAGS)
tests_client_test_policy_text_LDADD = $(client_test_LDADD)
tests_client_test_policy_json_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_policy_json_CFLAGS = $(client_test_CFLAGS)
tests_client_test_policy_json_LDADD = $(client_test_LDADD)
tests_client_test_interrupt_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_interrupt_CFLAGS = $(client_test_CFLAGS)
tests_client_test_interrupt_LDADD = $(client_test_LDADD)
tests_client_test_option_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_option_CFLAGS = $(client_test_CFLAGS)
tests_client_test_option_LDADD = $(client_test_LDADD)
tests_client_test_ebcdic_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_ebcdic_CFLAGS = $(client_test_CFLAGS)
tests_client_test_ebcdic_LDADD = $(client_test_LDADD)
tests_client_test_dump_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_dump_CFLAGS = $(client_test_CFLAGS)
tests_client_test_dump_LDADD = $(client_test_LDADD)
tests_client_lib_test_irb_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_lib_test_irb_CFLAGS = $(client_test_CFLAGS)
tests_client_lib_test_irb_LDADD = $(client_test_LDADD)
tests_client_lib_test_sense_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_lib_test_sense_CFLAGS = $(client_test_CFLAGS)
tests_client_lib_test_sense_LDADD = $(client_test_LDADD)
tests_client_lib_test_program_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_lib_test_program_CFLAGS = $(client_test_CFLAGS)
tests_client_lib_test_program_LDADD = $(client_test_LDADD)
tests_client_test_program_text_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_program_text_CFLAGS = $(client_test_CFLAGS)
tests_client_test_program_text_LDADD = $(client_test_LDADD)
tests_client_test_device_word_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_device_word_CFLAGS = $(client_test_CFLAGS)
tests_client_test_device_word_LDADD = $(client_test_LDADD)
tests_client_test_outcome_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_outcome_CFLAGS = $(client_test_CFLAGS)
tests_client_test_outcome_LDADD = $(client_test_LDADD)
tests_client_lib_test_iommufd_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_lib_test_iommufd_CFLAGS = $(client_test_CFLAGS)
tests_client_lib_test_iommufd_LDADD = $(client_test_LDADD)
tests_client_lib_test_region_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_lib_test_region_CFLAGS = $(client_test_CFLAGS)
tests_client_lib_test_region_LDADD = $(client_test_LDADD)
tests_client_test_call_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_call_CFLAGS = $(client_test_CFLAGS)
tests_client_test_call_LDADD = $(client_test_LDADD)
tests_client_test_show_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_show_CFLAGS = $(client_test_CFLAGS)
tests_client_test_show_LDADD = $(client_test_LDADD)
tests_client_test_properties_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_properties_CFLAGS = $(client_test_CFLAGS)
tests_client_test_properties_LDADD = $(client_test_LDADD)
tests_client_test_device_list_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_device_list_CFLAGS = $(client_test_CFLAGS)
tests_client_test_device_list_LDADD = $(client_test_LDADD)
tests_client_test_channel_paths_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_channel_paths_CFLAGS = $(client_test_CFLAGS)
tests_client_test_channel_paths_LDADD = $(client_test_LDADD)
tests_client_test_selection_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_selection_CFLAGS = $(client_test_CFLAGS)
tests_client_test_selection_LDADD = $(client_test_LDADD)
tests_client_test_lease_list_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_lease_list_CFLAGS = $(client_test_CFLAGS)
tests_client_test_lease_list_LDADD = $(client_test_LDADD)
tests_client_test_load_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_load_CFLAGS = $(client_test_CFLAGS)
tests_client_test_load_LDADD = $(client_test_LDADD)
tests_client_test_errand_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_errand_CFLAGS = $(client_test_CFLAGS)
tests_client_test_errand_LDADD = $(client_test_LDADD)
tests_client_test_tree_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_tree_CFLAGS = $(client_test_CFLAGS)
tests_client_test_tree_LDADD = $(client_test_LDADD)
tests_client_test_event_line_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_event_line_CFLAGS = $(client_test_CFLAGS)
tests_client_test_event_line_LDADD = $(client_test_LDADD)
tests_client_test_placeholder_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_placeholder_CFLAGS = $(client_test_CFLAGS)
tests_client_test_placeholder_LDADD = $(client_test_LDADD)
tests_client_test_qemu_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_qemu_CFLAGS = $(client_test_CFLAGS)
tests_client_test_qemu_LDADD = $(client_test_LDADD)
tests_client_test_libvirt_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_libvirt_CFLAGS = $(client_test_CFLAGS)
tests_client_test_libvirt_LDADD = $(client_test_LDADD)
tests_client_test_command_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_command_CFLAGS = $(client_test_CFLAGS)
tests_client_test_command_LDADD = $(client_test_LDADD)
tests_client_test_machine_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_machine_CFLAGS = $(client_test_CFLAGS)
tests_client_test_machine_LDADD = $(client_test_LDADD)
tests_client_test_report_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_report_CFLAGS = $(client_test_CFLAGS)
tests_client_test_report_LDADD = $(client_test_LDADD)
tests_client_test_report_json_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_test_report_json_CFLAGS = $(client_test_CFLAGS)
tests_client_test_report_json_LDADD = $(client_test_LDADD)
tests_client_lib_test_error_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_lib_test_error_CFLAGS = $(client_test_CFLAGS)
tests_client_lib_test_error_LDADD = $(client_test_LDADD)
tests_client_lib_test_space_SOURCES = tests/client/lib/test-space.c \
	tests/client/lib/fake-vfio.h tests/client/lib/fake-vfio.c
tests_client_lib_test_space_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_lib_test_space_CFLAGS = $(client_test_CFLAGS)
tests_client_lib_test_space_LDADD = $(client_test_LDADD)
tests_client_lib_test_refusal_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_lib_test_refusal_CFLAGS = $(client_test_CFLAGS)
tests_client_lib_test_refusal_LDADD = $(client_test_LDADD)
tests_client_lib_test_connection_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_lib_test_connection_CFLAGS = $(client_test_CFLAGS)
tests_client_lib_test_connection_LDADD = $(client_test_LDADD)
tests_client_lib_test_parcel_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_lib_test_parcel_CFLAGS = $(client_test_CFLAGS)
tests_client_lib_test_parcel_LDADD = $(client_test_LDADD)
tests_client_lib_test_lease_SOURCES = tests/client/lib/test-lease.c \
	tests/client/lib/fake-broker.h tests/client/lib/fake-broker.c
tests_client_lib_test_lease_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_lib_test_lease_CFLAGS = $(client_test_CFLAGS)
tests_client_lib_test_lease_LDADD = $(client_test_LDADD)
tests_client_lib_test_request_SOURCES = tests/client/lib/test-request.c \
	tests/client/lib/fake-broker.h tests/client/lib/fake-broker.c
tests_client_lib_test_request_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_lib_test_request_CFLAGS = $(client_test_CFLAGS)
tests_client_lib_test_request_LDADD = $(client_test_LDADD)
tests_client_lib_test_device_SOURCES = tests/client/lib/test-device.c \
	tests/client/lib/fake-vfio.h tests/client/lib/fake-vfio.c
tests_client_lib_test_device_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_lib_test_device_CFLAGS = $(client_test_CFLAGS)
tests_client_lib_test_device_LDADD = $(client_test_LDADD)

# ccwctl with sanitizers, for the scripts that run it. It is no test, so it is no check_PROGRAM.
EXTRA_PROGRAMS += tests/client/ccwctl
tests_client_ccwctl_SOURCES = client/main.c
tests_client_ccwctl_CPPFLAGS = $(client_CPPFLAGS)
tests_client_ccwctl_CFLAGS = $(client_test_CFLAGS)
tests_client_ccwctl_LDADD = libclient-check.la $(SYSTEMD_LIBS) $(JSON_LIBS)
EXTRA_PROGRAMS += tests/client/broker
tests_client_broker_SOURCES = tests/client/broker.c
tests_client_broker_CFLAGS = $(AM_CFLAGS) $(SYSTEMD_CFLAGS) $(JSON_CFLAGS)
tests_client_broker_LDADD = libdaemon.la $(SYSTEMD_LIBS) $(JSON_LIBS)
EXTRA_PROGRAMS += tests/client/forger
tests_client_forger_SOURCES = tests/client/forger.c
tests_client_forger_CPPFLAGS = $(client_test_CPPFLAGS)
tests_client_forger_CFLAGS = $(AM_CFLAGS) $(SYSTEMD_CFLAGS)
tests_client_forger_LDADD = $(SYSTEMD_LIBS)
check_DATA = tests/client/ccwctl tests/client/broker tests/client/forger client/ccwctl.1 client/bash/ccwctl tests/client/lib/label.c
CLEANFILES += tests/client/ccwctl tests/client/broker tests/client/forger
dist_check_SCRIPTS += tests/client/cli tests/client/cli-bus tests/client/cli-policy tests/client/manual \
	tests/client/sessions/replay \
	tests/client/lib/library
# by name: the directory has logs in a build that was made in place
EXTRA_DIST += tests/client/cli.bash tests/client/world.bash doc/ccwctl.md \
	tests/client/sessions/acquire.session tests/client/sessions/libvirt-xml.session \
	tests/client/sessions/qemu-args.session \
	tests/client/sessions/who.session tests/client/sessions/top.session \
	tests/client/sessions/check.session tests/client/sessions/completion.session tests/client/sessions/define.session \
	tests/client/sessions/forged.session tests/client/sessions/consent.session \
	tests/client/sessions/dry-run.session tests/client/sessions/progress.session tests/client/sessions/hostile.session tests/client/sessions/ids.session tests/client/sessions/info.session \
	tests/client/sessions/io.session tests/client/sessions/job.session \
	tests/client/sessions/leases.session tests/client/sessions/list.session tests/client/sessions/monitor.session \
	tests/client/sessions/policy.session tests/client/sessions/refused.session \
	tests/client/sessions/reload.session tests/client/sessions/run.session tests/client/sessions/status.session tests/client/sessions/tree.session

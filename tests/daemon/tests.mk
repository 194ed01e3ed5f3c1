# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# A part of Makefile.am.
# Its tests: one program a source file; those in tests/bus start a message bus of their own.
daemon_test_CFLAGS = $(CHECK_BUILD_CFLAGS) $(SYSTEMD_CFLAGS) $(JSON_CFLAGS) \
	-iquote $(top_srcdir)/tests -iquote $(top_srcdir)/tests/daemon -iquote $(top_srcdir)/tests/bus
daemon_test_LDADD = libdaemon-test.la libdaemon-check.la $(CHECK_LIBS) $(SYSTEMD_LIBS) $(JSON_LIBS)
check_LTLIBRARIES += libdaemon-test.la
libdaemon_test_la_SOURCES = tests/check-main.h tests/daemon/scratch.h tests/daemon/scratch.c \
	tests/daemon/fake-sysfs.h tests/daemon/fake-sysfs.c \
	tests/daemon/autostart-scene.h tests/daemon/autostart-scene.c \
	tests/bus/message-bus.h tests/bus/message-bus.c \
	tests/bus/broker-bus.h tests/bus/broker-bus.c \
	tests/bus/fake-polkit.h tests/bus/fake-polkit.c
libdaemon_test_la_CFLAGS = $(daemon_test_CFLAGS)
daemon_tests = \
	tests/daemon/test-admission \
	tests/daemon/test-audit \
	tests/daemon/test-answer \
	tests/daemon/test-authority \
	tests/daemon/test-binder \
	tests/daemon/test-broker \
	tests/daemon/test-ccw-id \
	tests/daemon/test-config \
	tests/daemon/test-cookbook \
	tests/daemon/test-custody \
	tests/daemon/test-autostart \
	tests/daemon/test-autostart-reload \
	tests/daemon/test-definition \
	tests/daemon/test-device \
	tests/daemon/test-device-set \
	tests/daemon/test-discovery \
	tests/daemon/test-fault \
	tests/daemon/test-foresight \
	tests/daemon/test-ignored \
	tests/daemon/test-inquiry \
	tests/daemon/test-inuse \
	tests/daemon/test-io \
	tests/daemon/test-iommu \
	tests/daemon/test-json \
	tests/daemon/test-kaudit \
	tests/daemon/test-lease \
	tests/daemon/test-lease-audit \
	tests/daemon/test-lease-ref \
	tests/daemon/test-ledger \
	tests/daemon/test-lifetime \
	tests/daemon/test-log \
	tests/daemon/test-mask \
	tests/daemon/test-node \
	tests/daemon/test-place \
	tests/daemon/test-plan \
	tests/daemon/test-pledge \
	tests/daemon/test-policy \
	tests/daemon/test-profile \
	tests/daemon/test-profile-parse \
	tests/daemon/test-quota \
	tests/daemon/test-process \
	tests/daemon/test-polkit \
	tests/daemon/test-registry \
	tests/daemon/test-refusals \
	tests/daemon/test-resolver \
	tests/daemon/test-reset \
	tests/daemon/test-store \
	tests/daemon/test-lease-json \
	tests/daemon/test-statistics \
	tests/daemon/test-subject \
	tests/daemon/test-subuid \
	tests/daemon/test-sysfs \
	tests/daemon/test-glance \
	tests/daemon/test-tether \
	tests/daemon/test-text \
	tests/daemon/test-uevent \
	tests/daemon/test-unit \
	tests/daemon/test-usage \
	tests/daemon/test-uses \
	tests/daemon/test-vfio \
	tests/daemon/test-backend \
	tests/daemon/test-binder-css \
	tests/daemon/test-mdev \
	tests/daemon/test-plan-css \
	tests/daemon/test-step \
	tests/daemon/test-subchannel \
	tests/daemon/test-worker tests/daemon/test-worker-wire tests/daemon/test-crew \
	tests/daemon/test-holder \
	tests/daemon/test-opener \
	tests/daemon/test-zdev \
	tests/daemon/test-origin \
	tests/daemon/test-change \
	tests/daemon/test-job \
	tests/bus/test-bus \
	tests/bus/test-bus-acquire \
	tests/bus/test-bus-device \
	tests/bus/test-bus-dict \
	tests/bus/test-bus-error \
	tests/bus/test-bus-hold \
	tests/bus/test-bus-tether \
	tests/bus/test-bus-revoke \
	tests/daemon/test-revocation \
	tests/daemon/test-revoke \
	tests/bus/test-bus-lease \
	tests/bus/test-bus-manager \
	tests/bus/test-bus-many \
	tests/bus/test-bus-peer \
	tests/bus/test-bus-wish \
	tests/bus/test-bus-inquire \
	tests/bus/test-bus-definition \
	tests/bus/test-bus-job \
	tests/bus/test-contract
check_PROGRAMS += $(daemon_tests)
tests_daemon_test_admission_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_admission_LDADD = $(daemon_test_LDADD)
tests_daemon_test_answer_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_answer_LDADD = $(daemon_test_LDADD)
tests_daemon_test_authority_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_authority_LDADD = $(daemon_test_LDADD)
tests_daemon_test_binder_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_binder_LDADD = $(daemon_test_LDADD)
tests_daemon_test_broker_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_broker_LDADD = $(daemon_test_LDADD)
tests_daemon_test_ccw_id_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_ccw_id_LDADD = $(daemon_test_LDADD)
tests_daemon_test_config_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_config_LDADD = $(daemon_test_LDADD)
tests_daemon_test_cookbook_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_cookbook_LDADD = $(daemon_test_LDADD)
tests_daemon_test_custody_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_custody_LDADD = $(daemon_test_LDADD)
tests_daemon_test_device_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_device_LDADD = $(daemon_test_LDADD)
tests_daemon_test_device_set_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_device_set_LDADD = $(daemon_test_LDADD)
tests_daemon_test_discovery_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_discovery_LDADD = $(daemon_test_LDADD)
tests_daemon_test_fault_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_fault_LDADD = $(daemon_test_LDADD)
tests_daemon_test_foresight_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_foresight_LDADD = $(daemon_test_LDADD)
tests_daemon_test_ignored_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_ignored_LDADD = $(daemon_test_LDADD)
tests_daemon_test_inquiry_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_inquiry_LDADD = $(daemon_test_LDADD)
tests_daemon_test_inuse_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_inuse_LDADD = $(daemon_test_LDADD)
tests_daemon_test_mask_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_mask_LDADD = $(daemon_test_LDADD)
tests_daemon_test_node_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_node_LDADD = $(daemon_test_LDADD)
tests_daemon_test_iommu_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_iommu_LDADD = $(daemon_test_LDADD)
tests_daemon_test_io_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_io_LDADD = $(daemon_test_LDADD)
tests_daemon_test_json_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_json_LDADD = $(daemon_test_LDADD)
tests_daemon_test_lease_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_lease_LDADD = $(daemon_test_LDADD)
tests_daemon_test_lease_ref_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_lease_ref_LDADD = $(daemon_test_LDADD)
tests_daemon_test_ledger_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_ledger_LDADD = $(daemon_test_LDADD)
tests_daemon_test_lifetime_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_lifetime_LDADD = $(daemon_test_LDADD)
tests_daemon_test_log_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_log_LDADD = $(daemon_test_LDADD)
tests_daemon_test_place_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_place_LDADD = $(daemon_test_LDADD)
tests_daemon_test_plan_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_plan_LDADD = $(daemon_test_LDADD)
tests_daemon_test_policy_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_policy_LDADD = $(daemon_test_LDADD)
tests_daemon_test_profile_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_profile_LDADD = $(daemon_test_LDADD)
tests_daemon_test_profile_parse_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_profile_parse_LDADD = $(daemon_test_LDADD)
tests_daemon_test_quota_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_quota_LDADD = $(daemon_test_LDADD)
tests_daemon_test_process_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_process_LDADD = $(daemon_test_LDADD)
tests_daemon_test_registry_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_registry_LDADD = $(daemon_test_LDADD)
tests_daemon_test_reset_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_reset_LDADD = $(daemon_test_LDADD)
tests_daemon_test_pledge_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_pledge_LDADD = $(daemon_test_LDADD)
tests_daemon_test_store_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_store_LDADD = $(daemon_test_LDADD)
tests_daemon_test_subuid_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_subuid_LDADD = $(daemon_test_LDADD)
tests_daemon_test_subject_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_subject_LDADD = $(daemon_test_LDADD)
tests_daemon_test_glance_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_glance_LDADD = $(daemon_test_LDADD)
tests_daemon_test_sysfs_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_sysfs_LDADD = $(daemon_test_LDADD)
tests_daemon_test_tether_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_tether_LDADD = $(daemon_test_LDADD)
tests_daemon_test_text_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_text_LDADD = $(daemon_test_LDADD)
tests_daemon_test_uevent_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_uevent_LDADD = $(daemon_test_LDADD)
tests_daemon_test_usage_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_usage_LDADD = $(daemon_test_LDADD)
tests_daemon_test_uses_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_uses_LDADD = $(daemon_test_LDADD)
tests_daemon_test_vfio_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_vfio_LDADD = $(daemon_test_LDADD)
tests_daemon_test_backend_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_backend_LDADD = $(daemon_test_LDADD)
tests_daemon_test_binder_css_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_binder_css_LDADD = $(daemon_test_LDADD)
tests_daemon_test_mdev_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_mdev_LDADD = $(daemon_test_LDADD)
tests_daemon_test_plan_css_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_plan_css_LDADD = $(daemon_test_LDADD)
tests_daemon_test_step_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_step_LDADD = $(daemon_test_LDADD)
tests_daemon_test_subchannel_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_subchannel_LDADD = $(daemon_test_LDADD)
tests_daemon_test_worker_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_worker_LDADD = $(daemon_test_LDADD)
tests_daemon_test_worker_wire_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_worker_wire_LDADD = $(daemon_test_LDADD)
tests_daemon_test_crew_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_crew_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_acquire_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_acquire_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_device_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_device_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_dict_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_dict_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_error_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_error_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_tether_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_tether_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_lease_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_lease_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_manager_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_manager_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_many_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_many_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_peer_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_peer_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_wish_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_wish_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_inquire_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_inquire_LDADD = $(daemon_test_LDADD)
tests_bus_test_contract_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_contract_LDADD = $(daemon_test_LDADD)
tests_daemon_test_holder_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_holder_LDADD = $(daemon_test_LDADD)
tests_daemon_test_opener_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_opener_LDADD = $(daemon_test_LDADD)
tests_daemon_test_zdev_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_zdev_LDADD = $(daemon_test_LDADD)
tests_daemon_test_unit_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_unit_LDADD = $(daemon_test_LDADD)
tests_daemon_test_resolver_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_resolver_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_hold_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_hold_LDADD = $(daemon_test_LDADD)
tests_daemon_test_step_sweep_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_step_sweep_LDADD = $(daemon_test_LDADD)
tests_daemon_test_step_sweep_SOURCES = tests/daemon/test-step-sweep.c \
	tests/daemon/sweep-daemon.h tests/daemon/sweep-daemon.c \
	tests/daemon/fake-css.h tests/daemon/fake-css.c \
	tests/daemon/fake-kernel.h tests/daemon/fake-kernel.c
tests_daemon_test_step_sweep_LDFLAGS = -Wl,--wrap=io_write_at,--wrap=vfio_open,--wrap=vfio_share \
	-Wl,--wrap=store_save,--wrap=store_remove,--wrap=lease_ref_create
tests_daemon_test_definition_sweep_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_definition_sweep_LDADD = $(daemon_test_LDADD)
tests_daemon_test_definition_sweep_SOURCES = tests/daemon/test-definition-sweep.c \
	tests/daemon/sweep-daemon.h tests/daemon/sweep-daemon.c \
	tests/daemon/fake-css.h tests/daemon/fake-css.c \
	tests/daemon/fake-kernel.h tests/daemon/fake-kernel.c
tests_daemon_test_definition_sweep_LDFLAGS = $(tests_daemon_test_step_sweep_LDFLAGS) \
	-Wl,--wrap=renameat,--wrap=unlinkat,--wrap=fsync
tests_daemon_test_polkit_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_polkit_LDADD = $(daemon_test_LDADD)
tests_daemon_test_audit_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_audit_LDADD = $(daemon_test_LDADD)
tests_daemon_test_kaudit_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_kaudit_LDADD = $(daemon_test_LDADD)
tests_daemon_test_refusals_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_refusals_LDADD = $(daemon_test_LDADD)
tests_daemon_test_lease_audit_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_lease_audit_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_revoke_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_revoke_LDADD = $(daemon_test_LDADD)
tests_daemon_test_revocation_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_revocation_LDADD = $(daemon_test_LDADD)
tests_daemon_test_revoke_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_revoke_LDADD = $(daemon_test_LDADD)
tests_daemon_test_lease_json_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_lease_json_LDADD = $(daemon_test_LDADD)
tests_daemon_test_statistics_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_statistics_LDADD = $(daemon_test_LDADD)
tests_daemon_test_origin_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_origin_LDADD = $(daemon_test_LDADD)
tests_daemon_test_change_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_change_LDADD = $(daemon_test_LDADD)
tests_daemon_test_job_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_job_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_job_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_job_LDADD = $(daemon_test_LDADD)
tests_daemon_test_autostart_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_autostart_LDADD = $(daemon_test_LDADD)
tests_daemon_test_autostart_reload_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_autostart_reload_LDADD = $(daemon_test_LDADD)
tests_daemon_test_definition_CFLAGS = $(daemon_test_CFLAGS)
tests_daemon_test_definition_LDADD = $(daemon_test_LDADD)
tests_bus_test_bus_definition_CFLAGS = $(daemon_test_CFLAGS)
tests_bus_test_bus_definition_LDADD = $(daemon_test_LDADD)

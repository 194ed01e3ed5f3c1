# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
#
# A part of Makefile.am: what fails at every call to the C library, once each.
check_PROGRAMS += tests/fault/test-fault-broker
# Called before any sanitizer has begun, so that it has none itself.
check_LTLIBRARIES += libinterpose.la
libinterpose_la_SOURCES = tests/fault/interpose.h tests/fault/interpose.c
libinterpose_la_CFLAGS = $(AM_CFLAGS) -O1 -g -fno-omit-frame-pointer
tests_fault_test_fault_broker_CFLAGS = $(daemon_test_CFLAGS) -iquote $(top_srcdir)/tests/fault
tests_fault_test_fault_broker_LDADD = libinterpose.la $(daemon_test_LDADD)
tests_fault_test_fault_broker_SOURCES = tests/fault/test-fault-broker.c \
	tests/daemon/sweep-daemon.h tests/daemon/sweep-daemon.c \
	tests/daemon/fake-css.h tests/daemon/fake-css.c \
	tests/daemon/fake-kernel.h tests/daemon/fake-kernel.c
tests_fault_test_fault_broker_LDFLAGS = $(tests_daemon_test_step_sweep_LDFLAGS)
check_PROGRAMS += tests/fault/test-fault-library
tests_fault_test_fault_library_SOURCES = tests/fault/test-fault-library.c \
	tests/client/lib/fake-vfio.h tests/client/lib/fake-vfio.c
tests_fault_test_fault_library_CPPFLAGS = $(client_test_CPPFLAGS) -iquote $(top_srcdir)/tests/fault \
	-iquote $(top_srcdir)/tests/client/lib
tests_fault_test_fault_library_CFLAGS = $(client_test_CFLAGS)
# reads and writes of a device are the fake drive's, which the linker meets first
tests_fault_test_fault_library_LDFLAGS = -Wl,--allow-multiple-definition
tests_fault_test_fault_library_LDADD = libinterpose.la $(client_test_LDADD)
# these two are the campaign's: they take minutes
EXTRA_PROGRAMS += tests/fault/test-fault-bus
tests_fault_test_fault_bus_CFLAGS = $(daemon_test_CFLAGS) -iquote $(top_srcdir)/tests/fault
tests_fault_test_fault_bus_LDADD = libinterpose.la $(daemon_test_LDADD)
EXTRA_PROGRAMS += tests/fault/test-fault-ccwctl
tests_fault_test_fault_ccwctl_CFLAGS = $(daemon_test_CFLAGS) -iquote $(top_srcdir)/tests/fault
tests_fault_test_fault_ccwctl_LDADD = libinterpose.la $(daemon_test_LDADD)
EXTRA_PROGRAMS += tests/fault/ccwctl
tests_fault_ccwctl_SOURCES = client/main.c
tests_fault_ccwctl_CPPFLAGS = $(client_CPPFLAGS)
tests_fault_ccwctl_CFLAGS = $(CHECK_BUILD_CFLAGS) $(SYSTEMD_CFLAGS) $(JSON_CFLAGS)
# nobody asks for it by name
tests_fault_ccwctl_LDFLAGS = -Wl,-u,interpose_share
tests_fault_ccwctl_LDADD = libinterpose.la libclient-check.la $(SYSTEMD_LIBS) $(JSON_LIBS)
CLEANFILES += tests/fault/ccwctl tests/fault/test-fault-bus tests/fault/test-fault-ccwctl

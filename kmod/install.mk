# SPDX-License-Identifier: GPL-2.0-only
# Copyright the ccwbroker authors
#
# A part of Makefile.am: installs the module's sources as DKMS wants them, all that a build needs
# and nothing from elsewhere. Kbuild does not read it.
dkmsdir = $(prefix)/src/$(PACKAGE)-$(VERSION)
dkmscompatdir = $(dkmsdir)/compat
dkmsuapidir = $(dkmsdir)/uapi
dkms_DATA = $(kmod_cp_sources) $(kmod_driver_sources) kmod/Kbuild kmod/Makefile
nodist_dkms_DATA = kmod/dkms.conf
dkmscompat_DATA = kmod/compat/compat.h kmod/compat/probe.mk
dkmsuapi_DATA = kmod/uapi/ccwbroker.h
EXTRA_DIST += kmod/dkms.conf.in

kmod/dkms.conf: kmod/dkms.conf.in Makefile
	$(substitute)

CLEANFILES += kmod/dkms.conf

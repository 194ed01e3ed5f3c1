# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# What the two storms take as arguments: --seed=N, and --seconds=N, for which a storm goes on even when all of it
# has happened.

# ARGUMENT...: sets seed and least.
storm_options()
{
	local arg
	seed=$RANDOM least=0
	# shellcheck disable=SC2154 # of host.sh
	for arg; do
		case $arg in
		--seed=*) seed=${arg#*=} ;;
		--seconds=*) least=${arg#*=} ;;
		*) echo "$case_name: $arg: --seed=N or --seconds=N" >&2; exit 2 ;;
		esac
	done
}

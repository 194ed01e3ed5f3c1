# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright the ccwbroker authors
# shellcheck shell=bash
#
# The compiler of a build, behind ccache(1) where there is one: what has been compiled before, in
# whatever clone, is not compiled again. Paths below the clone are made relative for that.

# COMMAND: prints the value for CC.
compiler_of()
{
	local prefix=
	! command -v ccache >/dev/null || prefix='ccache '
	echo "$prefix$1"
}

export CCACHE_DIR=${CCACHE_DIR:-${CCWBROKER_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ccwbroker}/ccache}
CCACHE_BASEDIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd -P)
export CCACHE_BASEDIR CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-2G}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright the ccwbroker authors */
/* Owns the shares of connections in what may wait. Knows neither connections nor calls. */
#include "crowd.h"

#include "limits.h"

unsigned int crowd_share(unsigned int count)
{
	return count < LIMIT_STRANGERS_MANY    ? LIMIT_STRANGER_CALLS
	       : count < LIMIT_STRANGERS_CROWD ? LIMIT_CALLS_OF_MANY
	       : count < LIMIT_STRANGERS       ? 1
					       : 0;
}

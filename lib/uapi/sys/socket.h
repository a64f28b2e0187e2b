/* SPDX-License-Identifier: MIT */
/* What the network UAPI headers (<linux/if.h>) take from the C library. */
#pragma once

typedef unsigned short sa_family_t;

struct sockaddr {
	sa_family_t sa_family;
	char sa_data[14];
};

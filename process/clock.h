/* SPDX-License-Identifier: MIT */
/* The clocks of clock_gettime(2), CPU-time clocks of processes and threads included. */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

/* Reads a clock: 0, -EINVAL (no such clock, or the process or thread is not there). */
__must_check int clock_read(clockid_t clock, uint64_t *ns);

enum clock_kind {
	CLOCK_KIND_NONE,      /* -EINVAL */
	CLOCK_KIND_MONOTONIC, /* MONOTONIC, BOOTTIME and what counts as them */
	CLOCK_KIND_REALTIME,  /* REALTIME, TAI: may be set */
	CLOCK_KIND_CPU,
};
enum clock_kind clock_kind(clockid_t clock);

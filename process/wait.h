/* SPDX-License-Identifier: MIT */
/* wait4(2), waitid(2): news of children and tracees. */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>
#include <process/process.h>

struct wait_request {
	int type;	  /* P_ALL, P_PID, P_PGID */
	struct pid *pid;  /* borrowed; NULL with P_ALL */
	unsigned int options; /* WEXITED, WSTOPPED (= WUNTRACED), WCONTINUED, WNOHANG, WNOWAIT, __WALL, __WCLONE, __WNOTHREAD */
};

struct wait_result {
	int pid;	/* 0: nothing yet (WNOHANG) */
	uint32_t uid;
	int cause;	/* CLD_* */
	int status;	/* exit code or signal number, as si_status */
	int wait_status; /* as wait4 stores it */
	struct rusage_ns usage;
};

/* 0 and *result, or -ECHILD, -ERESTARTSYS. May sleep. */
__must_check int process_wait(const struct wait_request *request, struct wait_result *result);

/* getrusage(2)'s sums. thread NULL: the whole process. */
void process_usage(struct process *process, struct rusage_ns *sum);

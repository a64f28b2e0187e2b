/* SPDX-License-Identifier: MIT */
/* Error numbers: Linux's, and the four that never reach a program: how an interrupted call goes on. */
#pragma once

#include <asm/errno.h>

#define ERESTARTSYS 512		  /* restart if SA_RESTART or no handler, else EINTR */
#define ERESTARTNOINTR 513	  /* always restart */
#define ERESTARTNOHAND 514	  /* restart if no handler runs, else EINTR */
#define ERESTART_RESTARTBLOCK 516 /* restart by restart_syscall, if no handler runs */

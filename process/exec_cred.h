/* SPDX-License-Identifier: MIT */
/* Inside process/: what execve does to credentials (man 7 capabilities, "Transformation of capabilities during execve()"). */
#pragma once

#include <lib/compiler.h>
#include <lib/types.h>

struct cred;
struct path;

/* The credentials of a program: set-user-ID bits, capabilities. 0 and a new cred, or -ENOMEM. */
__must_check int exec_cred_prepare(const struct path *path, struct cred **out, bool *is_secure);

/* Makes it the current thread's; the reference is taken over. */
void exec_cred_commit(struct cred *cred);

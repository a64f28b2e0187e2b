// SPDX-License-Identifier: MIT
/* /proc/sys/net (man 5 proc_sys_net): remembered, so that what programs set they read back. */
#include <kernel/pseudo_file.h>
#include <lib/compiler.h>

static int somaxconn = 4096, rmem_default = 212992, wmem_default = 212992, rmem_max = 212992, wmem_max = 212992;
static int max_dgram_qlen = 10;
static struct sysctl_int somaxconn_ctl = { &somaxconn, 0, INT32_MAX };
static struct sysctl_int rmem_default_ctl = { &rmem_default, 2304, INT32_MAX }, rmem_max_ctl = { &rmem_max, 2304, INT32_MAX };
static struct sysctl_int wmem_default_ctl = { &wmem_default, 4608, INT32_MAX }, wmem_max_ctl = { &wmem_max, 4608, INT32_MAX };
static struct sysctl_int max_dgram_qlen_ctl = { &max_dgram_qlen, 0, INT32_MAX };
SYSCTL_INT("net/core/somaxconn", 0644, somaxconn_ctl);
SYSCTL_INT("net/core/rmem_default", 0644, rmem_default_ctl);
SYSCTL_INT("net/core/wmem_default", 0644, wmem_default_ctl);
SYSCTL_INT("net/core/rmem_max", 0644, rmem_max_ctl);
SYSCTL_INT("net/core/wmem_max", 0644, wmem_max_ctl);
SYSCTL_INT("net/unix/max_dgram_qlen", 0644, max_dgram_qlen_ctl);

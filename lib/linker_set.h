/* SPDX-License-Identifier: MIT */
/*
 * Linker sets: unordered collections whose members are defined all over the tree and gathered by
 * the linker. Members are pointers, so that the objects may have any size and alignment.
 *
 *	LINKER_SET_ADD(pci_drivers, nvme_driver);		in the driver
 *	LINKER_SET_DECLARE(pci_drivers, const struct pci_driver);	once, at file scope
 *	LINKER_SET_FOREACH(pci_drivers, const struct pci_driver, drv)
 *		... drv is a const struct pci_driver * ...
 *
 * `retain` keeps the members through --gc-sections.
 */
#pragma once

#include <lib/compiler.h>

#define LINKER_SET_ADD(set, object) \
	static const void *const __unique_name(set##_member_) \
	__attribute__((used, retain, section("set_" #set))) = &(object)

/* Weak: a set without members is empty, not a link error. */
#define LINKER_SET_DECLARE(set, type) \
	extern type *const __start_set_##set[] __weak; \
	extern type *const __stop_set_##set[] __weak

#define LINKER_SET_COUNT(set)	((size_t)(__stop_set_##set - __start_set_##set))

#define LINKER_SET_FOREACH(set, type, var) \
	for (type *const *var##_slot = __start_set_##set, *var = NULL; \
	     var##_slot != __stop_set_##set && ((var = *var##_slot), true); var##_slot++)

#include <arch/init.h>
#include <boot/boot_info.h>
#include <lib/printf.h>
#include "../arch/x86_64/early_console.h"
#include <stdarg.h>
void kernel_main(struct boot_info *info);
static char buf[512];
#define pr(...) do { snprintf(buf, sizeof buf, __VA_ARGS__); for (char *c = buf; *c; c++) arch_early_putc(*c); } while (0)
static const char *const table[] = {"zero","one","two"};
const char *const *volatile tp = table;
void kernel_main(struct boot_info *info)
{
	early_console_init(info->cmdline);
	pr("Kindling at %lx phys %lx size %lx\n", (unsigned long)kernel_main, (unsigned long)info->kernel_start, (unsigned long)info->kernel_size_bytes);
	pr("cmdline: %s (%s %s)\n", info->cmdline, tp[1], tp[2]);
	for (unsigned i = 0; i < info->nr_map; i++)
		pr("  %016lx-%016lx %s\n", info->map[i].start, info->map[i].start + info->map[i].size_bytes - 1, boot_mem_type_name(info->map[i].type));
	for (unsigned i = 0; i < info->nr_reserved; i++)
		pr("  res %016lx-%016lx %d\n", info->reserved[i].start, info->reserved[i].start + info->reserved[i].size_bytes - 1, info->reserved[i].why);
	pr("loader %x.%x rsdp %lx initrds %u complaints %x seed %u screen %d %dx%d setup_data %u efi %lx\n", info->loader_type, info->loader_version, info->rsdp, info->nr_initrds, info->complaints, info->seed_bytes, info->has_screen, info->screen.orig_video_cols, info->screen.orig_video_lines, info->nr_setup_data, info->efi.systab);
	unsigned long cr4; __asm__ volatile("mov %%cr4,%0":"=r"(cr4));
	pr("cr4 %lx boot_params %p e820n %u\nDONE\n", cr4, info->boot_params, ((const unsigned char *)info->boot_params)[0x1e8]);
	for (;;) __asm__ volatile("cli;hlt");
}

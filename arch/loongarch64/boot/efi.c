// SPDX-License-Identifier: MIT
/* The entry of the PE file, for an EFI loader: it is told on its console that this is not the way (UEFI 2.10, 4.3, 12.4). */
#include <lib/types.h>

#define EFI_UNSUPPORTED 0x8000000000000003ull

struct efi_text_output {
	void *reset;
	uint64_t (*output_string)(struct efi_text_output *out, const uint16_t *text);
};

struct efi_system_table {
	uint64_t header[3];
	void *vendor;
	uint64_t revision;
	void *in_handle, *in, *out_handle;
	struct efi_text_output *out;
};

uint64_t efi_start(void *image, struct efi_system_table *system);

uint64_t efi_start(void *image, struct efi_system_table *system)
{
	static const uint16_t text[] = u"Kindling: no EFI stub yet. Start the image as Linux's Image is started, or by kexec.\r\n";

	if (system->out)
		system->out->output_string(system->out, text);
	return EFI_UNSUPPORTED;
}

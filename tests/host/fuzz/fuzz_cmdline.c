// SPDX-License-Identifier: MIT
/* Any text as a command line. */
#include <lib/cmdline.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1), *p = line, *key, *value, buf[5];
	size_t total = 0;

	memcpy(line, data, size);
	line[size] = '\0';
	cmdline_find(line, "ab", buf, sizeof(buf));
	while (cmdline_next(&p, &key, &value))
		total += strlen(key) + (value ? strlen(value) : 0);
	free(line);
	return total > size;
}

// SPDX-License-Identifier: MIT
/* The words of a command line. */
#include <lib/cmdline.h>

#include <lib/string.h>

/* Cuts the quotation mark off the end of s, if there is one. */
static void cut_end_quote(char *s)
{
	size_t n = strlen(s);

	if (n && s[n - 1] == '"')
		s[n - 1] = '\0';
}

bool cmdline_next(char **line, char **key, char **value)
{
	char *p = *line, *start;
	bool is_quoted, in_quotes;

	while (is_space(*p))
		p++;
	if (!*p)
		return false;
	is_quoted = in_quotes = *p == '"';
	start = p += is_quoted;
	*value = NULL;
	for (; *p && (in_quotes || !is_space(*p)); p++) {
		if (*p == '"')
			in_quotes = !in_quotes;
		if (*p == '=' && !*value)
			*value = p + 1;
	}
	*line = *p ? p + 1 : p;
	*p = '\0';
	*key = start;
	if (is_quoted)
		cut_end_quote(start);
	if (*value) {
		(*value)[-1] = '\0';
		if (**value == '"') {
			++*value;
			cut_end_quote(*value);
		}
	}
	return true;
}

bool cmdline_key_equal(const char *a, const char *b)
{
	for (;; a++, b++) {
		char x = *a == '-' ? '_' : *a, y = *b == '-' ? '_' : *b;

		if (x != y)
			return false;
		if (!x)
			return true;
	}
}

/* Length of the word at p, quotes considered. */
static size_t word_length(const char *p)
{
	bool in_quotes = false;
	size_t n;

	for (n = 0; p[n] && (in_quotes || !is_space(p[n])); n++)
		if (p[n] == '"')
			in_quotes = !in_quotes;
	return n;
}

/* Length of the name that begins the word, if it is `key`; else 0. */
static size_t match_key(const char *word, size_t n, const char *key)
{
	size_t i;

	for (i = 0; i < n && word[i] != '='; i++) {
		char x = word[i] == '-' ? '_' : word[i], y = key[i] == '-' ? '_' : key[i];

		if (x != y)
			return 0;
	}
	return key[i] ? 0 : i;
}

bool cmdline_find(const char *line, const char *key, char *buf, size_t size)
{
	bool is_found = false;

	for (;;) {
		size_t n, name;

		line += strspn(line, " \t\n\v\f\r");
		n = word_length(line);
		if (!n || (n == 2 && !memcmp(line, "--", 2)))
			return is_found;
		if (line[0] == '"') {
			line++;
			n -= n > 1 && line[n - 2] == '"' ? 2 : 1;
		}
		name = match_key(line, n, key);
		if (name) {
			const char *value = line + min(name + 1, n);
			size_t length = line + n - value;

			if (length && value[0] == '"') {
				value++;
				length -= length > 1 && value[length - 2] == '"' ? 2 : 1;
			}
			strscpy(buf, value, min(size, length + 1));
			is_found = true;
		}
		line += n;
		line += *line == '"';
	}
}

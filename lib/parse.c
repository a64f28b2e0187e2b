// SPDX-License-Identifier: MIT
/* Numbers out of text, overflow checked. */
#include <lib/parse.h>

#include <asm/errno.h>
#include <lib/string.h>

static int digit_value(char c)
{
	if (is_digit(c))
		return c - '0';
	return is_alpha(c) ? to_lower(c) - 'a' + 10 : 255;
}

int hex_digit(char c)
{
	int v = digit_value(c);

	return v < 16 ? v : -1;
}

int parse_u64_prefix(const char **sp, unsigned int base, uint64_t *out)
{
	const char *s = *sp;
	bool has_0x = s[0] == '0' && to_lower(s[1]) == 'x' && hex_digit(s[2]) >= 0;
	uint64_t value = 0;
	bool overflow = false;

	if (!base)
		base = has_0x ? 16 : s[0] == '0' ? 8 : 10;
	if (base == 16 && has_0x)
		s += 2;
	if ((unsigned int)digit_value(*s) >= base)
		return -EINVAL;
	for (; (unsigned int)digit_value(*s) < base; s++) {
		overflow |= mul_overflows(value, (uint64_t)base, &value);
		overflow |= add_overflows(value, (uint64_t)digit_value(*s), &value);
	}
	*sp = s;
	if (overflow)
		return -ERANGE;
	*out = value;
	return 0;
}

int parse_u64(const char *s, unsigned int base, uint64_t *out)
{
	uint64_t value;
	int err;

	if (*s == '+')
		s++;
	err = parse_u64_prefix(&s, base, &value);
	if (err)
		return err;
	if (*s == '\n')
		s++;
	if (*s)
		return -EINVAL;
	*out = value;
	return 0;
}

int parse_s64(const char *s, unsigned int base, int64_t *out)
{
	bool negative = *s == '-';
	uint64_t value;
	int err;

	if (negative && *++s == '+')
		return -EINVAL;
	err = parse_u64(s, base, &value);
	if (err)
		return err;
	if (value > (uint64_t)INT64_MAX + negative)
		return -ERANGE;
	*out = negative ? (int64_t)(0 - value) : (int64_t)value;
	return 0;
}

int parse_u32(const char *s, unsigned int base, uint32_t *out)
{
	uint64_t value;
	int err = parse_u64(s, base, &value);

	if (err)
		return err;
	if (value > UINT32_MAX)
		return -ERANGE;
	*out = value;
	return 0;
}

int parse_s32(const char *s, unsigned int base, int32_t *out)
{
	int64_t value;
	int err = parse_s64(s, base, &value);

	if (err)
		return err;
	if (value != (int32_t)value)
		return -ERANGE;
	*out = value;
	return 0;
}

int parse_bool(const char *s, bool *out)
{
	char c = to_lower(s[0]);

	if (c == 'o')
		c = to_lower(s[1]) == 'n' ? 'y' : to_lower(s[1]) == 'f' ? 'n' : 'o';
	if (c == 'y' || c == 't' || c == '1')
		*out = true;
	else if (c == 'n' || c == 'f' || c == '0')
		*out = false;
	else
		return -EINVAL;
	return 0;
}

int parse_size_prefix(const char **sp, uint64_t *out)
{
	static const char suffixes[] = "kmgtpe";
	uint64_t value;
	const char *s = *sp, *suffix;
	int err = parse_u64_prefix(&s, 0, &value);

	if (err)
		return err;
	suffix = *s ? strchr(suffixes, to_lower(*s)) : NULL;
	if (suffix) {
		unsigned int shift = 10 * (suffix - suffixes + 1);

		if (value >> (64 - shift))
			return -ERANGE;
		value <<= shift;
		s++;
	}
	*sp = s;
	*out = value;
	return 0;
}

int parse_hex_fixed(const char *s, size_t n, uint32_t *out)
{
	uint32_t value = 0;

	for (; n; n--, s++) {
		int digit = hex_digit(*s);

		if (digit < 0)
			return -EINVAL;
		value = value << 4 | digit;
	}
	*out = value;
	return 0;
}

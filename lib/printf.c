// SPDX-License-Identifier: MIT
/*
 * One formatter that hands out pieces of text through a callback; printing into a buffer is one
 * such callback. Numbers are built backwards in a small stack buffer.
 */
#include <lib/printf.h>

#include <lib/string.h>

struct spec {
	bool left, zero, plus, space, alternate, upper;
	int width;
	int precision;		/* -1: none given */
	char length;		/* 'H' for hh, 'L' for l, ll, z, j, t; 0 for int */
};

struct sink {
	printf_out_fn out;
	void *cookie;
	int total;
};

static void emit(struct sink *sink, const char *text, size_t n)
{
	if (!n)
		return;
	sink->out(sink->cookie, text, n);
	sink->total += n;
}

static void emit_repeated(struct sink *sink, char c, int n)
{
	char pad[16];

	if (n <= 0)
		return;
	memset(pad, c, sizeof(pad));
	for (; n > (int)sizeof(pad); n -= sizeof(pad))
		emit(sink, pad, sizeof(pad));
	emit(sink, pad, n);
}

static void emit_string(struct sink *sink, const struct spec *spec, const char *s)
{
	size_t n;

	if (!s)
		s = "(null)";
	n = strnlen(s, spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision);
	if (!spec->left)
		emit_repeated(sink, ' ', spec->width - (int)n);
	emit(sink, s, n);
	if (spec->left)
		emit_repeated(sink, ' ', spec->width - (int)n);
}

/* sign is "", "-", "+", " ", or the "0x" of an alternate form. */
static void emit_number(struct sink *sink, const struct spec *spec, uint64_t value,
			unsigned int base, const char *sign)
{
	const char *digits = spec->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char buf[22];		/* 64 bits in octal */
	char *p = buf + sizeof(buf);
	int sign_length = strlen(sign), n, zeros;

	if (base == 10) {
		for (; value; value /= 10)
			*--p = '0' + value % 10;
	} else {
		unsigned int shift = base == 16 ? 4 : 3;

		for (; value; value >>= shift)
			*--p = digits[value & (base - 1)];
	}
	n = buf + sizeof(buf) - p;
	zeros = max(spec->precision < 0 ? 1 : spec->precision, n) - n;
	if (base == 8 && spec->alternate && !zeros)
		zeros = 1;
	if (spec->zero && !spec->left && spec->precision < 0)
		zeros = max(zeros, spec->width - sign_length - n);

	if (!spec->left)
		emit_repeated(sink, ' ', spec->width - sign_length - zeros - n);
	emit(sink, sign, sign_length);
	emit_repeated(sink, '0', zeros);
	emit(sink, p, n);
	if (spec->left)
		emit_repeated(sink, ' ', spec->width - sign_length - zeros - n);
}

/* Digits, or * from the arguments, for a width or precision. */
static const char *parse_count(const char *fmt, va_list *args, int *out)
{
	if (*fmt == '*') {
		*out = va_arg(*args, int);
		return fmt + 1;
	}
	*out = 0;
	while (is_digit(*fmt) && *out < 100000)
		*out = *out * 10 + (*fmt++ - '0');
	return fmt;
}

static const char *parse_flags(const char *fmt, struct spec *spec)
{
	for (;; fmt++) {
		if (*fmt == '-')
			spec->left = true;
		else if (*fmt == '0')
			spec->zero = true;
		else if (*fmt == '+')
			spec->plus = true;
		else if (*fmt == ' ')
			spec->space = true;
		else if (*fmt == '#')
			spec->alternate = true;
		else
			return fmt;
	}
}

static const char *parse_spec(const char *fmt, va_list *args, struct spec *spec)
{
	*spec = (struct spec){ .precision = -1 };
	fmt = parse_flags(fmt, spec);
	fmt = parse_count(fmt, args, &spec->width);
	if (spec->width < 0) {
		spec->left = true;
		spec->width = -spec->width;
	}
	if (*fmt == '.')
		fmt = parse_count(fmt + 1, args, &spec->precision);
	for (;; fmt++) {
		if (*fmt == 'h')
			spec->length = spec->length == 'h' ? 'H' : 'h';
		else if (*fmt == 'l' || *fmt == 'z' || *fmt == 'j' || *fmt == 't')
			spec->length = 'L';
		else
			return fmt;
	}
}

static int64_t signed_arg(const struct spec *spec, va_list *args)
{
	if (spec->length == 'L')
		return va_arg(*args, int64_t);
	if (spec->length == 'H')
		return (signed char)va_arg(*args, int);
	if (spec->length == 'h')
		return (short)va_arg(*args, int);
	return va_arg(*args, int);
}

static uint64_t unsigned_arg(const struct spec *spec, va_list *args)
{
	uint64_t v = spec->length == 'L' ? va_arg(*args, uint64_t) : va_arg(*args, unsigned int);

	if (spec->length == 'H')
		return (uint8_t)v;
	return spec->length == 'h' ? (uint16_t)v : v;
}

static void convert(struct sink *sink, struct spec *spec, char conversion, va_list *args)
{
	int64_t s;
	uint64_t u;
	char c;

	switch (conversion) {
	case 'd':
	case 'i':
		s = signed_arg(spec, args);
		u = s < 0 ? 0 - (uint64_t)s : (uint64_t)s;
		emit_number(sink, spec, u, 10,
			    s < 0 ? "-" : spec->plus ? "+" : spec->space ? " " : "");
		break;
	case 'u':
		emit_number(sink, spec, unsigned_arg(spec, args), 10, "");
		break;
	case 'o':
		emit_number(sink, spec, unsigned_arg(spec, args), 8, "");
		break;
	case 'X':
	case 'x':
		spec->upper = conversion == 'X';
		u = unsigned_arg(spec, args);
		emit_number(sink, spec, u, 16,
			    !spec->alternate || !u ? "" : spec->upper ? "0X" : "0x");
		break;
	case 'p':
		spec->precision = 16;
		emit_number(sink, spec, (uintptr_t)va_arg(*args, void *), 16, "0x");
		break;
	case 's':
		emit_string(sink, spec, va_arg(*args, const char *));
		break;
	case 'c':
		c = (char)va_arg(*args, int);
		if (!spec->left)
			emit_repeated(sink, ' ', spec->width - 1);
		emit(sink, &c, 1);
		if (spec->left)
			emit_repeated(sink, ' ', spec->width - 1);
		break;
	case '%':
		emit(sink, "%", 1);
		break;
	default:
		/* Unknown: show it, so that the mistake is seen. */
		emit(sink, "%", 1);
		emit(sink, &conversion, 1);
	}
}

int vcbprintf(printf_out_fn out, void *cookie, const char *fmt, va_list args)
{
	struct sink sink = { .out = out, .cookie = cookie };
	struct spec spec;
	va_list ap;

	va_copy(ap, args);
	for (;;) {
		const char *percent = strchrnul(fmt, '%');

		emit(&sink, fmt, percent - fmt);
		if (!*percent)
			break;
		fmt = parse_spec(percent + 1, &ap, &spec);
		if (!*fmt)
			break;
		convert(&sink, &spec, *fmt++, &ap);
	}
	va_end(ap);
	return sink.total;
}

struct buffer {
	char *p;
	size_t left;		/* without the place of the NUL */
};

static void buffer_out(void *cookie, const char *text, size_t n)
{
	struct buffer *buffer = cookie;

	n = min(n, buffer->left);
	if (!n)
		return;
	memcpy(buffer->p, text, n);
	buffer->p += n;
	buffer->left -= n;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct buffer buffer = { buf, size ? size - 1 : 0 };
	int n = vcbprintf(buffer_out, &buffer, fmt, args);

	if (size)
		*buffer.p = '\0';
	return n;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	if (!size)
		return 0;
	return (size_t)n < size ? n : (int)(size - 1);
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

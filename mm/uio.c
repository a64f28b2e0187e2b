// SPDX-License-Identifier: MIT
/* uio: one loop over segments, with what is done to a piece as its inner step. */
#include <mm/uio.h>

#include <lib/string.h>
#include <mm/user_copy.h>

void uio_init_vec(struct uio *uio, const struct iovec *vec, size_t nr)
{
	*uio = (struct uio){ .kind = UIO_USER_VEC, .vec = vec, .nr_vec = nr };
	for (size_t i = 0; i < nr; i++)
		uio->left += vec[i].iov_len;
}

/* The current segment has bytes, if any are left at all. */
static void next_segment(struct uio *uio)
{
	while (!uio->base_left && uio->nr_vec) {
		uio->base = uio->vec->iov_base;
		uio->base_left = uio->vec->iov_len;
		uio->vec++;
		uio->nr_vec--;
	}
}

static inline void advance(struct uio *uio, size_t n)
{
	uio->base += n;
	uio->base_left -= n;
	uio->left -= n;
}

enum uio_action { COPY_TO, COPY_FROM, ZERO };

/* Bytes of the piece that were not moved. */
static size_t move_piece(const struct uio *uio, enum uio_action action, char *buf, size_t n)
{
	if (uio->kind == UIO_KERNEL) {
		if (action == COPY_TO)
			memcpy(uio->base, buf, n);
		else if (action == COPY_FROM)
			memcpy(buf, uio->base, n);
		else
			memset(uio->base, 0, n);
		return 0;
	}
	if (!user_range_ok(uio->base, n))
		return n;
	if (action == COPY_TO)
		return arch_copy_to_user(uio->base, buf, n);
	if (action == COPY_FROM)
		return arch_copy_from_user(buf, uio->base, n);
	return arch_clear_user(uio->base, n);
}

/* One user buffer, which is nearly every read(2) and write(2): no loop. */
static __always_inline size_t move_user(struct uio *uio, enum uio_action action, char *buf, size_t n)
{
	n = min(n, uio->left);
	if (unlikely(!user_range_ok(uio->base, n)))
		return 0;
	if (action == COPY_TO)
		n -= arch_copy_to_user(uio->base, buf, n);
	else if (action == COPY_FROM)
		n -= arch_copy_from_user(buf, uio->base, n);
	else
		n -= arch_clear_user(uio->base, n);
	advance(uio, n);
	return n;
}

static size_t move(struct uio *uio, enum uio_action action, char *buf, size_t n)
{
	size_t done = 0;

	n = min(n, uio->left);
	while (done < n) {
		size_t piece, missed;

		if (!uio->base_left)
			next_segment(uio);
		piece = min(n - done, uio->base_left);
		if (!piece)
			break;
		missed = move_piece(uio, action, buf + done, piece);
		advance(uio, piece - missed);
		done += piece - missed;
		if (missed)
			break;
	}
	return done;
}

size_t uio_copy_to(struct uio *uio, const void *from, size_t n)
{
	if (likely(uio->kind == UIO_USER))
		return move_user(uio, COPY_TO, (char *)from, n);
	return move(uio, COPY_TO, (char *)from, n);
}

size_t uio_copy_from(struct uio *uio, void *to, size_t n)
{
	if (likely(uio->kind == UIO_USER))
		return move_user(uio, COPY_FROM, to, n);
	return move(uio, COPY_FROM, to, n);
}

size_t uio_zero(struct uio *uio, size_t n)
{
	if (likely(uio->kind == UIO_USER))
		return move_user(uio, ZERO, NULL, n);
	return move(uio, ZERO, NULL, n);
}

void uio_skip(struct uio *uio, size_t n)
{
	n = min(n, uio->left);
	while (n) {
		size_t piece;

		next_segment(uio);
		piece = min(n, uio->base_left);
		advance(uio, piece);
		n -= piece;
	}
}

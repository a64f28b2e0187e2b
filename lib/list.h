/* SPDX-License-Identifier: MIT */
/*
 * Intrusive doubly linked lists: a circular one whose head is a node (list_head), and one with a
 * single-pointer head for hash buckets (hlist). No locking; the owner of the head guards it all.
 */
#pragma once

#include <lib/compiler.h>

struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

static inline void list_init(struct list_head *head)
{
	head->next = head->prev = head;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline bool list_is_singular(const struct list_head *head)
{
	return head->next != head && head->next == head->prev;
}

static inline void __list_insert(struct list_head *node, struct list_head *prev,
				 struct list_head *next)
{
	node->prev = prev;
	node->next = next;
	prev->next = node;
	next->prev = node;
}

/* Inserts after pos (at the front, when pos is the head). */
static inline void list_add(struct list_head *node, struct list_head *pos)
{
	__list_insert(node, pos, pos->next);
}

/* Inserts before pos (at the end, when pos is the head). */
static inline void list_add_tail(struct list_head *node, struct list_head *pos)
{
	__list_insert(node, pos->prev, pos);
}

static inline void __list_unlink(struct list_head *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
}

/* Leaves node's pointers NULL: a second list_del() faults instead of corrupting. */
static inline void list_del(struct list_head *node)
{
	__list_unlink(node);
	node->next = node->prev = NULL;
}

/* Leaves node an empty list, so that list_empty(node) says whether it is queued. */
static inline void list_del_init(struct list_head *node)
{
	__list_unlink(node);
	list_init(node);
}

static inline void list_move(struct list_head *node, struct list_head *pos)
{
	__list_unlink(node);
	list_add(node, pos);
}

static inline void list_move_tail(struct list_head *node, struct list_head *pos)
{
	__list_unlink(node);
	list_add_tail(node, pos);
}

static inline void list_replace(struct list_head *old, struct list_head *node)
{
	node->next = old->next;
	node->prev = old->prev;
	node->next->prev = node;
	node->prev->next = node;
}

static inline bool list_is_last(const struct list_head *node, const struct list_head *head)
{
	return node->next == head;
}

/* Moves all of `list` to the front, or the end, of `head`, and leaves `list` empty. */
static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	if (list_empty(list))
		return;
	list->prev->next = head->next;
	head->next->prev = list->prev;
	head->next = list->next;
	list->next->prev = head;
	list_init(list);
}

static inline void list_splice_tail_init(struct list_head *list, struct list_head *head)
{
	list_splice_init(list, head->prev);
}

#define list_entry(ptr, type, member)	container_of(ptr, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
/* NULL when the list is empty. */
#define list_first_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(pos, member)	list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member)	list_entry((pos)->member.prev, __typeof__(*(pos)), member)
#define list_entry_is_head(pos, head, member) (&(pos)->member == (head))

#define list_for_each(node, head) \
	for (node = (head)->next; node != (head); node = node->next)

#define list_for_each_safe(node, n, head) \
	for (node = (head)->next, n = node->next; node != (head); node = n, n = node->next)

/* pos is an element pointer; the list must not change during the walk. */
#define list_for_each_entry(pos, head, member) \
	for (pos = list_first_entry(head, __typeof__(*pos), member); \
	     !list_entry_is_head(pos, head, member); pos = list_next_entry(pos, member))

#define list_for_each_entry_reverse(pos, head, member) \
	for (pos = list_last_entry(head, __typeof__(*pos), member); \
	     !list_entry_is_head(pos, head, member); pos = list_prev_entry(pos, member))

/* As above; pos itself may be removed inside. */
#define list_for_each_entry_safe(pos, n, head, member) \
	for (pos = list_first_entry(head, __typeof__(*pos), member), \
	     n = list_next_entry(pos, member); \
	     !list_entry_is_head(pos, head, member); pos = n, n = list_next_entry(n, member))

#define list_for_each_entry_continue(pos, head, member) \
	for (pos = list_next_entry(pos, member); \
	     !list_entry_is_head(pos, head, member); pos = list_next_entry(pos, member))

#define list_for_each_entry_from(pos, head, member) \
	for (; !list_entry_is_head(pos, head, member); pos = list_next_entry(pos, member))

/* A hash bucket: NULL-terminated, one pointer as head. A zeroed head or node is ready for use. */
struct hlist_node {
	struct hlist_node *next;
	struct hlist_node **link;	/* the pointer that points here; NULL: not queued */
};

struct hlist_head {
	struct hlist_node *first;
};

static inline bool hlist_empty(const struct hlist_head *head)
{
	return !head->first;
}

static inline bool hlist_unhashed(const struct hlist_node *node)
{
	return !node->link;
}

static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	node->next = head->first;
	if (node->next)
		node->next->link = &node->next;
	head->first = node;
	node->link = &head->first;
}

/* Leaves node unhashed. */
static inline void hlist_del(struct hlist_node *node)
{
	*node->link = node->next;
	if (node->next)
		node->next->link = node->link;
	node->next = NULL;
	node->link = NULL;
}

#define hlist_entry(ptr, type, member)	container_of(ptr, type, member)
#define hlist_entry_safe(ptr, type, member) \
	({ __typeof__(ptr) _p = (ptr); _p ? hlist_entry(_p, type, member) : NULL; })

#define hlist_for_each_entry(pos, head, member) \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member); pos; \
	     pos = hlist_entry_safe(pos->member.next, __typeof__(*pos), member))

/* As above; pos may be removed inside. n is a struct hlist_node *. */
#define hlist_for_each_entry_safe(pos, n, head, member) \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member); \
	     pos && ((n = pos->member.next), true); \
	     pos = hlist_entry_safe(n, __typeof__(*pos), member))

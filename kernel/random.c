// SPDX-License-Identifier: MIT
/*
 * ChaCha20 (RFC 8439, section 2.3) with fast key erasure: each key gives two blocks, whose first half is the next key,
 * and the rest a supply. Small requests take from that (what is taken is wiped), larger ones a key of their own.
 * Entropy is mixed by encrypting: key = block(key ^ input). One lock; requests are short.
 */
#include <kernel/random.h>

#include <arch/cpu.h>
#include <arch/time.h>
#include <boot/boot_info.h>
#include <kernel/cpu.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include <kernel/time.h>
#include <lib/string.h>

#define KEY_WORDS 8
#define BLOCK_BYTES 64

static struct spinlock lock = SPINLOCK_INIT;

/* Guarded by lock. */
static uint32_t key[KEY_WORDS];
static uint64_t counter;
static unsigned int credited_bits;
static uint32_t supply[KEY_WORDS + 16];
static size_t supply_left; /* its first bytes */

static uint32_t rotate(uint32_t x, unsigned int n)
{
	return x << n | x >> (32 - n);
}

static void quarter_round(uint32_t *s, unsigned int a, unsigned int b, unsigned int c, unsigned int d)
{
	s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 16);
	s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 12);
	s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 8);
	s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 7);
}

static void chacha_block(const uint32_t k[KEY_WORDS], uint64_t block, uint32_t out[16])
{
	uint32_t in[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };

	memcpy(&in[4], k, KEY_WORDS * 4);
	in[12] = (uint32_t)block;
	in[13] = (uint32_t)(block >> 32);
	memcpy(out, in, BLOCK_BYTES);
	for (int i = 0; i < 10; i++) {
		for (unsigned int c = 0; c < 4; c++)
			quarter_round(out, c, c + 4, c + 8, c + 12);
		for (unsigned int c = 0; c < 4; c++)
			quarter_round(out, c, 4 + (c + 1) % 4, 8 + (c + 2) % 4, 12 + (c + 3) % 4);
	}
	for (int i = 0; i < 16; i++)
		out[i] += in[i];
}

/* Replaces the key, so that what was given out cannot be computed from what is kept; out: 32 fresh bytes. */
static void next_key_locked(uint32_t out[KEY_WORDS])
{
	uint32_t block[16];

	chacha_block(key, counter++, block);
	memcpy(key, block, sizeof(key));
	memcpy(out, &block[8], KEY_WORDS * 4);
	memzero_explicit(block, sizeof(block));
}

/* At most KEY_WORDS * 4 bytes. */
static void take(void *to, size_t size)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	uint8_t *from;

	if (supply_left < size) {
		key[0] ^= (uint32_t)arch_counter_read();
		chacha_block(key, counter++, &supply[KEY_WORDS]);
		next_key_locked(supply);
		supply_left = sizeof(supply);
	}
	supply_left -= size;
	from = (uint8_t *)supply + supply_left;
	memcpy(to, from, size);
	memzero_explicit(from, size);
	spin_unlock_irqrestore(&lock, flags);
}

void random_bytes(void *buf, size_t size)
{
	uint32_t own_key[KEY_WORDS], block[16];
	uint8_t *to = buf;

	if (size <= sizeof(own_key))
		return take(to, size);
	take(own_key, sizeof(own_key));
	for (uint64_t i = 0; size; i++) {
		size_t n = min(size, (size_t)BLOCK_BYTES);

		chacha_block(own_key, i, block);
		memcpy(to, block, n);
		to += n;
		size -= n;
	}
	memzero_explicit(block, sizeof(block));
	memzero_explicit(own_key, sizeof(own_key));
}

uint64_t random_u64(void)
{
	uint64_t value;

	random_bytes(&value, sizeof(value));
	return value;
}

void random_add_entropy(const void *data, size_t size, unsigned int credit_bits)
{
	const uint8_t *from = data;
	unsigned long flags = spin_lock_irqsave(&lock);
	uint32_t unused[KEY_WORDS];

	do {
		uint8_t chunk[KEY_WORDS * 4] = { 0 };
		size_t n = min(size, sizeof(chunk));

		memcpy(chunk, from, n);
		for (int i = 0; i < KEY_WORDS; i++) {
			uint32_t word;

			memcpy(&word, chunk + i * 4, 4);
			key[i] ^= word;
		}
		next_key_locked(unused);
		from += n;
		size -= n;
	} while (size);
	supply_left = 0; /* made without it */
	credited_bits = min(credited_bits + credit_bits, 256u);
	spin_unlock_irqrestore(&lock, flags);
}

unsigned int random_entropy_bits(void)
{
	return __atomic_load_n(&credited_bits, __ATOMIC_RELAXED);
}

void random_add_interrupt(unsigned int irq)
{
	struct cpu *cpu = arch_this_cpu();

	cpu->irq_timing = (cpu->irq_timing << 7 | cpu->irq_timing >> 57) ^ arch_counter_read() ^ irq;
	if (cpu->irq_count % 64 == 0)
		random_add_entropy(&cpu->irq_timing, sizeof(cpu->irq_timing), 8);
}

/* Where there is no other source: the low bits of the time that memory and branches take. */
static void add_jitter(void)
{
	uint64_t samples[64];
	uint64_t last = arch_counter_read();

	for (unsigned int i = 0; i < ARRAY_SIZE(samples); i++) {
		uint32_t out[KEY_WORDS * 2];

		chacha_block(key, i, out);
		samples[i] = arch_counter_read() - last + out[i % 16];
		last = arch_counter_read();
	}
	random_add_entropy(samples, sizeof(samples), 32);
}

void random_init(const struct boot_info *info)
{
	uint64_t words[4], now = arch_counter_read();
	unsigned int nr = 0;

	random_add_entropy(&now, sizeof(now), 0);
	now = time_realtime_ns();
	random_add_entropy(&now, sizeof(now), 0);
	random_add_entropy(info->cmdline, strnlen(info->cmdline, sizeof(info->cmdline)), 0);
	if (info->seed_bytes)
		random_add_entropy(info->seed, info->seed_bytes, info->seed_bytes * 8);
	while (nr < ARRAY_SIZE(words) && arch_cpu_random(&words[nr]))
		nr++;
	if (nr)
		random_add_entropy(words, nr * sizeof(words[0]), nr * 64);
	else
		add_jitter();
	pr_info("random: seeded from %s%s", info->seed_bytes ? "the loader's seed and " : "",
		nr ? "the CPU's generator" : "timing jitter");
}

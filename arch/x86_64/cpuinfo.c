// SPDX-License-Identifier: MIT
/*
 * /proc/cpuinfo as Linux writes it. Most of it is the same on all CPUs of a machine and is asked of
 * the running one; what differs was noted when the CPU started.
 */
#include <arch/cpu.h>

#include <arch/time.h>
#include <kernel/cpu.h>
#include <lib/printf.h>
#include <lib/string.h>

#include "x86.h"

/* One CPUID word: its features' names, lowest bit first, as Linux spells them; "" where Linux shows none. */
struct feature_word {
	uint32_t leaf, subleaf;
	unsigned int reg; /* 0 eax .. 3 edx */
	const char *names;
};

static const struct feature_word feature_words[] = {
	{ 1, 0, 3, "fpu,vme,de,pse,tsc,msr,pae,mce,cx8,apic,,sep,mtrr,pge,mca,cmov,pat,pse36,pn,clflush,,dts,acpi,mmx,"
		"fxsr,sse,sse2,ss,ht,tm,ia64,pbe" },
	{ 0x80000001, 0, 3, ",,,,,,,,,,,syscall,,,,,,,,mp,nx,,mmxext,,,fxsr_opt,pdpe1gb,rdtscp,,lm,3dnowext,3dnow" },
	{ 1, 0, 2, "pni,pclmulqdq,dtes64,monitor,ds_cpl,vmx,smx,est,tm2,ssse3,cid,sdbg,fma,cx16,xtpr,pdcm,,pcid,dca,"
		"sse4_1,sse4_2,x2apic,movbe,popcnt,tsc_deadline_timer,aes,xsave,,avx,f16c,rdrand,hypervisor" },
	{ 0x80000001, 0, 2, "lahf_lm,cmp_legacy,svm,extapic,cr8_legacy,abm,sse4a,misalignsse,3dnowprefetch,osvw,ibs,xop,"
		"skinit,wdt,,lwp,fma4,tce,,nodeid_msr,,tbm,topoext" },
	{ 7, 0, 1, "fsgsbase,tsc_adjust,sgx,bmi1,hle,avx2,,smep,bmi2,erms,invpcid,rtm,cqm,,mpx,rdt_a,avx512f,avx512dq,"
		"rdseed,adx,smap,avx512ifma,,clflushopt,clwb,intel_pt,avx512pf,avx512er,avx512cd,sha_ni,avx512bw,avx512vl" },
	{ 0xd, 1, 0, "xsaveopt,xsavec,xgetbv1,xsaves" },
	{ 0x80000008, 0, 1, "clzero,,xsaveerptr,,,,,,,wbnoinvd" },
	{ 7, 0, 2, ",avx512vbmi,umip,pku,ospke,waitpkg,avx512_vbmi2,,gfni,vaes,vpclmulqdq,avx512_vnni,avx512_bitalg,tme,"
		"avx512_vpopcntdq,,la57,,,,,,rdpid,,bus_lock_detect,cldemote,,movdiri,movdir64b,enqcmd" },
	{ 7, 0, 3, ",,avx512_4vnniw,avx512_4fmaps,fsrm,,,,,,md_clear,,,,serialize,,,,pconfig,arch_lbr,,,,avx512_fp16,"
		",,,,flush_l1d,arch_capabilities" },
};

struct text {
	char *buf;
	size_t size, len;
};

static __printf(2, 3) void add(struct text *text, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text->len += (size_t)vsnprintf(text->len < text->size ? text->buf + text->len : NULL,
		text->len < text->size ? text->size - text->len : 0, fmt, args);
	va_end(args);
}

static bool leaf_exists(uint32_t leaf)
{
	return leaf <= (leaf >= 0x80000000 ? x86_features.max_extended_leaf : x86_features.max_leaf);
}

static void add_features(struct text *text)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(feature_words); i++) {
		const struct feature_word *word = &feature_words[i];
		const char *name = word->names, *end;
		struct cpuid id;
		uint32_t bits;

		if (!leaf_exists(word->leaf))
			continue;
		id = x86_cpuid(word->leaf, word->subleaf);
		bits = (&id.eax)[word->reg];
		for (unsigned int bit = 0;; bit++, name = end + 1) {
			for (end = name; *end && *end != ','; end++)
				;
			if (end != name && (bits >> bit & 1))
				add(text, " %.*s", (int)(end - name), name);
			if (!*end)
				break;
		}
		if (word->leaf == 0x80000001 && word->reg == 3) { /* Linux's own words stand about here */
			if (x86_features.ext7_edx >> 8 & 1)
				add(text, " constant_tsc nonstop_tsc");
			add(text, leaf_exists(0xb) ? " nopl xtopology cpuid" : " nopl cpuid");
		}
	}
	add(text, "\n");
}

static void add_name(struct text *text)
{
	char name[49] = "";

	if (leaf_exists(0x80000004))
		for (unsigned int i = 0; i < 3; i++) {
			struct cpuid id = x86_cpuid(0x80000002 + i, 0);

			memcpy(name + i * sizeof(id), &id, sizeof(id));
		}
	add(text, "model name\t: %s\n", name[strspn(name, " ")] ? name + strspn(name, " ") : "unknown");
}

static void add_identity(struct text *text, const struct cpu *cpu)
{
	struct cpuid id = x86_cpuid(0, 0);
	uint32_t signature = cpu->arch.signature;
	uint32_t family = signature >> 8 & 0xf, model = signature >> 4 & 0xf;
	uint32_t vendor[3] = { id.ebx, id.edx, id.ecx };

	if (family >= 6)
		model += (signature >> 16 & 0xf) << 4;
	if (family == 0xf)
		family += signature >> 20 & 0xff;
	add(text, "processor\t: %u\nvendor_id\t: %.12s\ncpu family\t: %u\nmodel\t\t: %u\n", cpu->id, (const char *)vendor,
		family, model);
	add_name(text);
	add(text, "stepping\t: %u\n", signature & 0xf);
	if (cpu->arch.microcode)
		add(text, "microcode\t: %#x\n", cpu->arch.microcode);
}

size_t arch_cpu_info(const struct cpu *cpu, char *buf, size_t size)
{
	struct text text = { buf, size, 0 };
	unsigned long khz = (unsigned long)(arch_counter_hz() / 1000);
	unsigned int physical = 36, virtual = 48, clflush = cpu->arch.clflush_bytes;

	add_identity(&text, cpu);
	add(&text, "cpu MHz\t\t: %lu.%03lu\n", khz / 1000, khz % 1000);
	add(&text, "physical id\t: 0\nsiblings\t: %u\ncore id\t\t: %u\ncpu cores\t: %u\n", cpu_count(), cpu->id, cpu_count());
	add(&text, "apicid\t\t: %u\ninitial apicid\t: %u\n", cpu->arch.apic_id, cpu->arch.initial_apic_id);
	add(&text, "fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\nflags\t\t:", x86_features.max_leaf);
	add_features(&text);
	/* Linux's loops_per_jiffy at HZ=250, which it takes from the TSC as well. */
	add(&text, "bugs\t\t:\nbogomips\t: %lu.%02lu\n", khz * 2 / 1000, khz * 2 / 10 % 100);
	if (leaf_exists(0x80000008)) {
		struct cpuid id = x86_cpuid(0x80000008, 0);

		physical = id.eax & 0xff;
		virtual = id.eax >> 8 & 0xff;
	}
	add(&text, "clflush size\t: %u\ncache_alignment\t: %u\naddress sizes\t: %u bits physical, %u bits virtual\n",
		clflush ?: 64, clflush ?: 64, physical, virtual);
	add(&text, "power management:\n\n");
	return min(text.len, size);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* elfcost FILE: "insns calls stack" of all programs in a BPF object: instruction slots, calls, deepest stack. */
#include <elf.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cost {
	unsigned insns, calls;
	int stack;
};

static void deeper(struct cost *c, int off)
{
	if (off < 0 && -off > c->stack)
		c->stack = -off;
}

/* Stack is used through r10, or through a copy of it to which an offset is added at once. */
static void look(struct cost *c, const struct bpf_insn *in, bool *copy)
{
	unsigned class = BPF_CLASS(in->code);

	if (in->code == (BPF_JMP | BPF_CALL))
		c->calls++;
	if (((class == BPF_ST || class == BPF_STX) && in->dst_reg == 10) || (class == BPF_LDX && in->src_reg == 10))
		deeper(c, in->off);
	if (in->code == (BPF_ALU64 | BPF_ADD | BPF_K) && copy[in->dst_reg])
		deeper(c, in->imm);
	if (class == BPF_ALU64)
		copy[in->dst_reg] = in->code == (BPF_ALU64 | BPF_MOV | BPF_X) && in->src_reg == 10;
}

static void add_section(struct cost *c, const struct bpf_insn *in, size_t n)
{
	bool copy[16] = { false };

	for (size_t i = 0; i < n; i++) {
		look(c, &in[i], copy);
		c->insns++;
		if (in[i].code == (BPF_LD | BPF_IMM | BPF_DW)) {
			c->insns++;
			i++;
		}
	}
}

static char *read_all(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *p = NULL;
	long n;

	if (!f || fseek(f, 0, SEEK_END) || (n = ftell(f)) < (long)sizeof(Elf64_Ehdr))
		return NULL;
	rewind(f);
	p = malloc((size_t)n);
	if (p && fread(p, 1, (size_t)n, f) != (size_t)n)
		p = NULL;
	fclose(f);
	*size = (size_t)n;
	return p;
}

int main(int argc, char **argv)
{
	struct cost c = { 0 };
	const Elf64_Ehdr *e;
	const Elf64_Shdr *s;
	size_t size = 0;
	char *p = argc == 2 ? read_all(argv[1], &size) : NULL;

	if (!p || memcmp(p, ELFMAG, SELFMAG))
		return 1;
	e = (const Elf64_Ehdr *)p;
	s = (const Elf64_Shdr *)(p + e->e_shoff);
	for (unsigned i = 0; i < e->e_shnum && e->e_shoff + (i + 1) * sizeof(*s) <= size; i++)
		if (s[i].sh_type == SHT_PROGBITS && (s[i].sh_flags & SHF_EXECINSTR) && s[i].sh_offset + s[i].sh_size <= size)
			add_section(&c, (const struct bpf_insn *)(p + s[i].sh_offset), s[i].sh_size / sizeof(struct bpf_insn));
	printf("%u %u %d\n", c.insns, c.calls, c.stack);
	return !c.insns;
}

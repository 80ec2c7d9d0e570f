/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sym/elfsym.h"

static struct usdt_arg parse(unsigned machine, const char *text)
{
	struct usdt_arg a[2];

	CHECK_EQ(usdt_parse_args_for(machine, text, a, 2), 1);
	return a[0];
}

static void check_reg(unsigned machine, const char *text, int reg, int size)
{
	struct usdt_arg a = parse(machine, text);

	CHECK_EQ(a.kind, UA_REG);
	CHECK_EQ(a.reg, reg);
	CHECK_EQ(a.is_signed ? -(int)a.size : (int)a.size, size);
}

static void check_const(unsigned machine, const char *text, int64_t value, int size)
{
	struct usdt_arg a = parse(machine, text);

	CHECK_EQ(a.kind, UA_CONST);
	CHECK_EQ(a.value, value);
	CHECK_EQ(a.is_signed ? -(int)a.size : (int)a.size, size);
}

static void check_mem(unsigned machine, const char *text, int64_t disp, int reg, int index,
		      int scale)
{
	struct usdt_arg a = parse(machine, text);

	CHECK_EQ(a.kind, UA_MEM);
	CHECK_EQ(a.value, disp);
	CHECK_EQ(a.reg, reg);
	CHECK_EQ(a.index, index);
	CHECK_EQ(a.scale, scale);
}

TEST(x86_registers_and_constants)
{
	check_reg(EM_X86_64, "8@%rax", 80, 8);
	check_reg(EM_X86_64, "-4@%eax", 80, -4);
	check_reg(EM_X86_64, "1@%r15b", 0, 1);
	check_reg(EM_X86_64, "-2@%sp", 152, -2);
	check_reg(EM_X86_64, "%rdi", 112, 8);
	check_const(EM_X86_64, "-4@$5", 5, -4);
	check_const(EM_X86_64, "-4@$-1", -1, -4);
	check_const(EM_X86_64, "8@$0xffffffffffffffff", -1, 8);
	check_const(EM_X86_64, "8@$-9223372036854775808", INT64_MIN, 8);
}

TEST(x86_memory)
{
	check_mem(EM_X86_64, "4@-20(%rbp)", -20, 32, -1, 1);
	check_mem(EM_X86_64, "8@(%rsp)", 0, 152, -1, 1);
	check_mem(EM_X86_64, "8@(%rax,%rbx,8)", 0, 80, 40, 8);
	check_mem(EM_X86_64, "8@16(%rax,%rbx)", 16, 80, 40, 1);
	check_mem(EM_X86_64, "8@0x10(%r9, %r10, 2)", 16, 64, 56, 2);
}

TEST(x86_what_cannot_be_read)
{
	static const char *const texts[] = {
		"8@name+8(%rip)",
		"8@name(%rip)",
		"8@8(%rip)",
		"8@%xmm0",
		"8f@%xmm0",
		"1@%ah",
		"8@(,%rax,8)",
		"8@(%rax,%rbx,3)",
		"8@(%rax",
		"8@(%rax)x",
		"8@%",
		"8@",
		"3@%rax",
		"-9999999999999999999@%rax",
		"8@$",
		"8@$x",
		"8@$99999999999999999999999",
		"@%rax",
		"8@foo",
		"8@123",
		"8@%rax%rbx",
		"8@8()",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct usdt_arg a = parse(EM_X86_64, texts[i]);

		if (a.kind != UA_NONE)
			printf("%s\n", texts[i]);
		CHECK_EQ(a.kind, UA_NONE);
	}
}

TEST(x86_many)
{
	struct usdt_arg a[4] = { 0 };

	CHECK_EQ(usdt_parse_args_for(EM_X86_64, "-4@%edi  8@sym(%rip) 8@8(%rsp)  ", a, 4), 3);
	CHECK_EQ(a[0].kind, UA_REG);
	CHECK_EQ(a[1].kind, UA_NONE);
	CHECK_EQ(a[2].kind, UA_MEM);
	CHECK_EQ(usdt_parse_args_for(EM_X86_64, "", a, 4), 0);
	CHECK_EQ(usdt_parse_args_for(EM_X86_64, "1@%al 1@%al 1@%al", a, 2), 3);
	CHECK_EQ(usdt_parse_args_for(EM_S390, "8@%r2", a, 4), -ENOTSUP);
}

TEST(arm64)
{
	struct usdt_arg a[3];

	check_reg(EM_AARCH64, "8@x0", 0, 8);
	check_reg(EM_AARCH64, "-4@w30", 240, -4);
	check_reg(EM_AARCH64, "8@sp", 248, 8);
	check_const(EM_AARCH64, "-4@5", 5, -4);
	check_const(EM_AARCH64, "8@#-7", -7, 8);
	check_const(EM_AARCH64, "8@xzr", 0, 8);
	check_mem(EM_AARCH64, "-4@[sp, 12]", 12, 248, -1, 1);
	check_mem(EM_AARCH64, "8@[x1]", 0, 8, -1, 1);
	check_mem(EM_AARCH64, "8@[x29, #-8]", -8, 232, -1, 1);
	CHECK_EQ(usdt_parse_args_for(EM_AARCH64, "-4@[sp, 12] 8@x3", a, 3), 2);
	CHECK_EQ(a[1].reg, 24);
	CHECK_EQ(parse(EM_AARCH64, "8@x31").kind, UA_NONE);
	CHECK_EQ(parse(EM_AARCH64, "8@[x1, x2]").kind, UA_NONE);
	CHECK_EQ(parse(EM_AARCH64, "8@d0").kind, UA_NONE);
	CHECK_EQ(parse(EM_AARCH64, "8@[sp, 12").kind, UA_NONE);
}

#if defined(__x86_64__) || defined(__aarch64__)
/* Two probes of this very program, written as <sys/sdt.h> writes them. */
unsigned short test_semaphore __attribute__((section(".probes"), used));

#ifdef __x86_64__
#define ARGS "-4@$7 8@%%rdi"
#else
#define ARGS "-4@7 8@x0"
#endif

#define PROBE(name, semaphore)                                                                     \
	asm volatile("990: nop\n"                                                                  \
		     ".pushsection .note.stapsdt,\"\",\"note\"\n"                                  \
		     ".balign 4\n"                                                                 \
		     ".4byte 992f-991f, 994f-993f, 3\n"                                            \
		     "991: .asciz \"stapsdt\"\n"                                                   \
		     "992: .balign 4\n"                                                            \
		     "993: .8byte 990b\n"                                                          \
		     ".8byte _.stapsdt.base\n"                                                     \
		     ".8byte " semaphore "\n"                                                      \
		     ".asciz \"sonde\"\n"                                                          \
		     ".asciz \"" name "\"\n"                                                       \
		     ".asciz \"" ARGS "\"\n"                                                       \
		     "994: .balign 4\n"                                                            \
		     ".popsection\n"                                                               \
		     ".ifndef _.stapsdt.base\n"                                                    \
		     ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"       \
		     ".weak _.stapsdt.base\n"                                                      \
		     ".hidden _.stapsdt.base\n"                                                    \
		     "_.stapsdt.base: .space 1\n"                                                  \
		     ".size _.stapsdt.base, 1\n"                                                   \
		     ".popsection\n"                                                               \
		     ".endif\n" ::)

__attribute__((noinline, used)) void usdt_test_function(void)
{
	PROBE("plain", "0");
	PROBE("guarded", "test_semaphore");
}

static unsigned byte_at(uint64_t offset)
{
	unsigned char byte = 0;
	int fd = open("/proc/self/exe", O_RDONLY);

	CHECK_EQ(pread(fd, &byte, 1, (off_t)offset), 1);
	close(fd);
	return byte;
}

TEST(probes_of_this_program)
{
	const struct usdt_probe *u;
	const struct elf_sym *sema, *func;
	struct elf_file *f = NULL;
	uint64_t offset = 0;
	size_t n;

	usdt_test_function();
	CHECK_EQ(elf_file_open("/proc/self/exe", &f, NULL), 0);
	n = elf_file_usdt(f, &u);
	CHECK_EQ(n, 2);
	if (n == 2) {
		func = elf_file_find(f, "usdt_test_function");
		sema = elf_file_find(f, "test_semaphore");
		CHECK_STR(u[0].provider, "sonde");
		CHECK_STR(u[0].name, "plain");
		CHECK_STR(u[1].name, "guarded");
		CHECK(strstr(u[0].args, "-4@"));
		CHECK_EQ(u[0].sema_offset, 0);
		CHECK(u[1].offset > u[0].offset);
		CHECK(u[0].offset - func->offset < func->size);
#ifdef __x86_64__
		CHECK_EQ(byte_at(u[0].offset), 0x90);
		CHECK_EQ(byte_at(u[1].offset), 0x90);
#endif
		CHECK(elf_file_addr_to_offset(f, sema->addr, &offset));
		CHECK_EQ(u[1].sema_offset, offset);
		CHECK_EQ(sema->offset, offset);
	}
	elf_file_free(f);
}
#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vector: functions that begin with an AVX instruction whose opcode, by itself, is a jump's; they are not called, for not every
 * processor has AVX. vector_plain() begins with an ordinary one, and is called.
 */
#ifdef __x86_64__
__asm__(".text\n"
	".globl vector_compare\n"
	".type vector_compare, @function\n"
	"vector_compare: vpcmpeqb %xmm0, %xmm0, %xmm0\n"
	"	ret\n"
	".size vector_compare, . - vector_compare\n"
	".globl vector_or\n"
	".type vector_or, @function\n"
	"vector_or: vpor %xmm1, %xmm0, %xmm0\n"
	"	ret\n"
	".size vector_or, . - vector_or\n");
#endif

int vector_plain(int x);

__attribute__((noinline)) int vector_plain(int x)
{
	return x + 1;
}

int main(void)
{
	return vector_plain(-1);
}

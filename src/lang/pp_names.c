/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/pp_names.h"

#include <string.h>

#include "base/vec.h"

#define TEXT(x) #x
/* A name whose value is the compiler's that made this program. */
#define SAME(name) { #name, TEXT(name) }

static const struct {
	const char *name, *text;
} names[] = {
	/* Types of the kernel are there without headers. */
	{ "BPFTRACE_HAVE_BTF", "1" },
	{ "__linux__", "1" }, { "__linux", "1" }, { "__unix__", "1" }, { "__ELF__", "1" },
	{ "__STDC__", "1" }, { "__STDC_VERSION__", "201112L" }, { "__STDC_HOSTED__", "1" },
	{ "__GNUC__", "12" }, { "__GNUC_MINOR__", "2" }, { "__GNUC_PATCHLEVEL__", "0" },
	{ "_GNU_SOURCE", "1" },
	{ "__const", "const" }, { "__volatile__", "volatile" }, { "__signed__", "signed" },
	{ "__extension__", "" }, { "__restrict", "restrict" }, { "__inline", "inline" },
	{ "__inline__", "inline" }, { "__attribute", "__attribute__" },
	{ "__user", "" }, { "__kernel", "" }, { "__iomem", "" }, { "__percpu", "" }, { "__rcu", "" },
#ifdef __x86_64__
	{ "__x86_64__", "1" }, { "__x86_64", "1" }, { "__amd64__", "1" }, { "__amd64", "1" },
#elif defined(__aarch64__)
	{ "__aarch64__", "1" }, { "__AARCH64EL__", "1" }, { "__ARM_64BIT_STATE", "1" },
#elif defined(__riscv)
	{ "__riscv", "1" }, { "__riscv_xlen", "64" },
#elif defined(__arm__)
	{ "__arm__", "1" }, { "__ARMEL__", "1" },
#endif
#ifdef __LP64__
	{ "__LP64__", "1" }, { "_LP64", "1" },
#endif
#ifdef __CHAR_UNSIGNED__
	{ "__CHAR_UNSIGNED__", "1" },
#endif
	SAME(__BYTE_ORDER__), SAME(__ORDER_LITTLE_ENDIAN__), SAME(__ORDER_BIG_ENDIAN__),
	SAME(__ORDER_PDP_ENDIAN__), SAME(__CHAR_BIT__),
	SAME(__SIZEOF_SHORT__), SAME(__SIZEOF_INT__), SAME(__SIZEOF_LONG__),
	SAME(__SIZEOF_LONG_LONG__), SAME(__SIZEOF_POINTER__), SAME(__SIZEOF_SIZE_T__),
	SAME(__SCHAR_MAX__), SAME(__SHRT_MAX__), SAME(__INT_MAX__), SAME(__LONG_MAX__),
	SAME(__LONG_LONG_MAX__), SAME(__SIZE_MAX__),
	SAME(__SIZE_TYPE__), SAME(__PTRDIFF_TYPE__), SAME(__WCHAR_TYPE__), SAME(__WINT_TYPE__),
	SAME(__INTMAX_TYPE__), SAME(__UINTMAX_TYPE__), SAME(__INTPTR_TYPE__), SAME(__UINTPTR_TYPE__),
	{ "__has_include", "" }, { "__LINE__", "0" }, { "__FILE__", "\"\"" }, /* these stand for themselves: pp_expr.c, lex_macro.c */
	SAME(__INT8_TYPE__), SAME(__INT16_TYPE__), SAME(__INT32_TYPE__), SAME(__INT64_TYPE__),
	SAME(__UINT8_TYPE__), SAME(__UINT16_TYPE__), SAME(__UINT32_TYPE__), SAME(__UINT64_TYPE__),
};

const char *pp_predefined(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i].name) == len && !memcmp(names[i].name, name, len))
			return names[i].text;
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols and USDT notes of ELF files, by elfutils. Files are hostile input: broken ones
 * give -ENOEXEC and a message, never a crash.
 */
#ifndef SYM_ELFSYM_H
#define SYM_ELFSYM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "base/vec.h"

struct elf_file;

struct elf_sym {
	const char *name;
	uint64_t addr;   /* virtual address in the file */
	uint64_t offset; /* file offset, what uprobes take */
	uint64_t size;
	bool is_func;
};

/* Also "ARCHIVE!/MEMBER": offsets are those in the archive then. */
int elf_file_open(const char *path, struct elf_file **ret, struct err *e);
/* Length of the part of path that the kernel can open: it ends before "!/MEMBER". */
size_t elf_path_len(const char *path);
/*
 * The same for an open file, which it takes over also on failure; path is for messages and debug
 * files.
 */
int elf_file_open_fd(int fd, const char *path, struct elf_file **ret, struct err *e);
/* Reads the symbols now and closes the file: for caches of many files. */
void elf_file_settle(struct elf_file *f);
void elf_file_free(struct elf_file *f);
/* More folders for separate debug files, ':' between them; they come before /usr/lib/debug. */
void elf_add_debug_dirs(const char *dirs);
/* A file that is the debug file of whatever program has its build ID; it comes before all folders. */
void elf_add_debug_file(const char *path);
/*
 * Functions and objects of .symtab, or of .dynsym and the debug file (by build ID or
 * .gnu_debuglink, else .gnu_debugdata) if the file is stripped; sorted by addr, without versions ("@@GLIBC_2.2"). Read
 * at the first call. Borrowed.
 */
size_t elf_file_syms(struct elf_file *f, const struct elf_sym **ret);
/* By name, functions before objects; NULL if there is none. */
const struct elf_sym *elf_file_find(struct elf_file *f, const char *name);
/*
 * The function that covers addr (one without size reaches to the next symbol); NULL if there is
 * none.
 */
const struct elf_sym *elf_file_at(struct elf_file *f, uint64_t addr);
bool elf_file_addr_to_offset(struct elf_file *f, uint64_t addr, uint64_t *ret_offset);
bool elf_file_offset_to_addr(struct elf_file *f, uint64_t offset, uint64_t *ret_addr);
bool elf_file_is_pie(struct elf_file *f); /* ET_DYN */
bool elf_file_is_go(struct elf_file *f);  /* made by Go's compiler: it leaves sections of its own */
int elf_file_build_id(struct elf_file *f, uint8_t ret_id[20]); /* bytes or -ENOENT */

/* One location of a USDT probe (.note.stapsdt, SystemTap's UserSpaceProbeImplementation). */
struct usdt_probe {
	const char *provider, *name;
	const char *args;      /* "-4@%eax 8@16(%rsp)" */
	uint64_t offset;       /* file offset of the nop */
	uint64_t sema_offset;  /* file offset of the semaphore, 0: none */
};
size_t elf_file_usdt(struct elf_file *f, const struct usdt_probe **ret);

/*
 * One decoded argument. UA_NONE: written in a way that cannot be read (a symbol relative to the
 * program counter, a floating point register): an error only for a script that uses it.
 */
struct usdt_arg {
	enum { UA_CONST, UA_REG, UA_MEM, UA_NONE } kind;
	int64_t value;     /* UA_CONST; UA_MEM: displacement */
	int reg;           /* offset in struct pt_regs (bytes) of the (base) register */
	int index;         /* UA_MEM: offset of the index register, -1: none */
	int scale;         /* UA_MEM: 1, 2, 4, 8 */
	unsigned size;     /* bytes */
	bool is_signed;
};
/* Parses all arguments of a note for this architecture; count (also if over max), or -EINVAL. */
int usdt_parse_args(const char *args, struct usdt_arg *ret, size_t max);
/* The same for an ELF machine (EM_X86_64, EM_AARCH64); -ENOTSUP for others. */
int usdt_parse_args_for(unsigned machine, const char *args, struct usdt_arg *ret, size_t max);

/*
 * Finds a program or library as users name them: absolute or relative paths, names in $PATH,
 * short names of libraries ("libc", "c", "libc.so.6") through the usual folders and
 * /etc/ld.so.cache. With pid > 0 first through that process' maps and root. -ENOENT if nothing
 * fits; ret_path is replaced only on success.
 */
int elf_resolve_path(const char *name, pid_t pid, struct strbuf *ret_path);

/* The i-th library that the file asks for (DT_NEEDED, "libc.so.6"), NULL: it has no more. Borrowed. */
const char *elf_file_needed(struct elf_file *f, size_t i);

#endif

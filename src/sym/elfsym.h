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

int elf_file_open(const char *path, struct elf_file **ret, struct err *e);
void elf_file_free(struct elf_file *f);
/* Both tables (.symtab, else .dynsym; also .gnu_debuglink / build-id debug files), sorted by addr. Borrowed. */
size_t elf_file_syms(struct elf_file *f, const struct elf_sym **ret);
const struct elf_sym *elf_file_find(struct elf_file *f, const char *name);
const struct elf_sym *elf_file_at(struct elf_file *f, uint64_t addr);
bool elf_file_addr_to_offset(struct elf_file *f, uint64_t addr, uint64_t *ret_offset);
bool elf_file_offset_to_addr(struct elf_file *f, uint64_t offset, uint64_t *ret_addr);
bool elf_file_is_pie(struct elf_file *f); /* ET_DYN */
int elf_file_build_id(struct elf_file *f, uint8_t ret_id[20]); /* bytes or -ENOENT */

/* One location of a USDT probe (.note.stapsdt, SystemTap's UserSpaceProbeImplementation). */
struct usdt_probe {
	const char *provider, *name;
	const char *args;      /* "-4@%eax 8@16(%rsp)" */
	uint64_t offset;       /* file offset of the nop */
	uint64_t sema_offset;  /* file offset of the semaphore, 0: none */
};
size_t elf_file_usdt(struct elf_file *f, const struct usdt_probe **ret);

/* One decoded argument. */
struct usdt_arg {
	enum { UA_CONST, UA_REG, UA_MEM } kind;
	int64_t value;     /* UA_CONST; UA_MEM: displacement */
	int reg;           /* offset in struct pt_regs (bytes) of the (base) register */
	int index;         /* UA_MEM: offset of the index register, -1: none */
	int scale;         /* UA_MEM: 1, 2, 4, 8 */
	unsigned size;     /* bytes */
	bool is_signed;
};
/* Parses all arguments of a note for this architecture; count, or -EINVAL. */
int usdt_parse_args(const char *args, struct usdt_arg *ret, size_t max);

/*
 * Finds a program or library as users name them: absolute or relative paths, names in $PATH, library short names
 * ("libc", "c", "libc.so.6") through the usual library folders and /etc/ld.so.cache. With pid > 0 also through that
 * process' root and maps. -ENOENT if nothing fits.
 */
int elf_resolve_path(const char *name, pid_t pid, struct strbuf *ret_path);

#endif

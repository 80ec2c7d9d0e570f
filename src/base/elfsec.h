/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections of ELF files by their names. */
#ifndef BASE_ELFSEC_H
#define BASE_ELFSEC_H

#include <libelf.h>

/* The bytes of the section with this name as they are in the file; NULL if there is none, or it has none. Borrowed. */
Elf_Data *elfsec_data(Elf *elf, const char *name);

#endif

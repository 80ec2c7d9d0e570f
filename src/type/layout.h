/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where fields lie: bit fields' storage, shared by C definitions and BTF. */
#ifndef TYPE_LAYOUT_H
#define TYPE_LAYOUT_H

#include "type/type.h"

/*
 * Sets offset, bit_offset and bit_size of a bit field that starts at bit_pos of its
 * structure: the smallest aligned unit of 1, 2, 4 or 8 bytes that covers it, or, for a packed
 * one that straddles such units, its first byte.
 */
void layout_split_bits(uint64_t bit_pos, uint32_t bit_size, struct field *f);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that the text form writes and reads; each list ends in NULL. */
#ifndef IR_TEXT_H
#define IR_TEXT_H

extern const char *const ir_ptr_names[], *const ir_part_names[], *const ir_role_names[];

#endif

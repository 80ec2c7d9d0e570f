/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters of a portable script: they become values that are set where it is run. */
#include "sema/internal.h"

#define TEXT_SIZE 256 /* of a text, its NUL included */

/* n stands for the value from now on. */
static void become_late(struct check *ck, struct node *n, struct late l)
{
	uint32_t size = type_is_scalar(l.type) ? 8 : l.type->size;

	l.name = l.name ? l.name : "";
	l.doc = l.doc ? l.doc : "";
	l.off = ir_global_alloc(ck->in->module, (size + 7) & ~7u, 8);
	n->kind = E_CALL;
	n->name = "parameter";
	n->fn = &fn_late;
	n->list.n = 0;
	n->fn_data = arena_dup(ck->arena, &l, sizeof(l));
	avec_push(ck->arena, &ck->tables->late, n->fn_data);
}

static const struct type *text_type(struct check *ck, uint32_t len)
{
	return type_string(ck->types, len + 1 > TEXT_SIZE ? (len + 8) & ~7u : TEXT_SIZE);
}

bool late_wanted(const struct check *ck)
{
	return ck->in->env->target && ck->in->env->target->is_portable;
}

void late_param(struct check *ck, struct node *n)
{
	become_late(ck, n, (struct late){ .kind = n->ival ? LATE_PARAM : LATE_NPARAMS, .number = (uint32_t)n->ival,
					  .type = type_i64() });
}

void late_text(struct check *ck, struct node *n)
{
	become_late(ck, n, (struct late){ .kind = LATE_TEXT, .number = (uint32_t)n->list.v[0]->ival,
					  .type = text_type(ck, 0) });
}

void late_option(struct check *ck, struct node *n, const char *name, const char *doc)
{
	struct late l = { .kind = LATE_OPTION, .name = name, .doc = doc, .type = type_i64(), .value = n->ival };

	if (n->kind == E_BOOL)
		l.type = type_bool();
	if (n->kind == E_STR) {
		l.type = text_type(ck, n->len);
		l.text = n->str;
	}
	become_late(ck, n, l);
}

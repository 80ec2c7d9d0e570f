/* SPDX-License-Identifier: GPL-2.0-or-later */
/* batch file FILE: a command on each line. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/inspect.h"
#include "inspect/nouns.h"

#define FILE_MAX (64u << 20)

typedef VEC(char *) word_list;

/*
 * Takes the next word of *at in place; quotes keep blanks. NULL at the end of the line; an open
 * quote ends with it.
 */
static char *split_word(char **at)
{
	char *word, quote;

	while (**at == ' ' || **at == '\t' || **at == '\r')
		(*at)++;
	if (!**at)
		return NULL;
	quote = **at == '"' || **at == '\'' ? *(*at)++ : 0;
	word = *at;
	*at += quote ? strcspn(word, quote == '"' ? "\"" : "'") : strcspn(word, " \t\r");
	if (**at)
		*(*at)++ = '\0';
	return word;
}

/* Takes a line, with those that it goes on in, off *text; a comment ends it. NULL at the end. */
static char *take_line(char **text)
{
	char *line = *text, *nl, *hash;

	if (!*line)
		return NULL;
	for (nl = strchrnul(line, '\n'); *nl && nl > line && nl[-1] == '\\'; nl = strchrnul(nl, '\n'))
		nl[-1] = *nl = ' ';
	*text = nl + (*nl != '\0');
	*nl = '\0';
	hash = strchr(line, '#');
	if (hash)
		*hash = '\0';
	return line;
}

static int run_line(struct inspect *in, word_list *words)
{
	struct words w = { words->v, (int)words->n };
	int r;

	if (!strcmp(*words->v, "batch"))
		return inspect_fail(in, -EINVAL, "a batch cannot hold a batch");
	if (!in->json)
		return inspect_command(in, &w) ? INSPECT_TOLD : 0;
	jsonw_object(&in->w);
	jsonw_array_at(&in->w, "command");
	vec_each(*words, i)
		jsonw_string(&in->w, words->v[i]);
	jsonw_end_array(&in->w);
	jsonw_name(&in->w, "output");
	r = inspect_command(in, &w);
	jsonw_end_object(&in->w);
	return r ? INSPECT_TOLD : 0;
}

/* The lines of a text until one fails. */
static int run_lines(struct inspect *in, char *text, unsigned *ret_n)
{
	word_list words = { 0 };
	int r = 0;

	for (char *line; !r && (line = take_line(&text));) {
		words.n = 0;
		for (char *word; (word = split_word(&line));)
			vec_push(&words, word);
		if (!words.n)
			continue;
		r = run_line(in, &words);
		inspect_flush(in);
		*ret_n += !r;
	}
	vec_done(&words);
	return r;
}

static int read_commands(struct inspect *in, const char *path, struct strbuf *ret)
{
	int r = strcmp(path, "-") ? file_read(path, FILE_MAX, ret)
				  : fd_read_all(STDIN_FILENO, FILE_MAX, ret);

	if (r)
		return inspect_fail(in, r, "Can't open file (%s): %s", path, errname(r));
	if (memchr(sb_str(ret), 0, ret->n))
		return inspect_fail(in, -EINVAL, "%s is no text", path);
	return 0;
}

static int do_batch(struct inspect *in, struct words *w)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	unsigned n = 0;
	int r;

	if (w->n < 2)
		return inspect_fail(in, -EINVAL, "too few parameters for batch");
	if (!word_take(w, "file"))
		return inspect_fail(in, -EINVAL, "expected 'file', got: %s", w->v[0]);
	if (w->n > 1)
		return inspect_fail(in, -EINVAL, "too many parameters for batch");
	r = read_commands(in, word_next(w), &text);
	if (r)
		return r;
	if (in->json)
		jsonw_array(&in->w);
	r = text.n ? run_lines(in, text.p, &n) : 0;
	if (in->json)
		jsonw_end_array(&in->w);
	if (!in->json && !r)
		sb_addf(&in->out, "processed %u commands\n", n);
	return r;
}

const struct noun noun_batch = { .name = "batch", .run = do_batch };

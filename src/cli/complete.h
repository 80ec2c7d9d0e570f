/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completion of command lines by shells. */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

/* completion bash|zsh|fish: prints what the shell is to read. Exit status. */
int complete_script(int argc, char **argv);
/*
 * complete WORD...: what the last word (it may be empty) may become, one a line, a tab and what it is behind it; nothing
 * where it is a file. The shells' scripts call it.
 */
int complete_words(int argc, char **argv);

#endif

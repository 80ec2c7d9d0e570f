/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors of the run side: functions return 0 or -errno and fill this.
 * Library code never prints; main prints "ERROR: what" and "HINT: hint".
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

struct err {
	int code;        /* -errno, 0: none */
	char what[1024]; /* one sentence without a full stop: what failed, where, why */
	char hint[512];  /* what to do, may be empty */
};

/*
 * Sets what (strerror is not appended by itself: use %s with errname()), clears the hint and
 * returns code. The arguments may be the old what itself. All of these take NULL for e.
 */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Puts a text before what is there already ("cannot attach x: " + ...); the hint stays. */
int err_prefix(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void err_hint(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "Permission denied" for -EACCES or EACCES ..., thread-safe static text. */
const char *errname(int code);

#endif

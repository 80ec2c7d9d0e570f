/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "out/out.h"

struct piped {
	struct render r;
	struct out out;
	struct strbuf text;
	int fds[2];
};

static void piped_done(struct piped *p)
{
	out_close(&p->out);
	sb_done(&p->text);
	fd_close(&p->fds[0]);
	fd_close(&p->fds[1]);
}

static void piped_open(struct piped *p, const char *format, enum out_buffering buffering)
{
	CHECK_EQ(pipe2(p->fds, O_CLOEXEC), 0);
	CHECK_EQ(fcntl(p->fds[0], F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ(out_open(&p->out, format, NULL, buffering, &p->r, NULL), 0);
	p->out.fd = p->fds[1];
	p->out.tty = false;
}

#define PIPED(p, format, buffering)                                                                \
	__attribute__((cleanup(piped_done))) struct piped p = { 0 };                               \
	piped_open(&p, format, buffering)

/* What has arrived in the pipe. */
static const char *arrived(struct piped *p)
{
	char bytes[4096];
	ssize_t n;

	sb_reset(&p->text);
	while ((n = read(p->fds[0], bytes, sizeof(bytes))) > 0)
		sb_add(&p->text, bytes, (size_t)n);
	return sb_str(&p->text);
}

static void say(struct piped *p, enum out_text_kind kind, const char *text)
{
	p->out.ops->text(&p->out, kind, text, strlen(text));
}

TEST(pipes_are_written_in_blocks_and_by_the_clock)
{
	PIPED(p, "text", OB_AUTO);

	out_tick(&p.out, 5000000000);
	say(&p, OT_PRINTF, "one\n");
	CHECK_STR(arrived(&p), "");
	out_tick(&p.out, 5999999999);
	CHECK_STR(arrived(&p), "");
	out_tick(&p.out, 6000000000);
	CHECK_STR(arrived(&p), "one\n");
	for (int i = 0; i < 64; i++) {
		char line[1025];

		memset(line, 'x', 1024);
		line[1024] = '\0';
		say(&p, OT_PRINTF, line);
	}
	CHECK_EQ(strlen(arrived(&p)), 65536);
}

TEST(terminals_are_written_by_line)
{
	PIPED(p, "text", OB_AUTO);

	p.out.tty = true;
	say(&p, OT_PRINTF, "half");
	CHECK_STR(arrived(&p), "");
	say(&p, OT_PRINTF, " line\nand");
	CHECK_STR(arrived(&p), "half line\nand");
}

TEST(unbuffered)
{
	PIPED(p, "text", OB_NONE);

	say(&p, OT_PRINTF, "x");
	CHECK_STR(arrived(&p), "x");
}

TEST(kinds_of_text)
{
	PIPED(p, "text", OB_NONE);

	say(&p, OT_PRINTF, "\033[1m");
	say(&p, OT_TIME, "12:00\n");
	say(&p, OT_CAT, "a\033b\n");
	say(&p, OT_JOIN, "a b\r");
	say(&p, OT_SYSTEM, "a b c\n");
	p.out.ops->end(&p.out);
	CHECK_STR(arrived(&p), "\033[1m12:00\na\\x1bb\na b\\x0d\na b c\n\n\n\n");
}

TEST(kinds_of_text_in_json)
{
	PIPED(p, "json", OB_NONE);

	CHECK(p.r.raw);
	say(&p, OT_PRINTF, "te\"st\n");
	say(&p, OT_TIME, "12:00\n");
	say(&p, OT_CAT, "a\tb");
	say(&p, OT_JOIN, "a,b");
	say(&p, OT_SYSTEM, "a\033");
	p.out.ops->end(&p.out);
	CHECK_STR(arrived(&p), "{\"type\": \"printf\", \"data\": \"te\\\"st\\n\"}\n"
			       "{\"type\": \"time\", \"data\": \"12:00\\n\"}\n"
			       "{\"type\": \"cat\", \"data\": \"a\\tb\"}\n"
			       "{\"type\": \"join\", \"data\": \"a,b\"}\n"
			       "{\"type\": \"syscall\", \"data\": \"a\\u001b\"}\n");
}

TEST(values)
{
	PIPED(p, "text", OB_NONE);
	int64_t v = 5;

	p.out.ops->value(&p.out, type_i64(), &v, sizeof(v));
	CHECK_STR(arrived(&p), "5\n");
}

TEST(messages_in_json)
{
	PIPED(p, "json", OB_NONE);
	struct loss l[] = { { "records dropped: ring buffer full", "make it larger", 12 },
			    { "never", NULL, 0 },
			    { "map @x full: updates failed", NULL, 1, NULL, "a\"b.bt", 3, 9 } };
	int64_t v = 5;

	p.out.ops->attached(&p.out, 2);
	p.out.ops->value(&p.out, type_i64(), &v, sizeof(v));
	p.out.ops->lost(&p.out, 7);
	p.out.ops->losses(&p.out, l, 3);
	CHECK_STR(arrived(&p),
		  "{\"type\": \"attached_probes\", \"count\": 2, \"data\": {\"probes\": 2}}\n"
		  "{\"type\": \"value\", \"data\": 5}\n"
		  "{\"type\": \"lost_events\", \"count\": 7, \"data\": {\"events\": 7}}\n"
		  "{\"type\": \"losses\", \"count\": 12, \"data\": {\"cause\": "
		  "\"records dropped: ring buffer full\", \"hint\": \"make it larger\"}}\n"
		  "{\"type\": \"losses\", \"count\": 1, \"data\": {\"cause\": "
		  "\"map @x full: updates failed\", \"filename\": \"a\\\"b.bt\", \"line\": 3, \"col\": 9}}\n");
	p.out.quiet = true;
	p.out.ops->attached(&p.out, 2);
	CHECK_STR(arrived(&p), "");
}

/* Runs f with stderr in a file and gives what came. */
static const char *stderr_of(struct piped *p, void (*f)(struct out *o))
{
	int saved = dup(2), fd = memfd_create("stderr", MFD_CLOEXEC);

	dup2(fd, 2);
	f(&p->out);
	dup2(saved, 2);
	lseek(fd, 0, SEEK_SET);
	CHECK_EQ(fd_read_all(fd, 1 << 16, &p->text), 0);
	close(saved);
	close(fd);
	return sb_str(&p->text);
}

static void all_messages(struct out *o)
{
	static const char *const hint = "make it larger";
	struct loss l[] = { { "records dropped: ring buffer full", hint, 12, NULL, "a.bt", 1, 2 },
			    { "records dropped: ring buffer full", hint, 3, NULL, "a.bt", 4, 5 },
			    { "updates of @x failed", NULL, 2, "Map full", "a.bt", 6, 7 },
			    { "never", NULL, 0 } };

	o->ops->attached(o, 1);
	o->ops->attached(o, 3);
	o->quiet = true;
	o->ops->attached(o, 4);
	o->ops->lost(o, 12);
	o->ops->losses(o, l, 4);
	o->ops->losses(o, l, 0);
}

TEST(messages_in_text_go_to_stderr)
{
	PIPED(p, "text", OB_NONE);

	CHECK_STR(stderr_of(&p, all_messages),
		  "Attached 1 probe\nAttached 3 probes\nLost 12 events\n"
		  "WARNING: 12 records dropped: ring buffer full: a.bt:1:2\n"
		  "WARNING: 3 records dropped: ring buffer full: a.bt:4:5\nHINT: make it larger\n"
		  "WARNING: Map full (2 updates of @x failed: a.bt:6:7)\n");
	CHECK_STR(arrived(&p), "");
}

TEST(a_reader_that_left)
{
	PIPED(p, "text", OB_NONE);

	fd_close(&p.fds[0]);
	say(&p, OT_PRINTF, "x"); /* no SIGPIPE: this test lives on */
	CHECK(p.out.broken);
	CHECK_EQ(p.out.error, EPIPE);
	say(&p, OT_PRINTF, "y");
	CHECK_EQ(p.out.buf.n, 0);
}

TEST(a_full_disk)
{
	PIPED(p, "text", OB_NONE);

	fd_close(&p.fds[1]);
	p.fds[1] = p.out.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	say(&p, OT_PRINTF, "x");
	CHECK(p.out.broken);
	CHECK_EQ(p.out.error, ENOSPC);
}

static void *slow_reader(void *arg)
{
	struct piped *p = arg;
	size_t n = 0;
	char bytes[3000];

	while (n < 300000) {
		ssize_t got = read(p->fds[0], bytes, sizeof(bytes));

		if (got > 0)
			n += (size_t)got;
		else
			usleep(100);
	}
	return (void *)n;
}

TEST(short_writes_into_a_full_non_blocking_pipe)
{
	PIPED(p, "text", OB_FULL);
	char *big = malloc(300001);
	pthread_t thread;
	void *n;

	memset(big, 'x', 300000);
	big[300000] = '\0';
	CHECK_EQ(fcntl(p.fds[1], F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ(pthread_create(&thread, NULL, slow_reader, &p), 0);
	say(&p, OT_PRINTF, big);
	CHECK_EQ(pthread_join(thread, &n), 0);
	CHECK_EQ((size_t)n, 300000);
	CHECK(!p.out.broken);
	free(big);
}

TEST(files)
{
	struct render r = { 0 };
	struct strbuf text = { 0 };
	char path[] = "/tmp/sonde-out-XXXXXX";
	int fd = mkstemp(path);
	struct out o;

	CHECK_EQ(out_open(&o, "text", path, OB_AUTO, &r, NULL), 0);
	o.ops->text(&o, OT_PRINTF, "hello\n", 6);
	out_close(&o);
	CHECK_EQ(file_read(path, 100, &text), 0);
	CHECK_STR(sb_str(&text), "hello\n");
	sb_done(&text);
	close(fd);
	unlink(path);
}

TEST(what_cannot_be_opened)
{
	struct err e = { 0 };
	struct out o;

	CHECK_EQ(out_open(&o, "jsonx", NULL, OB_AUTO, NULL, &e), -EINVAL);
	CHECK_STR(e.what, "Invalid output format \"jsonx\"");
	CHECK_EQ(out_open(&o, "text", "/nonexistent/x", OB_AUTO, NULL, &e), -ENOENT);
	CHECK_STR(e.what,
		  "Failed to open output file: '/nonexistent/x': No such file or directory");
	CHECK_STR(out_formats()[0], "text");
	CHECK_STR(out_formats()[1], "json");
	CHECK(!out_formats()[2]);
}

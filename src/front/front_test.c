/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>

#include "base/fdutil.h"
#include "front/front.h"
#include "tests/unit.h"

static struct arena arena;

static struct front plain(void)
{
	return (struct front){ .arena = &arena, .str_size = 80 };
}

/* Attach points of a probe, or the message. */
static const char *points(struct front f, const char *text, enum front_want want)
{
	struct strbuf out = { 0 };
	struct err e = { 0 };
	struct front_probe p;
	const char *rest, *ret;

	if (front_parse(&f, text, &p, &rest, &e) || front_points(&f, &p, want, &out, &e))
		return arena_strdup(&arena, e.what);
	ret = arena_printf(&arena, "%s%s%s", sb_str(&out), *rest ? " then " : "", rest);
	sb_done(&out);
	return ret;
}

/* "POINTS /FILTER/ MESSAGE" of an event, or the message. */
static const char *event(const char *text)
{
	struct front f = plain();
	struct strbuf out = { 0 };
	struct err e = { 0 };
	struct front_event ev;
	const char *ret;

	if (front_event(&f, text, &ev, &e) || front_points(&f, &ev.probe, FW_POINT, &out, &e))
		return arena_strdup(&arena, e.what);
	ret = arena_printf(&arena, "%s /%s/ %s", sb_str(&out), ev.filter, ev.message);
	sb_done(&out);
	return ret;
}

/* "POINTS /FILTER/ LABEL=VALUE ... # TITLE" */
static const char *sample(const char *text)
{
	struct front f = plain();
	struct strbuf out = { 0 };
	struct err e = { 0 };
	struct front_sample s;
	const char *ret;

	if (front_sample(&f, text, &s, &e) || front_points(&f, &s.probe, FW_POINT, &out, &e))
		return arena_strdup(&arena, e.what);
	sb_addf(&out, " /%s/", s.filter);
	vec_each(s.values, i)
		sb_addf(&out, " %s=%s", s.labels.v[i], s.values.v[i]);
	ret = arena_printf(&arena, "%s # %s", sb_str(&out), s.title);
	sb_done(&out);
	return ret;
}

TEST(probes_are_written_as_in_bcc)
{
	CHECK_STR(points(plain(), "vfs_read", FW_POINT), "kprobe:vfs_read");
	CHECK_STR(points(plain(), "p::vfs_*", FW_POINT), "kprobe:vfs_*");
	CHECK_STR(points(plain(), "::vfs_read", FW_POINT), "kprobe:vfs_read");
	CHECK_STR(points(plain(), "c:malloc", FW_POINT), "uprobe:c:malloc");
	CHECK_STR(points(plain(), "p:/x,y:f+0x10", FW_POINT), "uprobe:\"/x,y\":f+0x10");
	CHECK_STR(points(plain(), "r:c:open", FW_POINT), "span:uprobe:c:open");
	CHECK_STR(points(plain(), "r::vfs_read", FW_POINT), "span:kprobe:vfs_read");
	CHECK_STR(points(plain(), "t:sched:sched_*", FW_POINT), "tracepoint:sched:sched_*");
	CHECK_STR(points(plain(), "u:pthread:pthread_create", FW_POINT), "usdt:pthread:pthread_create");
	CHECK_STR(points(plain(), "u:node:node:gc__start", FW_POINT), "usdt:node:node:gc__start");
	CHECK_STR(points(plain(), "p:c:open(char *path) rest", FW_POINT), "uprobe:c:open then  rest");
}

TEST(attach_points_of_the_language_stay)
{
	CHECK_STR(points(plain(), "kprobe:vfs_read", FW_POINT), "kprobe:vfs_read");
	CHECK_STR(points(plain(), "uprobe:/bin/a(b):f", FW_POINT), "uprobe:/bin/a(b):f");
	CHECK_STR(points(plain(), "span:syscalls:read", FW_SPAN), "span:syscalls:read");
	CHECK_STR(points(plain(), "fentry:vfs_read", FW_SPAN), "span:fentry:vfs_read");
}

TEST(spans_are_of_functions)
{
	CHECK_STR(points(plain(), "c:malloc", FW_SPAN), "span:uprobe:c:malloc");
	CHECK_STR(points(plain(), "t:sched:sched_switch", FW_SPAN),
		  "'t:sched:sched_switch': it has no beginning and end, as functions and system calls have");
	CHECK_STR(points(plain(), "c:malloc+4", FW_SPAN), "'c:malloc+4': an instruction within a function has no return");
}

TEST(names_may_be_regular_expressions)
{
	struct front f = plain();
	struct strbuf out = { 0 };
	struct front_probe p;
	struct err e = { 0 };
	const char *rest;

	f.regex = true;
	CHECK_STR(points(f, "^vfs_.*", FW_POINT), "kprobe:*");
	CHECK_STR(points(f, "c:mal.*", FW_SPAN), "span:uprobe:c:*");
	CHECK_STR(points(f, "t:sched:sched_.*", FW_POINT), "tracepoint:*:*");
	CHECK_STR(points(f, "c:(m|c)alloc", FW_POINT), "uprobe:c:*");
	CHECK_EQ(front_parse(&f, "c:^mal.*", &p, &rest, &e), 0);
	front_filter(&p, &out);
	CHECK_STR(sb_str(&out), "^[a-z]+:(.*:)?(mal.*)");
	sb_done(&out);
}

TEST(bad_probes_are_told)
{
	CHECK_STR(points(plain(), "x:c:open", FW_POINT),
		  "'x:c:open': the kind of probe must be p, r, t, u or one of the script language, not 'x'");
	CHECK_STR(points(plain(), "c:", FW_POINT), "'c:': the name of what is to be probed is missing");
	CHECK_STR(points(plain(), "t::switch", FW_POINT), "'t::switch': a tracepoint is written as t:CATEGORY:EVENT");
	CHECK_STR(points(plain(), "c:open(int", FW_POINT), "'c:open(int': the parenthesis of the parameters is not closed");
	CHECK_STR(points(plain(), "t:a:b(int x)", FW_POINT),
		  "'t:a:b(int x)': only functions have parameters; tracepoints have args->FIELD, USDT probes arg1, arg2 ...");
	CHECK_STR(points(plain(), "u::probe", FW_POINT),
		  "'u::probe': a USDT probe is written as u:LIBRARY:PROBE, or with a process");
}

TEST(events_have_filters_and_messages)
{
	CHECK_STR(event("c:malloc"), "uprobe:c:malloc /1/ \"\"");
	CHECK_STR(event("c:malloc \"size = %d\", arg1"), "uprobe:c:malloc /1/ \"size = %d\", arg0");
	CHECK_STR(event("p:c:write (arg3 > 20000) \"%d bytes\", arg3"), "uprobe:c:write /(arg2 > 20000)/ \"%d bytes\", arg2");
	CHECK_STR(event("r:c:write ((int)retval < 0) \"failed: %d\", retval"),
		  "span:uprobe:c:write /((int)retval < 0)/ \"failed: %d\", retval");
	CHECK_STR(event("c:open (STRCMP(\"a.txt\", arg1)) \"opening %s\", arg1"),
		  "uprobe:c:open /((str(arg0, 80) == \"a.txt\"))/ \"opening %s\", str(arg0, 80)");
	CHECK_STR(event("c:open(const char *path, int flags) \"%s %x\", path, flags & 3UL"),
		  "uprobe:c:open /1/ \"%s %x\", str((( char *)arg0), 80), ((int)arg1) & 3");
	CHECK_STR(event("p:c:nanosleep(struct timespec *ts) \"%lld ns\", ts->tv_nsec"),
		  "uprobe:c:nanosleep /1/ \"%lld ns\", ((struct timespec *)arg0)->tv_nsec");
	CHECK_STR(event("t:block:block_rq_complete \"sectors=%d of %s\", args->nr_sector, args->rwbs"),
		  "tracepoint:block:block_rq_complete /1/ \"sectors=%d of %s\", args.nr_sector, str(args.rwbs, 80)");
	CHECK_STR(event("p::do_sys_open \"%s %d %K\", arg2@user, $task->arg1, arg3"),
		  "kprobe:do_sys_open /1/ \"%s %d %s\", str(uptr(arg1), 80), curtask->arg1, ksym(arg2)");
	CHECK_STR(event("p::f(int a, const char *b) \"%s\", b@user"), "kprobe:f /1/ \"%s\", str((( char *)uptr(arg1)), 80)");
	CHECK_STR(event("c:f (arg1 == '(' && $tgid != $pid) \"100%% %U\", arg1"),
		  "uprobe:c:f /(arg0 == '(' && pid != tid)/ \"100%% %s\", usym(arg0)");
	CHECK_STR(event("uprobe:c:open (arg1 == 0) \"%s\", str(arg0)"), "uprobe:c:open /(arg1 == 0)/ \"%s\", str(arg0)");
}

TEST(bytes_are_compared_one_by_one)
{
	struct front f = plain();
	struct front_event ev;
	struct err e = { 0 };

	f.binary = true;
	CHECK_EQ(front_event(&f, "p:c:f (STRCMP(\"\\x6c\\x00a\", arg2))", &ev, &e), 0);
	CHECK_STR(ev.filter, "((*(uint8 *)(arg1 + 0) == 108 && *(uint8 *)(arg1 + 1) == 0 && *(uint8 *)(arg1 + 2) == 97))");
}

TEST(bad_events_are_told)
{
	CHECK_STR(event("c:f (arg1"), "'c:f (arg1': the filter's parenthesis is not closed");
	CHECK_STR(event("c:f ()"), "'c:f ()': an expression is missing");
	CHECK_STR(event("c:f arg1"), "'c:f arg1': a format in double quotes is expected at 'arg1'");
	CHECK_STR(event("c:f \"%d"), "'c:f \"%d': the format has no closing quote");
	CHECK_STR(event("c:f \"%d\""), "'c:f \"%d\"': the format has more conversions than there are values");
	CHECK_STR(event("c:f \"x\", arg1"), "'c:f \"x\", arg1': there are more values than the format has conversions");
	CHECK_STR(event("c:f (STRCMP(arg1, \"x\"))"),
		  "'c:f (STRCMP(arg1, \"x\"))': STRCMP takes a text in quotes and a pointer: STRCMP(\"text\", arg1)");
	CHECK_STR(event("r:c:f(int a) ($entry(b) > 1)"), "'r:c:f(int a) ($entry(b) > 1)': the parameters have no 'b'");
}

TEST(samples_have_typed_values)
{
	CHECK_STR(sample("p:c:malloc(size_t size):size_t:size:size==16"),
		  "uprobe:c:malloc /(((size_t)arg0)==16)/ size=(size_t)(((size_t)arg0)) # p:c:malloc(size_t size):size_t:size:size==16");
	CHECK_STR(sample("r:c:malloc(size_t size):u64:$latency/$entry(size)#ns per byte"),
		  "span:uprobe:c:malloc /1/ $latency/size=(u64)(duration/((size_t)arg0)) # ns per byte");
	CHECK_STR(sample("p:c:f(int a, int b):int,char*:a,b"),
		  "uprobe:c:f /1/ a=(int)(((int)arg0)) b=str(((int)arg1), 80) # p:c:f(int a, int b):int,char*:a,b");
	CHECK_STR(sample("r:c:read()"), "span:uprobe:c:read /1/ retval=(int32)retval # r:c:read()");
	CHECK_STR(sample("p:c:fork():int:$PID"), "uprobe:c:fork /1/ $PID=(int)(pid) # p:c:fork():int:$PID");
	CHECK_STR(sample("t:net:net_dev_start_xmit():u16:args->protocol"),
		  "tracepoint:net:net_dev_start_xmit /1/ args->protocol=(u16)(args.protocol) # t:net:net_dev_start_xmit():u16:args->protocol");
	CHECK_STR(sample("t:a:b():char*:$COMM"), "tracepoint:a:b /1/ $COMM=comm # t:a:b():char*:$COMM");
	CHECK_STR(sample("p:c:f()"), "uprobe:c:f /1/ # p:c:f()");
}

TEST(bad_samples_are_told)
{
	CHECK_STR(sample("p:c:f"), "'p:c:f': parentheses are expected behind the name: NAME(PARAMETERS), or NAME()");
	CHECK_STR(sample("p:c:f():int"), "'p:c:f():int': a type is followed by a value: TYPE:VALUE");
	CHECK_STR(sample("p:c:f():int:1,2"), "'p:c:f():int:1,2': each value needs a type: TYPE,TYPE:VALUE,VALUE");
	CHECK_STR(sample("p:c:f():int,int:1"), "'p:c:f():int,int:1': there are more types than values");
	CHECK_STR(sample("p:c:f():int:1:1:1"), "'p:c:f():int:1:1:1': nothing can follow the filter but #LABEL");
	CHECK_STR(sample("p:c:f()x"), "'p:c:f()x': ':TYPE:VALUE' is expected at 'x'");
}

/* Texts of the pieces that matter, in any order: an answer or a message, nothing else. */
TEST(any_text_is_answered)
{
	static const char *const pieces[] = { "p:", "r:", "t:", "u:", "c:", ":", "f", "(", ")", "\"", "'", "%s", "%d", "%K", "%", ",", "arg1",
					      "$entry", "STRCMP", "int", "char*", " ", "#", "@user", "->", "args", "\\", "==", "0x1U", "" };
	uint32_t seed = 1;

	for (int i = 0; i < 20000; i++) {
		struct arena own = { 0 };
		struct front f = { .arena = &own, .str_size = 80, .binary = i & 1, .regex = i % 7 == 0 };
		struct strbuf text = { 0 }, out = { 0 };
		struct front_event ev;
		struct front_sample s;
		struct err e = { 0 };

		for (int k = 0; k < 12; k++) {
			seed = seed * 1664525 + 1013904223;
			sb_adds(&text, pieces[(seed >> 16) % ARRAY_SIZE(pieces)]);
		}
		CHECK(!front_event(&f, sb_str(&text), &ev, &e) || e.what[0]);
		e.what[0] = '\0';
		CHECK(!front_sample(&f, sb_str(&text), &s, &e) || e.what[0]);
		if (!e.what[0] && !front_points(&f, &s.probe, FW_SPAN, &out, &e))
			CHECK(out.n > 0);
		sb_done(&out);
		sb_done(&text);
		arena_done(&own);
	}
}

UNIT_MAIN

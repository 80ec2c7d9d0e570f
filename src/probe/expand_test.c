/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forms and messages of the providers. */
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/binary.h"
#include "probe/fixture_test.h"
#include "sym/ksyms.h"
#include "tests/unit.h"
#include "type/btf.h"

/* The targets of an attach point, or its first diagnostic. */
#define EXPANDS(f, text, expected) CHECK_STR(expanded(f, text), expected)

TEST(expand_special)
{
	struct fixture f;

	fixture_init(&f);
	EXPANDS(&f, "begin", "begin");
	EXPANDS(&f, "BEGIN", "begin");
	EXPANDS(&f, "END", "end");
	EXPANDS(&f, "begin:x", "ERROR: begin: 'x' is too much, it has no target (write begin)");
	fixture_done(&f);
}

TEST(expand_timers)
{
	struct fixture f;

	fixture_init(&f);
	EXPANDS(&f, "profile:hz:99", "profile:hz:99");
	CHECK_EQ(f.out.targets.v[0]->period, 10101010);
	EXPANDS(&f, "p:ms:5", "profile:ms:5");
	CHECK_EQ(f.out.targets.v[0]->period, 5000000);
	EXPANDS(&f, "i:us:10", "interval:us:10");
	CHECK_EQ(f.out.targets.v[0]->period, 10000);
	EXPANDS(&f, "interval:s:1", "interval:s:1");
	CHECK_EQ(f.out.targets.v[0]->period, 1000000000);
	EXPANDS(&f, "interval:1m", "interval:1m");
	CHECK_EQ(f.out.targets.v[0]->period, 60000000000);
	EXPANDS(&f, "interval:50", "interval:50");
	CHECK_EQ(f.out.targets.v[0]->period, 50);
	EXPANDS(&f, "profile",
		"ERROR: profile: needs a period (write profile:hz:N or profile:us:N or profile:ms:N or "
		"profile:s:N or profile:99hz or profile:10ms)");
	CHECK(!expand(&f, "interval:s:0"));
	CHECK_STR(f.diags.list.v[0]->text, "interval: '0' is no period");
	CHECK(!expand(&f, "interval:s:x"));
	CHECK(!expand(&f, "interval:ns:5"));
	CHECK(!expand(&f, "interval:year:5"));
	CHECK(!expand(&f, "interval:s:1:2"));
	CHECK(!expand(&f, "interval:s"));
	fixture_done(&f);
}

TEST(expand_software)
{
	struct fixture f;

	fixture_init(&f);
	EXPANDS(&f, "software:page-faults:1", "software:page-faults:1");
	CHECK_EQ(f.out.targets.v[0]->period, 1);
	EXPANDS(&f, "s:faults", "software:faults");
	CHECK_EQ(f.out.targets.v[0]->config, PERF_COUNT_SW_PAGE_FAULTS);
	CHECK_EQ(f.out.targets.v[0]->period, 100);
	EXPANDS(&f, "software:cpu:", "software:cpu");
	EXPANDS(&f, "software:*-faults:3",
		"software:alignment-faults:3 software:emulation-faults:3 software:major-faults:3 "
		"software:minor-faults:3 software:page-faults:3");
	EXPANDS(&f, "software:page-fault", "ERROR: No matches for software page-fault. "
					   "(did you mean software:page-faults?)");
	EXPANDS(&f, "software:cs:x",
		"ERROR: software: 'x' is no count (write software:EVENT or software:EVENT:COUNT)");
	CHECK(!expand(&f, "software"));
	CHECK(!expand(&f, "software:cs:0"));
	fixture_done(&f);
}

TEST(expand_kprobe)
{
	struct fixture f;

	fixture_init(&f);
	EXPANDS(&f, "kprobe:vfs_read", "kprobe:vfs_read");
	EXPANDS(&f, "k:vfs_read+0x10", "kprobe:vfs_read+16");
	CHECK_EQ(f.out.targets.v[0]->offset, 16);
	CHECK_STR(f.out.targets.v[0]->func, "vfs_read");
	EXPANDS(&f, "kretprobe:no_such_module:f",
		"ERROR: specified module no_such_module in probe kretprobe:no_such_module:f is not loaded.");
	EXPANDS(&f, "kr:vfs_read+4",
		"ERROR: kretprobe: a return has no offset (write kretprobe:FUNCTION or kretprobe:MODULE:FUNCTION)");
	EXPANDS(&f, "kprobe:0xffffffff81000000", "ERROR: kprobe: a probe at an address may break the kernel "
						 "(--unsafe allows it; or write FUNCTION+OFFSET)");
	f.env.unsafe = true;
	EXPANDS(&f, "kprobe:0xffffffff81000000", "kprobe:18446744071578845184");
	CHECK(!f.out.targets.v[0]->func);
	CHECK(!expand(&f, "kprobe"));
	CHECK(!expand(&f, "kprobe:"));
	CHECK(!expand(&f, "kprobe::f"));
	CHECK(!expand(&f, "kprobe:a:b:c"));
	CHECK(!expand(&f, "kprobe:f+x"));
	CHECK(!expand(&f, "kprobe:vfs_*+4"));
	CHECK_STR(f.diags.list.v[0]->text, "kprobe: an offset needs the name of one function");
	fixture_done(&f);
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	if (file) {
		fputs(text, file);
		fclose(file);
	}
}

static void make_dir(const char *dir, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	mkdir(path, 0700);
}

#define FORMAT "name: sched_switch\nID: 1\nformat:\n" \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n" \
	"\tfield:int prev_pid;\toffset:8;\tsize:4;\tsigned:1;\n\nprint fmt: \"\"\n"

static const char *fake_tracefs(void)
{
	static char dir[] = "/tmp/probe-test-XXXXXX";

	if (!strstr(dir, "XXXXXX"))
		return dir;
	if (!mkdtemp(dir))
		return NULL;
	make_dir(dir, "events");
	make_dir(dir, "events/sched");
	make_dir(dir, "events/sched/sched_switch");
	write_file(dir, "events/sched/sched_switch/format", FORMAT);
	write_file(dir, "available_events", "sched:sched_switch\nsched:sched_waking\nsyscalls:sys_enter_open\n"
					    "syscalls:sys_exit_open\n");
	write_file(dir, "available_filter_functions",
		   "vfs_read\nvfs_write\nvfs_write.cold\nvfs_read\nnft_do [nf_tables]\n__ftrace_invalid_address___4\n");
	return dir;
}

__attribute__((destructor)) static void remove_fake(void)
{
	static const char *const names[] = {
		"events/sched/sched_switch/format", "events/sched/sched_switch", "events/sched", "events",
		"available_events", "available_filter_functions", "bin", "",
	};
	const char *dir = fake_tracefs();
	char path[512];

	for (size_t i = 0; dir && i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		remove(path);
	}
}

TEST(expand_tracepoint)
{
	struct fixture f;

	fixture_init(&f);
	EXPANDS(&f, "t:sched:sched_switch",
		"ERROR: tracepoint: tracefs is not mounted, so its events cannot be found "
		"(mount -t tracefs tracefs /sys/kernel/tracing)");
	f.env.tracefs = fake_tracefs();
	EXPANDS(&f, "t:sched:sched_switch", "tracepoint:sched:sched_switch");
	EXPANDS(&f, "tracepoint:s*:*s*_*", "tracepoint:sched:sched_switch tracepoint:sched:sched_waking "
					   "tracepoint:syscalls:sys_enter_open tracepoint:syscalls:sys_exit_open");
	EXPANDS(&f, "tracepoint:syscalls:sys_*_open",
		"tracepoint:syscalls:sys_enter_open tracepoint:syscalls:sys_exit_open");
	EXPANDS(&f, "tracepoint:sched:sched_swich", "ERROR: No matches for tracepoint sched:sched_swich. "
						    "(did you mean tracepoint:sched:sched_switch?)");
	EXPANDS(&f, "tracepoint:../x:y", "ERROR: No matches for tracepoint ../x:y.");
	EXPANDS(&f, "tracepoint:x:*", "WARNING: No matches for tracepoint x:*. Skipping.");
	EXPANDS(&f, "tracepoint:sched_switch",
		"ERROR: tracepoint: needs a category and an event (write tracepoint:CATEGORY:EVENT)");
	CHECK(!expand(&f, "tracepoint"));
	CHECK(!expand(&f, "tracepoint::x"));
	CHECK(!expand(&f, "tracepoint:a:b:c"));
	fixture_done(&f);
}

TEST(expand_tracepoint_describe)
{
	struct fixture f;
	struct field field;

	fixture_init(&f);
	f.env.tracefs = fake_tracefs();
	CHECK(expand(&f, "t:sched:sched_switch"));
	CHECK(f.out.provider->describe(&f.env, f.out.point, f.out.targets.v[0]));
	CHECK(type_field(&f.types, f.out.targets.v[0]->args, "prev_pid", &field));
	CHECK_EQ(field.offset, 8);
	fixture_done(&f);
}

TEST(expand_missing_policies)
{
	struct fixture f;

	fixture_init(&f);
	f.env.tracefs = fake_tracefs();
	f.env.missing_probes = "warn";
	EXPANDS(&f, "t:sched:x", "WARNING: No matches for tracepoint sched:x. Skipping.");
	CHECK_EQ(f.out.targets.n, 0);
	f.env.missing_probes = "ignore";
	EXPANDS(&f, "t:sched:x", "");
	EXPANDS(&f, "uprobe:/no/such/file:f", "");
	fixture_done(&f);
}

TEST(expand_kprobe_wildcards)
{
	struct fixture f;

	fixture_init(&f);
	f.env.tracefs = fake_tracefs();
	EXPANDS(&f, "kprobe:vfs_*", "kprobe:vfs_read kprobe:vfs_write");
	EXPANDS(&f, "kprobe:nf*:*", "kprobe:nf_tables:nft_do");
	EXPANDS(&f, "kprobe:vmlinux:vfs_r*", "kprobe:vfs_read");
	EXPANDS(&f, "kprobe:nosuch*", "WARNING: No matches for kprobe nosuch*. Skipping.");
	fixture_done(&f);
}

/* A BTF of one function and one tracepoint: FUNC vfs_read, typedef btf_trace_sched_switch. */
static struct btf_file *fake_btf(void)
{
	static const char strings[] = "\0int\0vfs_read\0btf_trace_sched_switch\0task";
	static const uint32_t types[] = {
		1, 1u << 24, 4, (1u << 24) | 32,          /* 1: INT int, signed, 32 bits */
		0, 13u << 24 | 1, 1, 38, 1,               /* 2: FUNC_PROTO int (int task) */
		5, 12u << 24, 2,                          /* 3: FUNC vfs_read */
		0, 13u << 24 | 2, 0, 0, 5, 38, 1,         /* 4: FUNC_PROTO void (void *, int task) */
		0, 2u << 24, 0,                           /* 5: PTR void */
		0, 2u << 24, 4,                           /* 6: PTR to 4 */
		14, 8u << 24, 6,                          /* 7: TYPEDEF btf_trace_sched_switch */
	};
	uint32_t head[6] = { 0x0001eb9f, 24, 0, sizeof(types), sizeof(types), sizeof(strings) };
	char image[sizeof(head) + sizeof(types) + sizeof(strings)];
	struct btf_file *b = NULL;
	struct err e = { 0 };

	memcpy(image, head, sizeof(head));
	memcpy(image + sizeof(head), types, sizeof(types));
	memcpy(image + sizeof(head) + sizeof(types), strings, sizeof(strings));
	CHECK_EQ(btf_file_from_memory(image, sizeof(image), NULL, &b, &e), 0);
	return b;
}

TEST(expand_rawtracepoint)
{
	struct prog_kind kind = { 0 };
	struct probe_target *t;
	struct fixture f;

	fixture_init(&f);
	EXPANDS(&f, "rt:sys_enter", "rawtracepoint:sys_enter");
	EXPANDS(&f, "rt:sys_*", "WARNING: No matches for rawtracepoint sys_*. Skipping.");
	f.env.btf = fake_btf();
	f.env.modules.read = true;
	EXPANDS(&f, "rt:sched_switch", "rawtracepoint:sched_switch");
	t = f.out.targets.v[0];
	CHECK_EQ(t->btf_id, 0);
	f.out.provider->kind(&f.target, &f.out, &kind);
	CHECK_EQ(kind.type, BPF_PROG_TYPE_RAW_TRACEPOINT);
	CHECK(f.out.provider->describe(&f.env, f.out.point, t));
	CHECK_EQ(t->btf_id, 7);
	CHECK_EQ(t->args->st->fields.n, 1);
	f.out.provider->kind(&f.target, &f.out, &kind);
	CHECK_EQ(kind.type, BPF_PROG_TYPE_TRACING);
	EXPANDS(&f, "rt:vmlinu*:sched_*", "rawtracepoint:sched_switch");
	EXPANDS(&f, "rt:sched_swtch", "WARNING: No matches for rawtracepoint sched_swtch. Skipping. "
				      "(did you mean rawtracepoint:sched_switch?)");
	EXPANDS(&f, "rt:nonsense:sched_switch", "ERROR: No matches for rawtracepoint nonsense:sched_switch. "
						"(did you mean rawtracepoint:sched_switch?)");
	EXPANDS(&f, "rawtracepoint", "ERROR: rawtracepoint: needs the name of an event (write "
				     "rawtracepoint:EVENT or rawtracepoint:MODULE:EVENT)");
	CHECK(!expand(&f, "rt:"));
	CHECK(!expand(&f, "rt:a:b:c"));
	btf_file_free(f.env.btf);
	fixture_done(&f);
}

TEST(expand_fentry)
{
	struct prog_kind kind = { 0 };
	struct probe_target *t;
	struct fixture f;

	fixture_init(&f);
	EXPANDS(&f, "fentry:vfs_read",
		"ERROR: fentry: the kernel has no BTF (CONFIG_DEBUG_INFO_BTF), which fentry needs (use kprobe)");
	f.env.btf = fake_btf();
	f.env.modules.read = true;
	EXPANDS(&f, "kretfunc:vfs_read", "fexit:vmlinux:vfs_read");
	t = f.out.targets.v[0];
	CHECK_EQ(t->btf_id, 3);
	CHECK(f.out.provider->describe(&f.env, f.out.point, t));
	CHECK_EQ(t->retval->size, 4);
	f.out.provider->kind(&f.target, &f.out, &kind);
	CHECK_EQ(kind.attach_type, BPF_TRACE_FEXIT);
	CHECK_EQ(kind.attach_btf_id, 3);
	EXPANDS(&f, "f:vfs_*", "fentry:vmlinux:vfs_read");
	EXPANDS(&f, "f:vmlinux:vfs_read", "fentry:vmlinux:vfs_read");
	EXPANDS(&f, "f:vfs_raed", "ERROR: No matches for fentry vfs_raed. (did you mean fentry:vfs_read?)");
	EXPANDS(&f, "f:vfs_read+4",
		"ERROR: fentry: an offset cannot be given (write fentry:FUNCTION or fentry:MODULE:FUNCTION or fentry:bpf[:ID]:PROGRAM)");
	f.env.tracefs = fake_tracefs();
	EXPANDS(&f, "f:*", "fentry:vmlinux:vfs_read");
	btf_file_free(f.env.btf);
	fixture_done(&f);
}

/* Of ours: a function with a size, found by its symbol. */
__attribute__((noinline)) int expand_test_function(int x);
int expand_test_function(int x)
{
	return x + (int)getpid();
}

TEST(expand_uprobe)
{
	struct fixture f;
	char self[256] = "", text[600];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	fixture_init(&f);
	CHECK(n > 0 && expand_test_function(1));
	snprintf(text, sizeof(text), "uprobe:%s:expand_test_function", self);
	EXPANDS(&f, text, text);
	CHECK(f.out.targets.v[0]->offset != 0);
	CHECK_STR(f.out.targets.v[0]->path, self);
	snprintf(text, sizeof(text), "ur:%s:expand_test_func*", self);
	CHECK(expand(&f, text));
	CHECK_EQ(f.out.targets.n, 1);
	CHECK_STR(f.out.targets.v[0]->func, "expand_test_function");
	snprintf(text, sizeof(text), "u:%s:expand_test_functoin", self);
	CHECK(!expand(&f, text));
	CHECK(f.diags.list.n && strstr(f.diags.list.v[0]->hint, ":expand_test_function?"));
	snprintf(text, sizeof(text), "u:%s:expand_test_function+100000", self);
	CHECK(!expand(&f, text));
	CHECK(f.diags.list.n && !strncmp(f.diags.list.v[0]->text, "Offset outside the function bounds "
								  "('expand_test_function' size is 0x", 66));
	snprintf(text, sizeof(text), "u:%s:0xffffffffffff", self);
	CHECK(!expand(&f, text));
	CHECK(f.diags.list.n && !strncmp(f.diags.list.v[0]->text, "Could not resolve address: /", 28));
	fixture_done(&f);
}

TEST(expand_uprobe_forms)
{
	struct fixture f;

	fixture_init(&f);
	EXPANDS(&f, "uprobe:/no/such/file:f",
		"ERROR: uprobe target file '/no/such/file' does not exist or is not executable.");
	EXPANDS(&f, "uprobe:/no/such*/file:f",
		"ERROR: uprobe target file '/no/such*/file' does not exist or is not executable.");
	EXPANDS(&f, "uprobe:f", "ERROR: uprobe: needs a binary and a function (write uprobe:PATH:FUNCTION[+OFFSET] "
				"or uprobe:LIBRARY:FUNCTION or uprobe:PATH:ADDRESS or uprobe:PATH@FILE:LINE[:COLUMN] or uprobe:PATH:cpp:NAME)");
	EXPANDS(&f, "uprobe:/no/such/file:cpp:f",
		"ERROR: uprobe target file '/no/such/file' does not exist or is not executable.");
	EXPANDS(&f, "uretprobe:/bin/x:f+4", "ERROR: uretprobe: a return has no offset (write "
					    "uretprobe:PATH:FUNCTION or uretprobe:LIBRARY:FUNCTION)");
	CHECK(!expand(&f, "uprobe::f"));
	CHECK(!expand(&f, "uprobe:/bin/x:f*+4"));
	CHECK(!expand(&f, "uprobe:/bin/x:f+z"));
	f.env.tracefs = fake_tracefs();
	write_file(f.env.tracefs, "bin", "not an ELF file at all");
	CHECK(!expand(&f, arena_printf(&f.arena, "uprobe:%s/bin:f", f.env.tracefs)));
	CHECK(f.diags.list.n && strstr(f.diags.list.v[0]->text, "cannot be read as an ELF file"));
	fixture_done(&f);
}

TEST(expand_usdt_forms)
{
	struct fixture f;

	fixture_init(&f);
	EXPANDS(&f, "usdt:/no/such/file:f",
		"ERROR: usdt target file '/no/such/file' does not exist or is not executable.");
	EXPANDS(&f, "usdt:f", "ERROR: usdt: needs a binary and the name of a probe (write usdt:PATH:NAME or "
			      "usdt:PATH:PROVIDER:NAME)");
	EXPANDS(&f, "usdt:/proc/self/exe:nosuch:probe", "ERROR: No matches for usdt /proc/self/exe:nosuch:probe.");
	CHECK(!expand(&f, "usdt:/x:a:b:c"));
	fixture_done(&f);
}

static void count_name(void *arg, const char *name, const struct probe_target *t)
{
	CHECK_STR(name, t->name);
	++*(unsigned *)arg;
}

struct opened {
	struct elf_file *first; /* of the test program */
	unsigned n;
};

static bool note_first(void *arg, const struct binary *b, struct elf_file *elf)
{
	struct opened *o = arg;

	o->first = o->n++ ? o->first : elf;
	return true;
}

TEST(process_files_are_opened_once)
{
	struct part path = { .text = "*" };
	struct opened once = { 0 }, again = { 0 };
	struct fixture f;
	int code;

	fixture_init(&f);
	f.env.pid = getpid();
	CHECK(binaries_each(&f.env, &path, note_first, &once, &code) && !code);
	CHECK(binaries_each(&f.env, &path, note_first, &again, &code) && !code);
	CHECK(once.n > 0 && once.n == again.n);
	CHECK(once.first == again.first);
	CHECK_EQ(f.env.files.n, once.n);
	binaries_close(&f.env);
	CHECK_EQ(f.env.files.n, 0);
	fixture_done(&f);
}

TEST(list_patterns)
{
	struct fixture f;
	struct err e = { 0 };
	unsigned n = 0;

	fixture_init(&f);
	f.env.tracefs = fake_tracefs();
	provider_find("t")->list(&f.env, NULL, count_name, &n, &e);
	CHECK_EQ(n, 4);
	n = 0;
	provider_find("t")->list(&f.env, fixture_point(&f, "t:*open*"), count_name, &n, &e);
	CHECK_EQ(n, 2);
	n = 0;
	provider_find("s")->list(&f.env, fixture_point(&f, "s:*faults"), count_name, &n, &e);
	CHECK_EQ(n, 6); /* the short name "faults" too */
	CHECK_EQ(provider_find("k")->list(&f.env, NULL, count_name, &n, &e), -95);
	CHECK_EQ(provider_find("u")->list(&f.env, NULL, count_name, &n, &e), -22);
	CHECK_STR(e.hint, "write uprobe:PATH:* or give a process with -p");
	fixture_done(&f);
}

TEST(expand_kprobe_copies)
{
	static const char symbols[] = "ffffffff81000000 T once\n"
				      "ffffffff81000100 t twice\n"
				      "ffffffff81000200 t twice\n"
				      "ffffffff81000300 t copied\n"
				      "ffffffff81000400 t copied.constprop.0.isra.12\n"
				      "ffffffff81000500 t copied.cold\n"
				      "ffffffff81000600 t copied.part.x\n"
				      "ffffffff81000700 t copied_too\n"
				      "ffffffff81000800 t changed.isra.0\n"
				      "ffffffffc0000000 t once\t[module]\n";
	char path[] = "/tmp/ksymsXXXXXX";
	struct fixture f;
	int fd = mkstemp(path);

	CHECK(fd >= 0 && write(fd, symbols, sizeof(symbols) - 1) == (ssize_t)sizeof(symbols) - 1);
	close(fd);
	fixture_init(&f);
	f.env.ksyms = ksyms_new_from(path);
	EXPANDS(&f, "kprobe:once", "kprobe:once");
	CHECK(!f.out.targets.v[0]->addr && !f.out.targets.v[0]->variant);
	EXPANDS(&f, "kprobe:twice", "kprobe:twice kprobe:twice");
	CHECK_EQ(f.out.targets.v[0]->addr, 0xffffffff81000100);
	CHECK_EQ(f.out.targets.v[1]->addr, 0xffffffff81000200);
	EXPANDS(&f, "kretprobe:copied", "kretprobe:copied kretprobe:copied.constprop.0.isra.12");
	CHECK(f.out.targets.v[1]->variant && f.out.targets.v[0]->addr);
	EXPANDS(&f, "kprobe:changed", "kprobe:changed.isra.0");
	CHECK(f.out.targets.v[0]->variant);
	ksyms_free(f.env.ksyms);
	f.env.ksyms = NULL;
	unlink(path);
	fixture_done(&f);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sym/maps.h"
#include "sym/perfmap.h"
#include "sym/usyms.h"

static const char maps_text[] =
	"00400000-00401000 r--p 00000000 fd:00 100 /bin/x\n"
	"00401000-00403000 r-xp 00001000 fd:00 100 /bin/x\n"
	"00402000-00404000 r-xp 00001000 fd:00 100 /overlaps\n"
	"7f0000000000-7f0000001000 rwxp 00000000 00:00 0 \n"
	"7f0000001000-7f0000002000 r-xp 00002000 fd:00 18446744073709551615     /tmp/a b (deleted)\n"
	"7f0000002000-7f0000002000 r-xp 00002000 fd:00 1 /empty\n"
	"7ffe00000000-7ffe00002000 r-xp 00000000 00:00 0                          [vdso]\n"
	"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n"
	"garbage\n-\n12-\n12-34 r-xp\n12-34 r-xp 0 fd\n99999999999999999999-2 r-xp 0 0:0 0 x\n";

TEST(mappings)
{
	struct maps m = { 0 };
	const struct map_range *r;

	maps_parse(&m, maps_text, sizeof(maps_text) - 1);
	CHECK_EQ(m.list.n, 5);
	CHECK(!maps_find(&m, 0));
	CHECK(!maps_find(&m, 0x400fff));
	r = maps_find(&m, 0x401000);
	CHECK(r && r->end == 0x403000 && r->offset == 0x1000 && r->inode == 100);
	CHECK_STR(maps_path(&m, r), "/bin/x");
	CHECK(!maps_find(&m, 0x403000));
	CHECK_STR(maps_path(&m, maps_find(&m, 0x7f0000000800)), "");
	CHECK_STR(maps_path(&m, maps_find(&m, 0x7f0000001fff)), "/tmp/a b");
	CHECK_STR(maps_path(&m, maps_find(&m, 0x7ffe00000000)), "[vdso]");
	CHECK(!maps_find(&m, ~0ull));
	for (size_t n = 0; n < sizeof(maps_text); n++)
		maps_parse(&m, maps_text, n);
	maps_done(&m);
}

TEST(maps_of_compilers)
{
	static const char text[] =
		"1000 100 first\n0x2000 0x10 with blank \n1000 80 second\n1040 8 third\n"
		"zz 1 x\n3000\n3000 10\n3000 10 \n4000 10 unfinished";
	struct perf_map m = { 0 };
	const struct perf_entry *e;

	perf_map_parse(&m, text, sizeof(text) - 1);
	CHECK_EQ(m.list.n, 4);
	e = perf_map_find(&m, 0x1010);
	CHECK_STR(e ? m.text.p + e->name : NULL, "second");
	e = perf_map_find(&m, 0x1047);
	CHECK_STR(e ? m.text.p + e->name : NULL, "third");
	e = perf_map_find(&m, 0x10f0);
	CHECK_STR(e ? m.text.p + e->name : NULL, "first");
	e = perf_map_find(&m, 0x200f);
	CHECK_STR(e ? m.text.p + e->name : NULL, "with blank ");
	CHECK(!perf_map_find(&m, 0x2010));
	CHECK(!perf_map_find(&m, 0xfff));
	for (size_t n = 0; n < sizeof(text); n++)
		perf_map_parse(&m, text, n);
	perf_map_done(&m);
}

__attribute__((noinline, used)) void usyms_test_function(void)
{
	asm volatile("nop; nop");
}

TEST(functions_of_this_process)
{
	struct usyms *u = usyms_new();
	struct usym s;

	CHECK(usyms_find(u, getpid(), (uint64_t)(uintptr_t)usyms_test_function + 1, &s));
	CHECK_STR(s.name, "usyms_test_function");
	CHECK_EQ(s.offset, 1);
	CHECK(s.module && strchr(s.module, '/'));
	CHECK(!usyms_find(u, getpid(), 16, &s));
	CHECK(!s.name && !s.module);
	if (getauxval(AT_SYSINFO_EHDR)) {
		CHECK(usyms_find(u, getpid(), getauxval(AT_SYSINFO_EHDR), &s));
		CHECK_STR(s.module, "[vdso]");
	}
	usyms_free(u);
	usyms_free(NULL);
}

TEST(a_process_that_is_gone)
{
	struct usyms *u = usyms_new();
	struct usym s;
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	usyms_note(u, pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK(usyms_find(u, pid, (uint64_t)(uintptr_t)usyms_test_function, &s));
	CHECK_STR(s.name, "usyms_test_function");
	CHECK(!usyms_find(u, 0x3fffffff, 4096, &s)); /* one that never was */
	usyms_free(u);
}

TEST(code_made_at_run_time)
{
	char *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct usyms *u = usyms_new();
	struct usym s;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	f = fopen(path, "w");
	CHECK(f);
	if (f) {
		fprintf(f, "%llx 40 made(int)\n", (unsigned long long)(uintptr_t)code);
		fclose(f);
		CHECK(usyms_find(u, getpid(), (uint64_t)(uintptr_t)code + 3, &s));
		CHECK_STR(s.name, "made(int)");
		CHECK_EQ(s.offset, 3);
		CHECK(!s.module);
		CHECK(!usyms_find(u, getpid(), (uint64_t)(uintptr_t)code + 0x40, &s));
		unlink(path);
	}
	usyms_free(u);
	munmap(code, 4096);
}

TEST(a_fifo_for_a_perf_map_does_not_stop_us)
{
	struct usyms *u = usyms_new();
	char *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct usym s;
	char path[64];

	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	CHECK_EQ(symlink("/dev/zero", path), 0);
	CHECK(!usyms_find(u, getpid(), (uint64_t)(uintptr_t)code, &s));
	unlink(path);
	usyms_free(u);
	munmap(code, 4096);
}

TEST(more_processes_than_are_kept)
{
	struct usyms *u = usyms_new();
	struct usym s;

	for (int pid = 0x10000000; pid < 0x10000000 + 4200; pid++)
		CHECK(!usyms_find(u, pid, 4096, &s));
	usyms_free(u);
}

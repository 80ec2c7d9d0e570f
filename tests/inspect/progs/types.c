// SPDX-License-Identifier: GPL-2.0-or-later
// One of each kind of type, in globals of a program that is never attached.
#define SEC(name) __attribute__((section(name), used))
#define tag(text) __attribute__((btf_decl_tag(text)))
#define type_tag(text) __attribute__((btf_type_tag(text)))

struct later;
typedef int (*callback)(struct later *what, const char *name);

enum colour { RED = 1, GREEN, BLUE = -3 };
enum big { SMALL, HUGE = 1ULL << 40 };

union either {
	long number;
	volatile char *restrict text;
};

struct all {
	int plain;
	unsigned low : 3, high : 5;
	_Bool flag;
	double ratio;
	enum colour colour;
	enum big big;
	union either either;
	callback call;
	struct later *later;
	struct { short inner; };
	char name[12];
	int grid[2][3];
	int tag("counted") tagged;
	int type_tag("user") *user_pointer;
	char rest[];
};

static int hidden;
const volatile int limit = 7;
int counts[4];
struct all *everything;
struct {
	int (*type)[1];
	int (*max_entries)[4];
	int *key;
	struct all **value;
} table SEC(".maps");

static __attribute__((noinline)) int add(int a, long b) { return a + (int)b + hidden; }

SEC("raw_tp/sys_enter") int touch(void *ctx)
{
	hidden++;
	counts[1] = add(limit, 2);
	return everything != 0;
}

char LICENSE[] SEC("license") = "GPL";

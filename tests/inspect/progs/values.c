// SPDX-License-Identifier: GPL-2.0-or-later
// Maps whose entries are of many types, and variables of all sections.
#define SEC(name) __attribute__((section(name), used))

enum colour { RED = 1, GREEN, BLUE = -3 };
enum wide { NARROW, WIDE = 1ULL << 40 };
typedef unsigned char byte;
typedef struct { byte red, green, blue; } pixel;

struct key {
	int number;
	char name[4];
	unsigned low : 3, high : 5;
};

struct value {
	signed char small;
	unsigned short middle;
	int negative;
	long long deep;
	unsigned long long full;
	__int128 giant;
	_Bool yes;
	char letter, text[8], odd[4];
	enum colour colour;
	enum wide wide;
	union { unsigned number; byte parts[4]; } either;
	pixel pixels[2];
	int grid[2][2];
	const volatile byte fixed;
	unsigned low : 3, high : 21;
	long long far : 40;
	int signed_part : 5;
	void *pointer;
	struct value *next;
	int (*call)(void);
	struct { int inner; };
	struct key nested;
	char none[0];
};

#define MAP(name, kind, key_type, value_type) \
	struct { \
		int (*type)[kind]; \
		int (*max_entries)[4]; \
		key_type *key; \
		value_type *value; \
	} name SEC(".maps")

MAP(by_key, 1, struct key, struct value);
MAP(by_index, 2, unsigned, struct value);
MAP(each_cpu, 5, int, struct value);
MAP(each_index, 6, unsigned, enum colour);
MAP(letters, 1, char, _Bool);
MAP(wides, 1, enum wide, __int128);
MAP(latest, 9, long long, pixel);

int counts[3] = { 1, 2, 3 };
long long total;
const volatile struct value constant = { .small = -1, .text = "a\"b\\\n", .colour = BLUE, .far = -2, .signed_part = -3 };
char greeting[] = "hello \x01\xff";
static struct key hidden;
int custom SEC(".data.own") = 5;

SEC("raw_tp/sys_enter") int touch(void *ctx)
{
	int key = 0;
	void *(*lookup)(void *map, const void *key) = (void *)1;

	hidden.number++;
	total += constant.small + counts[1] + custom + greeting[0];
	return lookup(&by_key, &hidden) || lookup(&by_index, &key) || lookup(&each_cpu, &key) || lookup(&each_index, &key) ||
	       lookup(&letters, &key) || lookup(&wides, &hidden) || lookup(&latest, &hidden);
}

char LICENSE[] SEC("license") = "GPL";

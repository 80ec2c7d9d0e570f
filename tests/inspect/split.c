// SPDX-License-Identifier: GPL-2.0-or-later
// split BASE FILE: types that build on those of BASE, as bytes in FILE.
#include <bpf/btf.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct btf *base = argc > 2 ? btf__parse(argv[1], NULL) : NULL;
	struct btf *split = base ? btf__new_empty_split(base) : NULL;
	FILE *f = split ? fopen(argv[2], "w") : NULL;
	int task, pointer, number;
	const void *bytes;
	__u32 n;

	if (!f)
		return 1;
	task = btf__find_by_name_kind(base, "task_struct", BTF_KIND_STRUCT);
	number = btf__find_by_name_kind(base, "int", BTF_KIND_INT);
	pointer = btf__add_ptr(split, task);
	btf__add_struct(split, "sonde_split", 16);
	btf__add_field(split, "task", pointer, 0, 0);
	btf__add_field(split, "pid", number, 64, 0);
	bytes = btf__raw_data(split, &n);
	return !bytes || fwrite(bytes, n, 1, f) != 1 || fclose(f);
}

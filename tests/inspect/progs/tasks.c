// SPDX-License-Identifier: GPL-2.0-or-later
// An iterator over processes that writes a line at its end.
#define SEC(name) __attribute__((section(name), used))
#define relocated __attribute__((preserve_access_index))

struct seq_file;
struct bpf_iter_meta {
	struct seq_file *seq;
} relocated;
struct task_struct;
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} relocated;

static long (*bpf_seq_write)(struct seq_file *to, const void *data, unsigned int n) = (void *)127;

SEC("iter/task") int list(struct bpf_iter__task *ctx)
{
	static const char text[] = "that was all\n";

	if (!ctx->task)
		bpf_seq_write(ctx->meta->seq, text, sizeof(text) - 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";

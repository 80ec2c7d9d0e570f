#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""jited_judge.py TRIPLE LLVM_OBJDUMP LLVM_OBJCOPY < DUMP

DUMP is what "prog dump jited ... opcodes" printed, of any number of programs. Their bytes are
disassembled by llvm-objdump, too; each instruction must read the same. Targets of jumps and calls
depend on where the code lay, which the dump does not say: within a function all must lead to one
and the same place. Prints what differs, then "FUNCTIONS INSTRUCTIONS TARGETS DIFFERENCES".
"""
import re
import subprocess
import sys
import tempfile

TARGET = re.compile(r'(0x[0-9a-f]+)(?: <[^>]*>)?$')


def functions(lines):
    """Lists of [text, bytes], one a function."""
    now = []
    for line in lines:
        insn = re.match(r' *([0-9a-f]+):\t(.*)', line)
        code = re.match(r'\t((?:[0-9a-f]{2} )+)$', line)
        if insn and insn[1] == '0' and now:
            yield now
            now = []
        if insn:
            now.append([insn[2], b''])
        elif code:
            now[-1][1] = bytes.fromhex(code[1])
    yield now


def reference(code, triple, objdump, objcopy):
    """{offset: text} of llvm-objdump."""
    with tempfile.TemporaryDirectory() as folder:
        raw, elf = folder + '/raw', folder + '/elf'
        with open(raw, 'wb') as f:
            f.write(code)
        kind = 'elf64-x86-64' if triple == 'x86_64' else 'elf64-littleaarch64'
        subprocess.run([objcopy, '-I', 'binary', '-O', kind, '--rename-section=.data=.text,alloc,code',
                        '--strip-all', raw, elf], check=True)
        text = subprocess.run([objdump, '-d', '--no-show-raw-insn', '--mattr=+v8.5a,+lse' if triple == 'aarch64'
                               else '--mattr=', elf], check=True, capture_output=True, text=True).stdout
    found, locked = {}, None
    for line in text.splitlines():
        insn = re.match(r' *([0-9a-f]+):\s+(.*?)\s*$', line)
        if not insn:
            continue
        if locked is not None: # a prefix, which stands on a line of its own
            found[locked] = 'lock ' + insn[2]
        else:
            found[int(insn[1], 16)] = insn[2]
        locked = int(insn[1], 16) if insn[2] == 'lock' else None
    return found


def plain(text):
    """Without the symbol of a target and remarks."""
    return re.sub(r'\s+', ' ', re.sub(r'( <[^>]*>)?(\s+(#|//) .*)?$', '', text)).strip()


def judge(function, start, expected):
    """Number of targets; differences as texts."""
    base, targets, wrong, at = None, 0, [], start
    for text, code in function:
        ours, theirs = plain(text), plain(expected.get(at, 'nothing'))
        a, b = TARGET.search(ours), TARGET.search(theirs)
        if a and b and ours[:a.start()] == theirs[:b.start()] and a[1] != b[1] and '(' not in ours:
            lies = (int(a[1], 16) - int(b[1], 16) + start) % 2**64
            targets += 1
            if base not in (None, lies):
                wrong.append(f'{code.hex()}: {ours}: the code lies at 0x{lies:x}, not 0x{base:x}')
            base = lies
        elif ours != theirs:
            wrong.append(f'{code.hex()}: {ours} | {theirs}')
        at += len(code)
    return targets, wrong


def main():
    triple, objdump, objcopy = sys.argv[1:4]
    all_functions = list(functions(sys.stdin.read().splitlines()))
    expected = reference(b''.join(code for f in all_functions for _, code in f), triple, objdump, objcopy)
    start = insns = targets = 0
    wrong = []
    for function in all_functions:
        n, bad = judge(function, start, expected)
        targets += n
        wrong += bad
        insns += len(function)
        start += sum(len(code) for _, code in function)
    for line in wrong[:40]:
        print('#', line)
    print(len(all_functions), insns, targets, len(wrong))


main()

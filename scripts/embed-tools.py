#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""embed-tools.py DIR OUT: writes DIR/NAME.bt and DIR/examples/NAME.txt of all tools, compressed, as a
table of C (src/tool/sources.h). OUT is left alone when nothing changed, so that nothing is compiled again.

Each tool is a raw deflate stream of its own, so that one costs some ten microseconds to unpack; what the
scripts have in common is taken from a dictionary, which is the beginning of all of them."""
import os
import sys
import zlib

DICTIONARY = 6000


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


def pack(data, dictionary=b""):
    c = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, *([dictionary] if dictionary else []))
    return c.compress(data) + c.flush()


def c_bytes(data):
    return "\n".join("\t" + ",".join(str(b) for b in data[i:i + 32]) + "," for i in range(0, len(data), 32))


def source(folder):
    names = sorted(f[:-3] for f in os.listdir(folder) if f.endswith(".bt"))
    scripts = {n: read(f"{folder}/{n}.bt") for n in names}
    examples = {n: read(f"{folder}/examples/{n}.txt") for n in names}
    dictionary = b"".join(scripts.values())[:DICTIONARY]
    packed = {n: pack(scripts[n] + b"\0" + examples[n] + b"\0", dictionary) for n in names}
    out = ['/* Made by scripts/embed-tools.py from the scripts in tools/. */', '#include "tool/sources.h"', ""]
    out += ["static const unsigned char data[] = {", c_bytes(b"".join(packed.values()) or b"\0"), "};", ""]
    out += ["const struct tool_source tool_sources[] = {"]
    at = 0
    for n in names:
        out += [f'\t{{ "{n}", data + {at}, {len(packed[n])}, {len(scripts[n])}, {len(examples[n])} }},']
        at += len(packed[n])
    out += ["\t{ 0 }", "};", f"const size_t tool_sources_n = {len(names)};", ""]
    common = pack(dictionary)
    out += ["static const unsigned char common[] = {", c_bytes(common), "};", ""]
    out += [f"const struct tool_source tool_dictionary = {{ \"\", common, {len(common)}, {len(dictionary)}, 0 }};", ""]
    return "\n".join(out)


def main():
    text = source(sys.argv[1]).encode()
    if read(sys.argv[2]) != text:
        with open(sys.argv[2], "wb") as f:
            f.write(text)


main()

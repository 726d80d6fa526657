#!/usr/bin/env python3
"""Compiles the CUDA kernels with warnings as errors and holds what ptxas says of them against a budget.

    check_kernels.py [--arch sm_80 --arch sm_90] [--markdown]     exit code 4: there is no nvcc here

Registers and shared memory decide how many blocks a multiprocessor holds, which is computed and held against the least
that is meant; spills go to memory. A change that costs any of them shows here, on a machine without a GPU. The dynamic shared memory of the row solver is that of row_shape.hpp for the
largest system of a bin, and for 2048 factors where systems are large.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

# (name, warps of a block, registers, bytes spilled, bytes of shared memory at most, blocks on a multiprocessor at least);
# the first that matches counts. Bins have their warps and blocks from row_shape.hpp.
BUDGET = [
    (r"solve_rows<\d, [01], .*>", None, 128, 0, 14 << 10, None),
    (r"solve_rows<\d, 2, .*>", None, 168, 0, 44 << 10, None),
    (r"solve_rows<\d, 3, .*>", None, 168, 96, 153 << 10, None),  # all that a thread of 12 warps can have
    (r"solve_rows<\d, 4, .*>", None, 255, 0, 108 << 10, None),
    (r"assemble_chunks<\d, [01]>", None, 128, 0, 14 << 10, None),
    (r"assemble_chunks<\d, [23]>", None, 168, 0, 153 << 10, None),
    (r"assemble_chunks<\d, 4>", None, 192, 0, 108 << 10, None),
    (r"chunk_residuals<\d>", 8, 64, 0, 1 << 10, 4),
    (r"top_k_kernel<0, 0>", 8, 128, 0, 24 << 10, 2),
    (r"top_k_kernel<\d, \d>", 8, 255, 0, 28 << 10, 1),  # a key goes to several lists, or something is added to scores
    (r"gramian_kernel", 8, 64, 0, 32 << 10, 4),
    (r"rotate_kernel<\d>", 4, 64, 0, 64 << 10, 2),
    (r".*_kernel", 8, 64, 0, 1 << 10, 4),
]

# Shared memory of a multiprocessor, of which each block costs 1 KiB more than it asks for.
SHARED_BYTES = {"sm_80": 164 << 10, "sm_90": 228 << 10}
MOST_WARPS, MOST_BLOCKS = 64, 32

# Of rotate_kernel, for as many factors as it takes 8 (4) rows at a time.
ROTATE_BYTES = 8 * 1024 * 8

# What the kernels of a bin have of static shared memory at most: static_shared_bytes of row_shape.hpp.
SHAPES_PROGRAM = """
#include <cstdio>
#include "kernels/cuda/row_shape.hpp"
using namespace alster;
template <int Bin>
void show(Row width)
{
    std::printf("%d %zu %d %d\\n", Bin, row_memory<Bin>(order_of<Bin>(true, width), width, 227 << 10).bytes(),
                Shape<Bin>::warps, least_blocks(Bin));
}
int main()
{
    show<0>(32), show<1>(64), show<2>(128), show<3>(256), show<4>(2048);
    std::printf("static %zu 0 0\\n", static_shared_bytes);
}
"""


def nvcc():
    found = shutil.which("nvcc") or "/usr/local/cuda/bin/nvcc"
    return found if pathlib.Path(found).exists() else None


def readable(mangled):
    """solve_rows<1, 4, 0> of its mangled name; the rest of the name is of no interest."""
    name = re.search(r"\d+(solve_rows|assemble_chunks|chunk_residuals|[a-z][a-z_]*_kernel)", mangled)
    arguments = re.findall(r"L(?:NS_9PrecisionE|[ib])(\d+)E", mangled)
    return (name.group(1) if name else mangled) + (f"<{', '.join(arguments)}>" if arguments else "")


def usage(compiler, source, arch):
    """(kernel, registers, spilled bytes, shared bytes) of each kernel of a file."""
    command = [compiler, "-std=c++20", f"-arch={arch}", "--expt-relaxed-constexpr", "-Werror", "all-warnings",
               "-Xptxas", "-v", f"-I{ROOT}", "-cubin", "-o", "/dev/null", str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{source.name} does not compile for {arch}:\n{done.stderr[-3000:]}")
    kernel, spilled = None, 0
    for line in done.stderr.splitlines():
        if entry := re.search(r"Compiling entry function '(\w+)'", line):
            kernel, spilled = readable(entry.group(1)), 0
        elif kernel and (spill := re.search(r"(\d+) bytes spill stores, (\d+) bytes spill loads", line)):
            spilled = max(spilled, int(spill.group(1)) + int(spill.group(2)))
        elif kernel and (used := re.search(r"Used (\d+) registers", line)):
            shared = re.search(r"(\d+) bytes smem", line)
            yield kernel, int(used.group(1)), spilled, int(shared.group(1)) if shared else 0
            kernel = None


def shapes():
    """(bytes of dynamic shared memory, warps, least blocks) of each bin, by its number as text; and `static`, the bytes
    that are kept for the rest."""
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "shapes"
        subprocess.run(["c++", "-std=c++20", f"-I{ROOT}", "-x", "c++", "-", "-o", str(program)], input=SHAPES_PROGRAM,
                       text=True, check=True)
        lines = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout.splitlines()
    return {key: tuple(map(int, values)) for key, *values in map(str.split, lines)}


def bin_of(kernel):
    """The bin of a kernel of the row solver, as text; None for others."""
    found = re.match(r"(?:solve_rows|assemble_chunks)<\d, (\d)", kernel)
    return found.group(1) if found else None


def resident_blocks(arch, warps, registers, shared):
    """Blocks that a multiprocessor holds, as cuda_occupancy.h counts them: registers are handed out to warps in units of
    256, and each quarter of a multiprocessor has 16,384 for the warps that run on it."""
    of_a_warp = -(-registers * 32 // 256) * 256
    by_registers = 4 * (16384 // of_a_warp) // warps
    by_shared = SHARED_BYTES[arch] // (-(-shared // 128) * 128 + 1024)
    return min(by_registers, by_shared, MOST_WARPS // warps, MOST_BLOCKS)


def judge(arch, kernel, registers, spilled, shared, shape):
    """(blocks on a multiprocessor, what is over the budget)"""
    for pattern, warps, most_registers, most_spilled, most_shared, least in BUDGET:
        if not re.fullmatch(pattern, kernel):
            continue
        if shape:
            _, warps, least = shape
        blocks = resident_blocks(arch, warps, registers, shared)
        over = [f"{what} {value}, budget {budget}" for what, value, budget in
                (("registers", registers, most_registers), ("spilled", spilled, most_spilled),
                 ("shared memory", shared, most_shared)) if value > budget]
        return blocks, over + ([f"blocks {blocks}, at least {least}"] if blocks < least else [])
    return 0, ["no budget"]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--arch", action="append", choices=SHARED_BYTES)
    options.add_argument("--markdown", action="store_true", help="the table for the docs")
    options = options.parse_args()
    compiler = nvcc()
    if not compiler:
        print("skipped: no nvcc")
        return 4
    row = "| {} | {} | {} | {} | {} | {} |" if options.markdown else \
        "{:6} {:28} {:4} registers {:4} spilled {:6} shared {:3} blocks"
    shape_of = shapes()
    kernels, over = 0, 0
    for arch in options.arch or list(SHARED_BYTES):
        for source in sorted((ROOT / "kernels/cuda").glob("*.cu")):
            for kernel, registers, spilled, shared in usage(compiler, source, arch):
                kernels += 1
                shape = shape_of.get(bin_of(kernel))
                too_static = shape and shared > shape_of["static"][0]
                shared += shape[0] if shape else ROTATE_BYTES if kernel.startswith("rotate") else 0
                blocks, reasons = judge(arch, kernel, registers, spilled, shared, shape)
                print(row.format(arch, kernel, registers, spilled, shared, blocks))
                if too_static:
                    reasons.append("static shared memory")
                if reasons:
                    over += 1
                    print(f"over budget: {kernel} ({source.name}, {arch}): {', '.join(reasons)}", file=sys.stderr)
    print(f"{kernels} kernels, {over} over budget")
    return 1 if over or kernels == 0 else 0


if __name__ == "__main__":
    sys.exit(main())

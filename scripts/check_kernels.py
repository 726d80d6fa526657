#!/usr/bin/env python3
"""Compiles the CUDA kernels with warnings as errors and holds what ptxas says of them against a budget.

    check_kernels.py [--arch sm_80 --arch sm_90] [--markdown]     exit code 4: there is no nvcc here

Registers and shared memory decide how many blocks a multiprocessor holds, spills go to memory: a change that costs any of
them shows here, on a machine without a GPU. The dynamic shared memory of the row solver is that of row_shape.hpp for the
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

# (name, registers, bytes spilled, bytes of shared memory) at most; the first that matches counts. A block has
# threads · registers <= 65,536; a multiprocessor 164 KiB (sm_80) or 228 KiB (sm_90) of shared memory, of which each block
# costs 1 KiB more.
BUDGET = [
    (r"solve_rows<\d, 0, .*>", 160, 0, 6 << 10),       # 1 warp a row: 23 or 32 blocks
    (r"solve_rows<\d, 1, .*>", 160, 0, 14 << 10),      # 3 warps: 10 or 15 blocks
    (r"solve_rows<\d, 2, .*>", 184, 0, 44 << 10),      # 5 warps: 2 by registers
    (r"solve_rows<\d, 3, .*>", 168, 96, 153 << 10),    # 12 warps, one block: 168 is what each thread can have
    (r"solve_rows<\d, 4, .*>", 255, 0, 108 << 10),     # 8 warps: one block or two
    (r"assemble_chunks<.*>", 192, 64, 153 << 10),
    (r"top_k_kernel", 128, 0, 24 << 10),              # 8 warps, two blocks on a multiprocessor
    (r"gramian_kernel", 64, 0, 32 << 10),
    (r".*_kernel(<\d>)?", 64, 0, 1 << 10),   # rotate_kernel: 64 KiB of dynamic shared memory besides
]

# What the kernels of a bin have of static shared memory at most: static_shared_bytes of row_shape.hpp.
DYNAMIC_PROGRAM = """
#include <cstdio>
#include "kernels/cuda/row_shape.hpp"
using namespace alster;
template <int Bin>
void show(Row width)
{
    std::printf("%d %zu\\n", Bin, row_memory<Bin>(order_of<Bin>(true, width), width, 227 << 10).bytes());
}
int main()
{
    show<0>(32), show<1>(64), show<2>(128), show<3>(256), show<4>(2048);
    std::printf("static %zu\\n", static_shared_bytes);
}
"""


def nvcc():
    found = shutil.which("nvcc") or "/usr/local/cuda/bin/nvcc"
    return found if pathlib.Path(found).exists() else None


def readable(mangled):
    """solve_rows<1, 4, 0> of its mangled name; the rest of the name is of no interest."""
    name = re.search(r"\d+(solve_rows|assemble_chunks|[a-z][a-z_]*_kernel)", mangled)
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


def dynamic_shared():
    """Bytes of dynamic shared memory of each bin, by its number as text; and `static`, what is kept for the rest."""
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "dynamic"
        subprocess.run(["c++", "-std=c++20", f"-I{ROOT}", "-x", "c++", "-", "-o", str(program)], input=DYNAMIC_PROGRAM,
                       text=True, check=True)
        lines = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout.splitlines()
    return {key: int(value) for key, value in map(str.split, lines)}


def bin_of(kernel):
    """The bin of a kernel of the row solver, as text; None for others."""
    found = re.match(r"(?:solve_rows|assemble_chunks)<\d, (\d)", kernel)
    return found.group(1) if found else None


def over_budget(kernel, registers, spilled, shared):
    for pattern, most_registers, most_spilled, most_shared in BUDGET:
        if re.fullmatch(pattern, kernel):
            return registers > most_registers or spilled > most_spilled or shared > most_shared
    return True


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--arch", action="append")
    options.add_argument("--markdown", action="store_true", help="the table for the docs")
    options = options.parse_args()
    compiler = nvcc()
    if not compiler:
        print("skipped: no nvcc")
        return 4
    row = "| {} | {} | {} | {} | {} |" if options.markdown else "{:6} {:28} {:4} registers {:4} spilled {:6} shared"
    dynamic = dynamic_shared()
    kernels, over = 0, 0
    for arch in options.arch or ["sm_80", "sm_90"]:
        for source in sorted((ROOT / "kernels/cuda").glob("*.cu")):
            for kernel, registers, spilled, shared in usage(compiler, source, arch):
                kernels += 1
                part = bin_of(kernel)
                too_static = part is not None and shared > dynamic["static"]
                shared += dynamic[part] if part else 0
                print(row.format(arch, kernel, registers, spilled, shared))
                if over_budget(kernel, registers, spilled, shared) or too_static:
                    over += 1
                    print(f"over budget: {kernel} ({source.name}, {arch})", file=sys.stderr)
    print(f"{kernels} kernels, {over} over budget")
    return 1 if over or kernels == 0 else 0


if __name__ == "__main__":
    sys.exit(main())

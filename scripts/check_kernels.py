#!/usr/bin/env python3
"""Compiles the CUDA kernels with warnings as errors and holds what ptxas says of them against a budget.

    check_kernels.py [--arch sm_80 --arch sm_90] [--markdown]     exit code 4: there is no nvcc here

Registers decide how many blocks a multiprocessor holds, spills go to memory: a change that costs either shows here, on a
machine without a GPU.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# (name, registers, bytes spilled) at most; the first that matches counts. A block has threads · registers <= 65,536.
BUDGET = [
    (r"solve_rows<\d, 0, .*>", 160, 0),       # 1 warp a row, limited by shared memory to some 24 blocks
    (r"solve_rows<\d, 1, .*>", 160, 0),       # 3 warps
    (r"solve_rows<\d, 2, .*>", 184, 0),       # 5 warps, two blocks on a multiprocessor
    (r"solve_rows<\d, 3, .*>", 168, 96),      # 12 warps, one block on a multiprocessor: 168 is what each thread can have
    (r"solve_rows<\d, 4, .*>", 255, 0),       # 8 warps, one block on a multiprocessor
    (r"assemble_chunks<.*>", 192, 64),
    (r"top_k_kernel", 128, 0),               # 8 warps, two blocks on a multiprocessor
    (r".*_kernel", 64, 0),
]


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


def over_budget(kernel, registers, spilled):
    for pattern, most_registers, most_spilled in BUDGET:
        if re.fullmatch(pattern, kernel):
            return registers > most_registers or spilled > most_spilled
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
    kernels, over = 0, 0
    for arch in options.arch or ["sm_80", "sm_90"]:
        for source in sorted((ROOT / "kernels/cuda").glob("*.cu")):
            for kernel, registers, spilled, shared in usage(compiler, source, arch):
                kernels += 1
                print(row.format(arch, kernel, registers, spilled, shared))
                if over_budget(kernel, registers, spilled):
                    over += 1
                    print(f"over budget: {kernel} ({source.name}, {arch})", file=sys.stderr)
    print(f"{kernels} kernels, {over} over budget")
    return 1 if over or kernels == 0 else 0


if __name__ == "__main__":
    sys.exit(main())

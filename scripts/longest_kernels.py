#!/usr/bin/env python3
"""The three kernels that took longest, as a regular expression for ncu: longest_kernels.py FILE

FILE: `nsys stats --report cuda_gpu_kern_sum --format csv`, which is sorted by total time. Prints nothing where it names
no kernel.
"""
import csv
import pathlib
import re
import sys


def main():
    lines = pathlib.Path(sys.argv[1]).read_text().splitlines()
    header = next((n for n, line in enumerate(lines) if line.startswith("Time (%)")), len(lines))
    names = []
    for row in csv.DictReader(lines[header:]):
        # void alster::solve_rows<(alster::Precision)1, 2, false>(alster::RowLaunch, …)
        found = re.search(r"(\w+)(?:<[^(]*(?:\([^)]*\)[^(]*)*>)?\(", row.get("Name") or "")
        if found and found[1] not in names:
            names.append(found[1])
    if names:
        print("^(" + "|".join(names[:3]) + ")$")


if __name__ == "__main__":
    main()

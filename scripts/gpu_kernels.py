#!/usr/bin/env python3
"""How long each kernel takes, by bin, form and precision, from ncu's CSV: gpu_kernels.py FILE…

FILE: what `ncu --csv --print-units base` printed of a program. One row for each kernel with its template arguments. ncu
lets kernels run one at a time: these are times of lone kernels.
"""
import csv
import pathlib
import re
import sys

METRICS = {"gpu__time_duration.sum": "ns",
           "dram__bytes.sum": "bytes",
           "sm__warps_active.avg.pct_of_peak_sustained_active": "warps"}

PRECISIONS = ("fp32", "tf32x3", "bf16")
BINS = ("up to 32", "up to 64", "up to 128", "up to 256", "above 256")
FORMS = ("primal", "dual")
OF_THE_ROW_SOLVER = {"solve_rows": (PRECISIONS, BINS, FORMS),
                     "assemble_chunks": (PRECISIONS, BINS),
                     "chunk_residuals": (PRECISIONS,)}

COLUMNS = ["kernel", "launches", "ms", "share", "longest_ms", "gb_s", "warps_active", "longest_grid"]


def kernel_name(signature):
    """`void alster::solve_rows<(alster::Precision)1, (int)2, (bool)1>(alster::RowLaunch, …)` as solve_rows tf32x3, up to
    128, dual."""
    without_casts = re.sub(r"\((?:alster::)?(?:Precision|int|bool|long)\)", "", signature)
    found = re.search(r"(\w+)(?:<([^<>]*)>)?\(", without_casts)
    if not found:
        return signature
    name, arguments = found[1], [int(number) for number in re.findall(r"\d+", found[2] or "")]
    words = OF_THE_ROW_SOLVER.get(name)
    if words and len(words) == len(arguments):
        return f"{name} {', '.join(word[argument] for word, argument in zip(words, arguments))}"
    return name + (f"<{', '.join(map(str, arguments))}>" if arguments else "")


def launches(text):
    """Every launch with its kernel, its grid and those metrics that ncu could measure."""
    found = {}
    for row in csv.DictReader(line for line in text.splitlines() if line.startswith('"')):
        launch = found.setdefault(row["ID"], {"kernel": kernel_name(row["Kernel Name"]),
                                              "grid": f'{row.get("Grid Size", "")} × {row.get("Block Size", "")}'})
        try:
            launch[METRICS[row["Metric Name"]]] = float(row["Metric Value"].replace(",", ""))
        except (KeyError, ValueError):
            pass   # a metric of no interest, or one that this card does not have
    return [launch for launch in found.values() if launch.get("ns")]


def kernels(text):
    """One row for each kernel, that with the most time first."""
    by_kernel = {}
    for launch in launches(text):
        by_kernel.setdefault(launch["kernel"], []).append(launch)
    total = sum(launch["ns"] for of in by_kernel.values() for launch in of)
    rows = []
    for kernel, of in by_kernel.items():
        ns = sum(launch["ns"] for launch in of)
        longest = max(of, key=lambda launch: launch["ns"])
        rows.append({"kernel": kernel, "launches": len(of), "ms": ns / 1e6, "share": ns / total,
                     "longest_ms": longest["ns"] / 1e6, "gb_s": sum(launch.get("bytes", 0) for launch in of) / ns,
                     "warps_active": longest.get("warps"), "longest_grid": longest["grid"]})
    return sorted(rows, key=lambda row: -row["ms"])


def markdown(rows):
    heads = ["kernel", "launches", "ms together", "share", "longest, ms", "GB/s of device memory", "warps active, %",
             "grid × block of the longest"]
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        warps = "" if row["warps_active"] is None else f"{row['warps_active']:.0f}"
        yield (f"| {row['kernel']} | {row['launches']} | {row['ms']:.3f} | {row['share']:.1%} | "
               f"{row['longest_ms']:.3f} | {row['gb_s']:.0f} | {warps} | {row['longest_grid']} |")


def main():
    empty = True
    for name in sys.argv[1:]:
        rows = kernels(pathlib.Path(name).read_text())
        empty = empty and not rows
        print(f"{pathlib.Path(name).stem}: {sum(row['ms'] for row in rows):.2f} ms", "", *markdown(rows), "", sep="\n")
    return 1 if empty else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Turns the logs that gpu_suite.sh left in OUT/logs into OUT/gpu_suite.json and OUT/gpu_suite.md: gpu_table.py OUT"""
import csv
import json
import pathlib
import re
import sys

import gpu_kernels
import gpu_shares

PROFILED_SWEEPS = 2   # of each kernels_*.txt

SWEEP_COLUMNS = ["users", "items", "interactions", "factors", "backend", "sweep_ms", "sweep_least_ms", "sweep_greatest_ms",
                 "users_ms", "items_ms", "basis_ms", "gflops", "gather_gb_s"]
BASIS_COLUMNS = ["users", "factors", "backend", "basis_ms", "basis_gramian_ms", "basis_eigenproblem_ms",
                 "basis_rotation_ms", "users_gramian_ms", "gramian_floor", "gramian_share", "users_rotation_ms",
                 "rotation_floor", "rotation_share", "users_host_ms", "items_host_ms", "kernels_ms", "beside_kernels_ms"]
LIST_COLUMNS = ["top_k", "candidates", "factors", "k", "queries", "seen", "ms", "least_ms", "greatest_ms", "queries_per_s",
                "gflops"]
QUALITY_COLUMNS = ["quality", "users", "ndcg@10", "ndcg@10_low", "ndcg@10_high", "difference", "allowed"]


def text_of(path):
    return path.read_text(errors="replace") if path.exists() else ""


def records(path):
    """The lines of JSON of a log; one that was cut off when its program was stopped is no record."""
    found = []
    for line in text_of(path).splitlines():
        try:
            found += [json.loads(line)] if line.startswith("{") else []
        except ValueError:
            pass
    return found


def records_of(logs, pattern):
    return [record for path in sorted(logs.glob(pattern)) for record in records(path)]


def header(logs):
    return dict(line.split(": ", 1) for line in text_of(logs / "header.txt").splitlines() if ": " in line)


def card(logs):
    """Clocks, temperature and power before and after."""
    states = {}
    for when in ("before", "after"):
        rows = list(csv.reader(text_of(logs / f"card_{when}.txt").splitlines(), skipinitialspace=True))
        if len(rows) == 2:
            states[when] = dict(zip(*rows))
    return states


def tests(logs):
    """What gtest said of each program of tests, also of one that was stopped in its middle."""
    found = {}
    for path in sorted([*logs.glob("tests*.txt"), *logs.glob("commands.txt")]):
        text = text_of(path)
        failures = re.findall(r"^\[  FAILED  \] (\S+?),? .*\(\d+ ms\)$", text, re.M)
        found[path.stem] = {"passed": len(re.findall(r"^\[       OK \] ", text, re.M)),
                            "skipped": len(re.findall(r"^\[  SKIPPED \] .*\(\d+ ms\)$", text, re.M)),
                            "failed": failures}
    return found


def sanitizers(logs):
    """The summary of each tool and test."""
    found = {}
    for path in sorted(logs.glob("*check_*.txt")):
        summary = re.findall(r"(?:ERROR|RACECHECK) SUMMARY: (.*)", text_of(path))
        if summary:
            found[path.stem] = summary[-1]
    return found


def profiles(logs):
    """{precision: what was run, and its kernels}"""
    found = {}
    for path in sorted(logs.glob("kernels_*.txt")):
        rows = gpu_kernels.kernels(text_of(path))
        if rows:
            found[path.stem.removeprefix("kernels_")] = {"of": next(iter(records(path)), None), "kernels": rows}
    return found


def add_kernel_times(sweeps, profiled):
    """What the kernels of a sweep take together, and what the sweep takes besides: the host, copies, and gaps."""
    key = ("users", "items", "factors", "backend")
    for profile in profiled.values():
        for sweep in sweeps:
            if profile["of"] and "sweep_ms" in sweep and all(sweep.get(k) == profile["of"][k] for k in key):
                sweep["kernels_ms"] = sum(row["ms"] for row in profile["kernels"]) / PROFILED_SWEEPS
                sweep["beside_kernels_ms"] = sweep["sweep_ms"] - sweep["kernels_ms"]


def table(columns, rows):
    def text(cell):
        return f"{cell:.4g}" if isinstance(cell, float) and abs(cell) < 100 else \
            f"{cell:.0f}" if isinstance(cell, float) else str(cell)

    return ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns),
            *("| " + " | ".join(text(row.get(column, "")) for column in columns) + " |" for row in rows), ""]


def head_lines(result):
    lines = [f"{key}: {value}\\" for key, value in result["header"].items()]
    for when, state in result["card"].items():
        lines.append(f"{when}: " + ", ".join(f"{name} {value}" for name, value in state.items()) + "\\")
    return [*lines, ""]


def step_lines(result):
    lines = table(["step", "state", "exit_code", "seconds", "limit", "reason"], result["steps"])
    for name, found in result["tests"].items():
        lines.append(f"{name}: {found['passed']} passed, {found['skipped']} skipped, {len(found['failed'])} failed"
                     + "".join(f"; {test}" for test in found["failed"]) + ".\n")
    return lines + [f"{name}: {summary}\n" for name, summary in result["sanitizers"].items()]


def floor_lines(result):
    lines = ["Floors, the best of ten runs:", ""]
    lines += [f"- {floor['floor']} {floor['of']}: {floor['value']} {floor['unit']}" for floor in result["floors"]
              if "floor" in floor]
    rows = [{"set": f"{sweep['users']} × {sweep['items']}", "factors": sweep["factors"], "backend": sweep["backend"],
             "side": side, "ms": sweep[f"{side}_ms"], **sweep[f"{side}_floors"],
             "floor": sweep[f"{side}_floor"], "share": sweep[f"{side}_share"],
             "share as read": sweep.get(f"{side}_share_as_read", "")}
            for sweep in result["sweeps"] for side in ("users", "items") if f"{side}_floors" in sweep]
    return lines + ["", gpu_shares.EXPLANATION, "",
                    *table(["set", "factors", "backend", "side", "ms", *gpu_shares.NAMES, "floor", "share",
                            "share as read"], rows)]


def sweep_lines(result):
    measured = [sweep for sweep in result["sweeps"] if "sweep_ms" in sweep]
    lines = ["Sweeps: medians without the first, and the least and the greatest.", "",
             *table(SWEEP_COLUMNS, measured),
             "The basis of a sweep in its parts; Gramian and rotation of the users' factors alone, with what they copy to "
             "and from the host, as a share of their floor; a half-step of as many rows without an interaction (host); a "
             "sweep's kernels, as ncu times them alone, and what it takes besides.", "",
             *table(BASIS_COLUMNS, [sweep for sweep in measured if "basis_gramian_ms" in sweep])]
    if result["lists"]:
        lines += ["Lists, from and to host memory:", "", *table(LIST_COLUMNS, result["lists"])]
    if result["quality"]:
        lines += ["What the models are worth:", "", *table(QUALITY_COLUMNS, result["quality"])]
    return lines


def kernel_lines(result):
    lines = []
    for precision, profile in result["kernels"].items():
        of = profile["of"]
        what = f"{PROFILED_SWEEPS} sweeps of {of['users']} × {of['items']} at {of['factors']} factors" if of else "stopped"
        lines += [f"Kernels in {precision} ({what}), one at a time:", "", *gpu_kernels.markdown(profile["kernels"]), ""]
    return lines


def collect(logs):
    floors = records(logs / "floors.txt")
    result = {"header": header(logs), "card": card(logs), "steps": records(logs / "steps.jsonl"), "tests": tests(logs),
              "sanitizers": sanitizers(logs), "floors": floors,
              "sweeps": records_of(logs, "sweeps_*.txt") + records_of(logs, "implicit_*.txt") + records_of(logs, "cpu_*.txt"),
              "lists": records_of(logs, "lists_*.txt"), "quality": records(logs / "quality.txt"),
              "kernels": profiles(logs)}
    gpu_shares.add_shares(result["sweeps"], floors)
    add_kernel_times(result["sweeps"], result["kernels"])
    return result


def main():
    out = pathlib.Path(sys.argv[1])
    result = collect(out / "logs")
    (out / "gpu_suite.json").write_text(json.dumps(result, indent=1) + "\n")
    lines = [line for part in (head_lines, step_lines, floor_lines, sweep_lines, kernel_lines) for line in part(result)]
    (out / "gpu_suite.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

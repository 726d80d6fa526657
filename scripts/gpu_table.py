#!/usr/bin/env python3
"""Turns what gpu_suite.sh left in a folder into gpu_suite.json and gpu_suite.md there: gpu_table.py OUT"""
import csv
import json
import pathlib
import re
import sys

# bytes of an element of the table, and the floor and number of products of a multiply-add, by the backend's name
MODES = {"fp32": (4, ("fma", "fp32"), 1), "tf32x3": (4, ("mma.sync", "tf32"), 3), "bf16": (2, ("mma.sync", "bf16"), 1)}


def records(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


class Floors:
    """What the device can do at best."""

    def __init__(self, lines):
        self.lines = [line for line in lines if "floor" in line]
        self.cache_bytes = max((line.get("cache_bytes", 0) for line in lines), default=0)

    def rate(self, floor, of):
        return next((line["value"] for line in self.lines if (line["floor"], line["of"]) == (floor, of)), None)

    def gather(self, row_bytes, table_bytes):
        """GB/s for rows of this size, or the largest measured below it, out of the second-level cache if they fit it."""
        sizes = {}
        for line in self.lines:
            if found := re.fullmatch(r"rows of (\d+) bytes out of (\d+) MiB", line["of"]):
                sizes.setdefault(int(found[2]), {})[int(found[1])] = line["value"]
        if not sizes:
            return None
        rates = sizes[min(sizes) if table_bytes <= self.cache_bytes else max(sizes)]
        return rates[max((size for size in rates if size <= row_bytes), default=min(rates))]


def half_step_floors(sweep, side, floors):
    """Milliseconds of a half-step by what bounds it: gathering the table, multiplying, writing the factors."""
    element_bytes, rate_name, products = MODES[sweep["backend"]]
    row_bytes = sweep["factors"] * element_bytes
    fixed = sweep["items" if side == "users" else "users"]
    gather, rate, copy = floors.gather(row_bytes, fixed * row_bytes), floors.rate(*rate_name), floors.rate("copy", "HBM")
    bounds = {}
    if gather:
        bounds["gather"] = 1e-6 * sweep["interactions"] * row_bytes / gather
    if rate:
        bounds["multiply"] = products * sweep[f"{side}_gflop"] / rate
    if copy:
        bounds["copy"] = 1e-6 * 4 * (sweep[side] * sweep["factors"] + sweep["interactions"]) / copy
    return bounds


def add_shares(sweep, floors):
    for side in ("users", "items"):
        bounds = half_step_floors(sweep, side, floors)
        if bounds and sweep[f"{side}_ms"] > 0:
            bound = max(bounds, key=bounds.get)
            sweep[f"{side}_floor"] = bound
            sweep[f"{side}_share"] = bounds[bound] / sweep[f"{side}_ms"]


def add_basis_shares(sweep, floors):
    """The same for the users' Gramian (rows · w² flop, half a square) and rotation (2 · rows · w²), both in fp64."""
    rate, copy = floors.rate("fma", "fp64"), floors.rate("copy", "HBM")
    table_gb = 4e-9 * sweep["users"] * sweep["factors"]
    gflop = 1e-9 * sweep["users"] * sweep["factors"] ** 2
    for part, flop, bytes_moved in (("gramian", gflop, table_gb), ("rotation", 2 * gflop, 2 * table_gb)):
        took = sweep.get(f"users_{part}_ms", 0)
        if not (rate and copy and took > 0):
            continue
        bounds = {"fp64": flop / rate, "copy": 1e3 * bytes_moved / copy}
        sweep[f"{part}_floor"] = max(bounds, key=bounds.get)
        sweep[f"{part}_share"] = max(bounds.values()) / took


def test_counts(path):
    if not path.exists():
        return None
    report = json.loads(path.read_text())
    return {name: report[name] for name in ("tests", "failures", "disabled")}


def sanitizer(path):
    summary = re.findall(r"(?:ERROR|RACECHECK) SUMMARY: .*", path.read_text()) if path.exists() else []
    return summary[-1] if summary else None


def profiles(path):
    """The metrics of each launch that ncu profiled."""
    lines = [line for line in path.read_text().splitlines() if line.startswith('"')] if path.exists() else []
    launches = {}
    for row in csv.DictReader(lines):
        launch = launches.setdefault(row["ID"], {"kernel": row["Kernel Name"].split("(")[0]})
        launch[row["Metric Name"]] = f'{row["Metric Value"]} {row["Metric Unit"]}'.strip()
    return list(launches.values())


def table(columns, rows):
    def text(cell):
        return f"{cell:.2f}" if isinstance(cell, float) else str(cell)

    return ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns),
            *("| " + " | ".join(text(row.get(column, "")) for column in columns) + " |" for row in rows), ""]


def markdown(result):
    lines = [result["device"], "", *table(["step", "state", "exit_code", "seconds", "reason"], result["steps"])]
    if result["tests"]:
        lines += [f"Tests on the device: {result['tests']['tests']}, of which {result['tests']['failures']} failed.", ""]
    lines += [f"{tool}: {summary}\n" for tool, summary in result["sanitizer"].items() if summary]
    lines += ["Floors, the best of ten runs:", ""]
    lines += [f"- {floor['floor']} {floor['of']}: {floor['value']} {floor['unit']}" for floor in result["floors"]
              if "floor" in floor]
    lines += ["", "Sweeps, medians, the first left out. The share is that of the highest floor of the half-step: its "
              "table's rows gathered once (from the second-level cache where the table fits it), its products at the "
              "rate of the precision, or its factors and interactions copied. Gramian and rotation are those of the "
              "users' factors, with what they copy to and from the host.", ""]
    lines += table(["users", "items", "interactions", "factors", "backend", "sweep_ms", "users_ms", "users_floor",
                    "users_share", "items_ms", "items_floor", "items_share", "basis_ms", "users_gramian_ms",
                    "gramian_floor", "gramian_share", "users_rotation_ms", "rotation_floor", "rotation_share", "gflops",
                    "gather_gb_s", "skipped"], result["sweeps"])
    if result["profiles"]:
        columns = list(dict.fromkeys(name for profile in result["profiles"] for name in profile))
        lines += [f"Profiles (ncu) of {result['profiled']}:", "", *table(columns, result["profiles"])]
    return lines


def main():
    out = pathlib.Path(sys.argv[1])
    lines = records(out / "floors.jsonl")
    floors = Floors(lines)
    sweeps = records(out / "sweeps.jsonl")
    for sweep in sweeps:
        if sweep["backend"] in MODES:
            add_shares(sweep, floors)
            add_basis_shares(sweep, floors)
    result = {"device": (out / "device.txt").read_text().strip(), "steps": records(out / "steps.jsonl"),
              "tests": test_counts(out / "tests.json"),
              "sanitizer": {tool: sanitizer(out / f"{tool}.txt") for tool in ("memcheck", "racecheck")},
              "floors": lines, "sweeps": sweeps, "profiles": profiles(out / "ncu.txt"),
              "profiled": (out / "profiled.txt").read_text().strip() if (out / "profiled.txt").exists() else ""}
    (out / "gpu_suite.json").write_text(json.dumps(result, indent=1) + "\n")
    text = "\n".join(markdown(result))
    (out / "gpu_suite.md").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()

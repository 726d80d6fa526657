#!/usr/bin/env python3
"""Turns what gpu_suite.sh measured into gpu_suite.json and gpu_suite.md: gpu_table.py OUT"""
import json
import pathlib
import sys


def records(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def gather_floor(floors, row_bytes):
    """GB/s at which rows of this size, or the largest that was measured below it, come from device memory."""
    rates = {int(floor["of"].split()[2]): floor["value"] for floor in floors
             if floor.get("floor") == "gather" and "out of 8192 MiB" in floor["of"]}
    return rates[max(size for size in rates if size <= max(row_bytes, min(rates)))]


def main():
    out = pathlib.Path(sys.argv[1])
    device = (out / "device.txt").read_text().strip()
    floors = records(out / "floors.jsonl")
    sweeps = records(out / "sweeps.jsonl")
    for sweep in sweeps:
        if not sweep["backend"].startswith("AVX"):
            bytes_each = 2 if sweep["backend"] == "bf16" else 4
            rate = sweep["gather_gb_s"] * bytes_each / 4   # the benchmark counts fp32
            sweep["share_of_gather_floor"] = rate / gather_floor(floors, sweep["factors"] * bytes_each)
    (out / "gpu_suite.json").write_text(
        json.dumps({"device": device, "floors": floors, "sweeps": sweeps}, indent=1) + "\n")
    columns = ["users", "items", "interactions", "factors", "backend", "sweep_ms", "users_ms", "items_ms", "basis_ms",
               "gflops", "gather_gb_s", "share_of_gather_floor"]
    lines = [device, "", "Floors, the best of ten runs:", ""]
    lines += [f"- {floor['floor']} {floor['of']}: {floor['value']} {floor['unit']}" for floor in floors if "floor" in floor]
    lines += ["", "Sweeps, medians, the first left out; the share is that of gathering each row once.", "",
              "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for sweep in sweeps:
        cells = (sweep.get(column, "") for column in columns)
        lines.append("| " + " | ".join(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |")
    (out / "gpu_suite.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

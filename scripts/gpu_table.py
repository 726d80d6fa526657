#!/usr/bin/env python3
"""Turns the runs of gpu_suite.sh into gpu_suite.json and gpu_suite.md: gpu_table.py RUNS OUT"""
import json
import pathlib
import statistics
import sys


def phases(log):
    """Median milliseconds of each phase of a half-step, by solved side, the first sweep left out."""
    steps = [record for record in map(json.loads, log.read_text().splitlines()) if record.get("event") == "half_step"]
    later = [step for step in steps if step["sweep"] > 1]
    return {f"{side}_{phase}": 1000 * statistics.median(step[f"{phase}_s"] for step in later if step["side"] == side)
            for side in ("users", "items") for phase in ("basis", "exchange", "solve")}


def main():
    runs, out = map(pathlib.Path, sys.argv[1:3])
    table = []
    for log in sorted(runs.glob("*.*/metrics.jsonl")):
        factors, _, backend = log.parent.name.partition(".")
        times = phases(log)
        table.append({"factors": int(factors), "backend": backend, "sweep": sum(times.values()), **times})
    table.sort(key=lambda row: (row["factors"], row["backend"]))
    device = (out / "device.txt").read_text().strip()
    (out / "gpu_suite.json").write_text(json.dumps({"device": device, "unit": "ms", "runs": table}, indent=1) + "\n")
    columns = list(table[0])
    lines = [device, "", "Milliseconds, medians over sweeps.", "", "| " + " | ".join(columns) + " |",
             "|" + "---|" * len(columns)]
    for row in table:
        lines.append("| " + " | ".join(f"{value:.2f}" if isinstance(value, float) else str(value)
                                       for value in row.values()) + " |")
    (out / "gpu_suite.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Strong and weak scaling on one machine, by what can be counted there: bytes, balance, waiting.

    scaling.py ALSTER OUT [--users N --items N --events N] [--factors F] [--ranks 1,2,4,8]

Strong: one dataset on more and more ranks. Weak: users and events grow with the ranks. Each is trained for three
sweeps by all-gather and by need-only. Columns, in MiB: what all ranks receive in a sweep, what `alster plan` says of
it, what has to come before any row can be solved, and the most that one rank receives. Seconds mean little where ranks
share cores and are not reported; the measured imbalance is one of such seconds. OUT gets scaling.json and scaling.md.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

MIB = 1 << 20
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "OMPI_ALLOW_RUN_AS_ROOT": "1",
                            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=ENVIRONMENT)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def make_dataset(alster, directory, users, items, events):
    run(alster, "synth", "--users", users, "--items", items, "--events", events, "--log", "ratings", "--out", directory)
    data = directory / f"u{users}.h5"
    run(alster, "prepare", "--input", directory / "events.csv", "--header", "--columns", "user=0,item=1,value=2,time=3",
        "--out", data)
    (directory / "events.csv").unlink()
    return data


def records(log, event):
    with open(log) as lines:
        return [record for record in map(json.loads, lines) if record["event"] == event]


def measure(alster, directory, data, ranks, factors, exchange):
    """One run: what its log says of the exchange, beside what was planned."""
    out = directory / f"{data.stem}-{ranks}-{exchange}"
    run("mpirun", "--oversubscribe", "--bind-to", "none", "-n", ranks, alster, "train", "--data", data, "--factors",
        factors, "--sweeps", 3, "--exchange", exchange, "--rebalance", "never", "--backend", "cpu", "--out", out)
    plan = json.loads(run(alster, "plan", "--json", "--data", data, "--ranks", ranks, "--factors", factors,
                          "--exchange", exchange, "--gflops", 50))[0]
    steps = [step for step in records(out / "metrics.jsonl", "half_step") if step["sweep"] > 1]
    exchanges = records(out / "metrics.jsonl", "exchange")
    row = {"ranks": ranks, "exchange": exchange, "users": plan["users"], "interactions": plan["interactions"],
           "imbalance": max(step["imbalance"] for step in steps), "planned_imbalance": plan["imbalance"],
           "memory_mib": records(out / "metrics.jsonl", "end")[0]["memory_bytes"] / MIB}
    if ranks > 1:
        sweep = [step for step in steps if step["sweep"] == 2]
        received = sum(step["received_bytes"] for step in sweep)
        row["received_mib"] = received / MIB
        row["planned_mib"] = sum(side[side["plan"].replace("-", "_") + "_bytes"]
                                 for side in plan["exchange"].values()) / MIB
        row["received_mib_most"] = sum(record["received_mib_most"] for record in exchanges)
        row["waited_for_mib"] = sum(step["first_stage_bytes"] for step in sweep) / MIB
    return row


def table(rows):
    names = ["ranks", "exchange", "interactions", "received_mib", "planned_mib", "waited_for_mib", "received_mib_most",
             "planned_imbalance", "imbalance", "memory_mib"]
    lines = ["| " + " | ".join(name.replace("_", " ") for name in names) + " |", "|" + "---|" * len(names)]
    for row in rows:
        cells = [row.get(name, "") for name in names]
        lines.append("| " + " | ".join(f"{c:.4g}" if isinstance(c, float) else str(c) for c in cells) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("alster", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--factors", type=int, default=64)
    parser.add_argument("--ranks", default="1,2,4,8")
    options = parser.parse_args()
    alster = options.alster.resolve()
    counts = [int(count) for count in options.ranks.split(",")]
    result = {"command": " ".join(sys.argv), "strong": [], "weak": []}
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        strong = make_dataset(alster, directory, options.users, options.items, options.events)
        for ranks in counts:
            weak = make_dataset(alster, directory, options.users // 4 * ranks + 1, options.items,
                                options.events // 4 * ranks)
            for exchange in ["all-gather", "need-only"] if ranks > 1 else ["auto"]:
                result["strong"].append(measure(alster, directory, strong, ranks, options.factors, exchange))
                result["weak"].append(measure(alster, directory, weak, ranks, options.factors, exchange))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "scaling.json").write_text(json.dumps(result, indent=1) + "\n")
    text = f"`{result['command']}`\n\nStrong scaling\n\n{table(result['strong'])}\n\nWeak scaling\n\n{table(result['weak'])}\n"
    (options.out / "scaling.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Trains on a GPU in each precision and on the CPU, and holds what the lists are worth against each other.

    gpu_quality.py ALSTER [--users N --items N --events N --factors F --sweeps N]

ALSTER: the program. One line of JSON for each training. Exit code 1: on the GPU NDCG@10 is another one. Rounding swaps
neighbours of some users' lists: fp32 and tf32x3 may differ by what ten users' whole lists are worth, bf16 by half of the
CPU's 95 % confidence interval.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def prepare(options, folder):
    run(options.alster, "synth", "--users", options.users, "--items", options.items, "--events", options.events,
        "--out", folder / "log")
    run(options.alster, "prepare", "--input", folder / "log/events.csv", "--format", "csv", "--header", "--columns",
        "user=0,item=1,event=2,value=3,time=4", "--rules", folder / "log/rules.toml", "--split", "time:0.1", "--out",
        folder / "set.h5")


def quality(options, folder, backend, precision):
    run(options.alster, "train", "--data", folder / "set.h5", "--factors", options.factors, "--sweeps", options.sweeps,
        "--backend", backend, "--precision", precision, "--out", folder / f"{backend}-{precision}")
    model = folder / f"{backend}-{precision}/model.h5"
    found = json.loads(run(options.alster, "evaluate", "--model", model, "--data", folder / "set.h5", "--backend",
                           backend, "--k", 10, "--json"))
    return {"quality": f"{backend} {precision}", "users": found["users"],
            **{name: found[name] for name in ("ndcg@10", "ndcg@10_low", "ndcg@10_high")}}


def allowed(cpu, precision):
    if precision == "bf16":
        return (cpu["ndcg@10_high"] - cpu["ndcg@10_low"]) / 2
    return 10 / cpu["users"]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("alster", type=pathlib.Path)
    options.add_argument("--users", type=int, default=20000)
    options.add_argument("--items", type=int, default=2000)
    options.add_argument("--events", type=int, default=500000)
    options.add_argument("--factors", type=int, default=64)
    options.add_argument("--sweeps", type=int, default=5)
    options = options.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prepare(options, folder)
        cpu = quality(options, folder, "cpu", "fp32")
        print(json.dumps(cpu), flush=True)
        for precision in ("fp32", "tf32x3", "bf16"):
            found = quality(options, folder, "cuda", precision)
            found["difference"] = found["ndcg@10"] - cpu["ndcg@10"]
            found["allowed"] = allowed(cpu, precision)
            print(json.dumps(found), flush=True)
            if abs(found["difference"]) > found["allowed"]:
                wrong.append(f"{precision} by {found['difference']:+.5f}")
    if wrong:
        print(f"NDCG@10 on the GPU differs from the CPU's: {', '.join(wrong)}.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""How fast `alster export` writes beside `cp`: export_rate.py ALSTER [--items 1000000] [--factors 128]

Trains a model of so many items for a sweep, exports them in some formats, and copies the same bytes with cp. Prints a
Markdown table: best of three, GB/s of factors.
"""
import argparse
import os
import subprocess
import tempfile
import time

import h5py

def make_model(alster, items, factors):
    """model.h5; returns the number of its items."""
    for arguments in (f"synth --users 1000 --items {items} --events {4 * items} --log ratings --popularity-exponent 0.1 --out s",
                      "prepare --input s/events.csv --format csv --header --columns user=0,item=1,value=2,time=3 --out d.h5",
                      f"train --data d.h5 --factors {factors} --sweeps 1 --out run"):
        subprocess.run([alster, *arguments.split()], check=True, capture_output=True)
    with h5py.File("run/model.h5", "r") as model:
        return len(model["items/id"])


def best_of_three(command):
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("alster")
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--factors", type=int, default=128)
    options = parser.parse_args()
    alster = os.path.abspath(options.alster)
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        items = make_model(alster, options.items, options.factors)
        size = 4 * items * options.factors / 1e9
        export = [alster, "export", "run", "--no-verify", "--all-rows", "--to"]
        rows = [(f"`--to {to}`", [*export, *to.split(), "--out", f"items{ending}"])
                 for to, ending in (("npy", ".npy"), ("fbin", ".fbin"), ("pgvector", ".pgcopy"), ("csv", ".csv"))]
        subprocess.run([*export, "npy", "--out", "first.npy"], check=True, capture_output=True)
        rows.insert(0, ("cp and sync of the .npy", ["sh", "-c", "cp first.npy copy.npy && sync copy.npy"]))
        print(f"{items} × {options.factors}, {size:.1f} GB of factors\n\n| what | seconds | GB/s |\n|---|---|---|")
        for what, command in rows:
            seconds = best_of_three(command)
            print(f"| {what} | {seconds:.1f} | {size / seconds:.2f} |")
        os.chdir("/")


if __name__ == "__main__":
    main()

"""What the Python package takes: python_package.py [--items 100000] [--factors 128]

Opens a model of 5 GB (its users are a hole in a file), folds in users with 20 and 500 events, explains, and ranks all
items. Prints a Markdown table: median and 99th percentile of milliseconds.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

PYTHON = pathlib.Path(__file__).resolve().parent.parent / "python"
sys.path.insert(0, str(PYTHON))
import alster

OPEN = "import time; start = time.perf_counter(); import alster; alster.Model.open('{}'); print(time.perf_counter() - start)"


def make_model(path, users, items, factors):
    draw = np.random.default_rng(1)
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs.update({"format": "alster-model", "complete": 1, "format_version": [1, 1], "objective": "implicit",
                           "mean": 0.0, "data_fingerprint": "", "alpha": 0.0, "alpha0": 0.2, "lambda": 0.02, "nu": 1.0,
                           "n_items": items, "factors": factors})
        for side, rows in (("users", users), ("items", items)):
            for name, kind in (("id", "<i8"), ("id_order", "<i8"), ("status", "u1"), ("n_events", "<i4"),
                               ("last_event", "<i8")):
                values = np.arange(rows, dtype=kind) if name.startswith("id") else np.zeros(rows, kind)
                file[f"{side}/{name}"] = values
            made = file.create_dataset(f"{side}/factors", (rows, factors), "<f4")
            made[-1] = 1
        table = draw.standard_normal((items, factors)).astype("f4")
        file["items/factors"][...] = table
        file["gram/items"] = (table.T @ table).astype("f8")


def milliseconds(work, times):
    taken = []
    for n in range(times):
        start = time.perf_counter()
        work(n)
        taken.append(1000 * (time.perf_counter() - start))
    return np.percentile(taken, 50), np.percentile(taken, 99)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--factors", type=int, default=128)
    options = parser.parse_args()
    draw = np.random.default_rng(2)
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "model.h5")
        make_model(path, 10_000_000, options.items, options.factors)
        environment = {**os.environ, "PYTHONPATH": str(PYTHON)}
        opened = [float(subprocess.run([sys.executable, "-c", OPEN.format(path)], env=environment, check=True,
                                       capture_output=True, text=True).stdout) * 1000 for _ in range(20)]
        model = alster.Model.open(path)
        histories = {n: [draw.choice(options.items, n, replace=False).tolist() for _ in range(200)] for n in (20, 500)}
        print(f"model of {os.path.getsize(path) / 1e9:.1f} GB, {options.items} items, {options.factors} factors\n")
        print("| what | median | 99th percentile |\n|---|---|---|")
        rows = [("import and open", np.percentile(opened, 50), np.percentile(opened, 99))]
        for n, listed in histories.items():
            rows.append((f"fold_in, {n} events", *milliseconds(lambda i: model.fold_in(listed[i]), 200)))
            rows.append((f"explain, {n} events", *milliseconds(lambda i: model.explain(None, i, listed[i]), 200)))
        vectors = [model.fold_in(listed) for listed in histories[20]]
        rows.append(("rank, top 10 of all items", *milliseconds(lambda i: model.rank(vectors[i]), 200)))
        rows.append(("similar, top 10 of all items", *milliseconds(lambda i: model.similar(i), 200)))
        for what, median, high in rows:
            print(f"| {what} | {median:.1f} ms | {high:.1f} ms |")


if __name__ == "__main__":
    main()

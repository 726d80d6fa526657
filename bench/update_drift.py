#!/usr/bin/env python3
"""How near `alster update` comes to training again: update_drift.py ALSTER RATINGS.dat[.gz] [--share 0.05] [--factors 64]

Of the log (user::item::value::time) a random tenth of the pairs is set aside; the latest `share` of the rest is what is
new. Compared are the model without it (old), the updated ones, and one that was trained on all: NDCG@10 on the tenth,
and how many of the ten best unseen items are those of the model trained on all; for users with new events, and all.
"""
import argparse
import gzip
import json
import os
import subprocess
import tempfile
import time

import h5py
import numpy as np


def run(alster, *words):
    done = subprocess.run([alster, *words], capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def ids(f, side):
    values = f[side]["id"]
    return (values.asstr()[:] if values.attrs["id_kind"] == "string" else values[:]).astype(np.int64)


def lists(path, users, items, seen):
    """(users, 10) best unseen items; a user or an item that the model does not have scores nothing."""
    with h5py.File(path) as f:
        row = {u: r for r, u in enumerate(ids(f, "users"))}
        column = {i: c for c, i in enumerate(items)}
        factors, of_items = f["users/factors"][:], f["items/factors"][:]
        items_known = np.array([column[i] for i in ids(f, "items")])
        learned = f["items/status"][:] != 2
    scores = np.full((len(users), len(items)), -np.inf, np.float32)
    for n, u in enumerate(users):
        if u in row:
            scores[n, items_known[learned]] = (of_items @ factors[row[u]])[learned]
    scores[seen] = -np.inf
    best = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    return np.where(np.take_along_axis(scores, best, 1) > -np.inf, best, -1)


def ndcg(best, wanted):
    gains = 1 / np.log2(np.arange(2, 12))
    values = []
    for row, held in zip(best, wanted):
        if held:
            values.append(sum(g for i, g in zip(row, gains) if i in held) / gains[:min(10, len(held))].sum())
    return np.mean(values)


def overlap(a, b):
    return np.mean([len(set(x[x >= 0]) & set(y[y >= 0])) / 10 for x, y in zip(a, b)])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("alster")
    parser.add_argument("ratings")
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--factors", default="64")
    parser.add_argument("--sweeps", default="16")
    a = parser.parse_args()
    alster = os.path.abspath(a.alster)
    opened = gzip.open if a.ratings.endswith(".gz") else open
    with opened(a.ratings, "rt") as log:
        events = np.array([[float(x) for x in line.split("::")] for line in log]).astype(np.int64)
    held = np.random.default_rng(1).random(len(events)) < 0.1
    test, rest = events[held], events[~held]
    rest = rest[np.argsort(rest[:, 3], kind="stable")]
    cut = rest[int(len(rest) * (1 - a.share)), 3]
    old, new = rest[rest[:, 3] < cut], rest[rest[:, 3] >= cut]
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        for name, some in (("old", old), ("new", new), ("all", rest)):
            np.savetxt(f"{name}.dat", some, "%d", "::")
        options = ["--factors", a.factors, "--sweeps", a.sweeps]
        seconds = {}
        for name in ("old", "all"):
            run(alster, "prepare", "--input", f"{name}.dat", "--format", "movielens", "--out", f"{name}.h5")
            begin = time.time()
            trained = json.loads(run(alster, "train", "--json", "--data", f"{name}.h5", *options, "--out", name))
            seconds[name] = time.time() - begin
        sweep = trained["seconds_per_sweep"]
        models = {"old": "old", "all": "all"}
        for name, more in (("update", []), ("update --keep-items", ["--keep-items"])):
            out = name.replace(" ", "")
            report = json.loads(run(alster, "update", "--json", "--model", "old", "--data", "old.h5", "--input",
                                    "new.dat", "--out", out, *more))
            models[name], seconds[name] = out, report["seconds"]
            solving = report["users"]["seconds"] + report["items"]["seconds"]
            print(f"{name}: {json.dumps(report['users'])} {json.dumps(report['items'])} "
                  f"{json.dumps(report['other_users'])}; half-steps {solving:.2f} s, {solving / sweep:.2f} sweeps")
        users, items = np.unique(rest[:, 0]), np.unique(rest[:, 1])
        at, column = {u: n for n, u in enumerate(users)}, {i: c for c, i in enumerate(items)}
        seen = ([at[u] for u in rest[:, 0]], [column[i] for i in rest[:, 1]])
        wanted = [set() for _ in users]
        for u, i in test[:, :2]:
            if u in at and i in column:
                wanted[at[u]].add(column[i])
        best = {name: lists(f"{path}/model.h5", users, items, seen) for name, path in models.items()}
        touched, before = np.isin(users, new[:, 0]), np.isin(users, old[:, 0])
        groups = {"known, with new events": touched & before, "new": touched & ~before, "others": ~touched}
        for group, marks in groups.items():
            print(f"{group}: {marks.sum()} users")
            for name, rows in best.items():
                some = [w for w, m in zip(wanted, marks) if m]
                print(f"  {name:<22} NDCG@10 {ndcg(rows[marks], some):.4f}  overlap@10 with all "
                      f"{overlap(rows[marks], best['all'][marks]):.3f}")
        print("seconds", {name: round(s, 2) for name, s in seconds.items()}, f"a sweep {sweep:.3f}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""How much `evaluate --cold-items` flatters maps of features, as it solves users again but trains nothing again.

    cold_leak.py ALL.h5 RUN_ALL/model.h5 WARM.h5 RUN_WARM/model.h5 ATTRIBUTE

ALL and WARM are the same dataset, but WARM lacks all interactions of some items (their ids come by --items alone). Prints
recall_all@20 and @100 of the weighted mean of the 10 nearest items' factors for these items: with the model trained on
WARM, and with users solved again, without them, for the other items of the model trained on ALL. Implicit feedback.
"""
import sys

import h5py
import numpy as np


def rows_of(data):
    """Each user's items, by the id of the user."""
    offsets, columns = data["train/by_user/offsets"][:], data["train/by_user/columns"][:]
    items = data["items/id"][:]
    return {user: set(items[columns[a:b]]) for user, a, b in zip(data["users/id"][:], offsets, offsets[1:])}


def features(data, attribute):
    """tf-idf rows of length 1 of values that 5 items or more have."""
    group = data[f"items/attributes/{attribute}"]
    offsets, codes = group["offsets"][:], group["values"][:]
    counts = np.bincount(codes)
    items, place = len(offsets) - 1, np.cumsum(counts >= 5) - 1
    table = np.zeros((items, place[-1] + 1), np.float32)
    for row, (a, b) in enumerate(zip(offsets, offsets[1:])):
        kept = [code for code in codes[a:b] if counts[code] >= 5]
        table[row, place[kept]] = np.log(items / counts[kept])
    norms = np.linalg.norm(table, axis=1, keepdims=True)
    return table / np.where(norms > 0, norms, 1)


def recall(x, y, mapped, relevant, hidden):
    order = np.argsort(-(x @ mapped.T), axis=1, kind="stable")
    place = {item: n for n, item in enumerate(hidden)}
    for k in 20, 100:
        yield np.mean([len({place[i] for i in items} & set(row[:k])) / len(items)
                       for items, row in zip(relevant, order) if items])


def main():
    everything, model_all, some, model_some = (h5py.File(path) for path in sys.argv[1:5])
    taken, left = rows_of(everything), rows_of(some)
    users = sorted(taken)
    kept = set.union(*left.values())
    ids = everything["items/id"][:]
    known = np.array([n for n, item in enumerate(ids) if item in kept])
    wanted = np.array([n for n, item in enumerate(ids) if item not in kept])
    relevant = [taken[user] - left.get(user, set()) for user in users]
    f = features(everything, sys.argv[5])
    cosines = f[wanted] @ f[known].T
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :10]
    weight = np.take_along_axis(cosines, nearest, 1)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)

    def aligned(model, side, names):
        row = {name: n for n, name in enumerate(model[f"{side}/id"][:])}
        table = np.vstack([model[f"{side}/factors"][:], np.zeros(model.attrs["width"], np.float32)])
        return table[[row.get(name, -1) for name in names]].astype(float)

    def measured(x, y):
        mapped = np.einsum("nk,nkf->nf", weight, y[known][nearest])
        return " ".join(f"{value:.4f}" for value in recall(x, y, mapped, relevant, ids[wanted]))

    print("trained without them:", measured(aligned(model_some, "users", users), aligned(model_some, "items", ids)))
    y, a = aligned(model_all, "items", ids), model_all.attrs
    y[wanted] = 0
    gram, row = a["alpha0"] * y.T @ y, {item: n for n, item in enumerate(ids)}
    x = np.zeros((len(users), y.shape[1]))
    for n, user in enumerate(users):
        rows = y[[row[item] for item in left.get(user, ())]]
        if len(rows):
            penalty = a["lambda"] * (len(rows) + a["alpha0"] * len(ids)) ** a["nu"]
            x[n] = np.linalg.solve(gram + rows.T @ rows + penalty * np.eye(len(gram)), rows.sum(axis=0))
    print("users solved again:  ", measured(x, y))


if __name__ == "__main__":
    main()

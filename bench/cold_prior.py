#!/usr/bin/env python3
"""How titles that training has never seen are ranked, by maps of their features: with and without a prior.

    cold_prior.py ALL.h5 WARM.h5 RUN_WARM/model.h5 ATTRIBUTE LEAST

ALL and WARM are the same dataset, but WARM lacks all interactions of some items (their ids come by --items alone). The
model was trained on WARM. Features are the values of a set that LEAST items have. Prints recall_all@20 and @100 of these
items: the 10 nearest, a ridge map, the map of the prior, the rows x0 that it gives items without interactions, content.
Implicit feedback.
"""
import sys

import h5py
import numpy as np


def rows_of(data):
    """Each user's items, by the id of the user."""
    offsets, columns = data["train/by_user/offsets"][:], data["train/by_user/columns"][:]
    items = data["items/id"][:]
    return {user: set(items[columns[a:b]]) for user, a, b in zip(data["users/id"][:], offsets, offsets[1:])}


def features(data, attribute, least):
    """tf-idf rows of length 1."""
    group = data[f"items/attributes/{attribute}"]
    offsets, codes = group["offsets"][:], group["values"][:]
    counts, items = np.bincount(codes), len(offsets) - 1
    kept = (counts >= least) & (counts < items)
    place = np.cumsum(kept) - 1
    table = np.zeros((items, kept.sum()), np.float32)
    for row, (a, b) in enumerate(zip(offsets, offsets[1:])):
        some = [code for code in codes[a:b] if kept[code]]
        table[row, place[some]] = np.log(items / counts[some])
    norms = np.linalg.norm(table, axis=1, keepdims=True)
    return table / np.where(norms > 0, norms, 1)


def recalls(scores, relevant):
    order = np.argsort(-scores, axis=1, kind="stable")
    for k in 20, 100:
        yield np.mean([len(items & set(row[:k])) / len(items) for items, row in zip(relevant, order) if items])


def main():
    everything, some, model = (h5py.File(path) for path in sys.argv[1:4])
    f = features(some, sys.argv[4], int(sys.argv[5]))
    taken, left = rows_of(everything), rows_of(some)
    kept, ids, user_ids = set.union(*left.values()), some["items/id"][:], some["users/id"][:]
    known = np.array([item in kept for item in ids])
    wanted = np.flatnonzero(~known)
    place = {item: n for n, item in enumerate(ids[wanted])}
    users = [n for n, user in enumerate(user_ids) if taken[user] - left[user]]
    relevant = [{place[item] for item in taken[user] - left[user]} for user in user_ids[users]]
    X, Y = (model[f"{side}/factors"][:].astype(float) for side in ("users", "items"))
    a = model.attrs

    def show(name, scores):
        print(f"{name:<24}", *(f"{value:.4f}" for value in recalls(scores, relevant)))

    cosines = f[wanted] @ f[known].T
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :10]
    weight = np.take_along_axis(cosines, nearest, 1)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-12)
    show("nearest", X[users] @ np.einsum("nk,nkf->nf", weight, Y[known][nearest]).T)
    left_side = f[known].T @ f[known] + np.eye(f.shape[1])
    show("ridge", X[users] @ (f[wanted] @ np.linalg.solve(left_side, f[known].T @ Y[known])).T)
    if "prior/items/map" in model:
        m = f[wanted] @ model["prior/items/map"][:]
        show("prior", X[users] @ m.T)
        penalty = a["lambda"] * (a["alpha0"] * len(X)) ** a["nu"]
        x0 = np.linalg.solve(a["alpha0"] * X.T @ X + penalty * np.eye(X.shape[1]), penalty * m.T)
        show("prior, row without plays", X[users] @ x0)
    row_of = {item: n for n, item in enumerate(ids)}
    profiles = np.array([f[[row_of[item] for item in left[user]]].sum(axis=0) for user in user_ids[users]])
    show("content", profiles @ f[wanted].T)


main()

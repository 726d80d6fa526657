#!/usr/bin/env python3
"""Would weights of unseen pairs help? α0 w_u v_i with w ~ n_u^κ and v ~ n_i^γ, each of mean 1, in fp64 numpy.

    negative_weights.py DATASET --factors 32 --reg 0.3 --alpha0 0.04 --nu 0.75 [--sweeps 6]

Trains by plain ALS on part train and measures NDCG@10 and NDCG@20 on part holdout, over users with a history. alster has
no such weights (docs/decisions.md, "Unseen pairs all weigh the same"); κ = γ = 0 is its objective.
"""
import argparse

import h5py
import numpy as np

LONGEST = 20


def half_step(offsets, columns, fixed, weights, fixed_weights, options):
    gramian = options.alpha0 * (fixed * fixed_weights[:, None]).T @ fixed
    counts = np.diff(offsets)
    solved = np.zeros((len(counts), options.factors))
    for row in np.flatnonzero(counts):
        named = fixed[columns[offsets[row]:offsets[row + 1]]]
        matrix = weights[row] * gramian + named.T @ named
        matrix[np.diag_indices(options.factors)] += options.reg * (counts[row] + options.alpha0 * len(fixed))**options.nu
        solved[row] = np.linalg.solve(matrix, named.sum(0))
    return solved


def train(by_user, by_item, weights, options):
    random = np.random.default_rng(1)
    X, Y = None, 0.1 / np.sqrt(options.factors) * random.normal(size=(len(by_item[0]) - 1, options.factors))
    for _ in range(options.sweeps):
        X = half_step(*by_user, Y, *weights, options)
        Y = half_step(*by_item, X, *weights[::-1], options)
    return half_step(*by_user, Y, *weights, options), Y


def ndcg(X, Y, train_rows, holdout):
    discounts = 1 / np.log2(np.arange(2, LONGEST + 2))
    found = {10: [], 20: []}
    for user in range(len(X)):
        seen = train_rows[1][train_rows[0][user]:train_rows[0][user + 1]]
        held = np.setdiff1d(holdout[1][holdout[0][user]:holdout[0][user + 1]], seen)
        if len(seen) == 0 or len(held) == 0:
            continue
        scores = Y @ X[user]
        scores[seen] = -np.inf
        hits = np.isin(np.argsort(-scores, kind="stable")[:LONGEST], held)
        for k, values in found.items():
            values.append(hits[:k] @ discounts[:k] / discounts[:min(k, len(held))].sum())
    return {f"ndcg@{k}": round(float(np.mean(values)), 4) for k, values in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset")
    parser.add_argument("--factors", type=int, default=32)
    parser.add_argument("--reg", type=float, default=0.02)
    parser.add_argument("--alpha0", type=float, default=0.1)
    parser.add_argument("--nu", type=float, default=1)
    parser.add_argument("--sweeps", type=int, default=6)
    options = parser.parse_args()
    with h5py.File(options.dataset) as data:
        parts = [(data[part]["offsets"][:], data[part]["columns"][:])
                 for part in ("train/by_user", "train/by_item", "holdout/by_user")]
    counts = [np.maximum(1, np.diff(offsets)).astype(float) for offsets, _ in parts[:2]]
    for kappa, gamma in ((0, 0), (0, 0.25), (0, -0.25), (0.25, 0), (0.5, 0), (-0.25, 0)):
        weights = [n**exponent / (n**exponent).mean() for n, exponent in zip(counts, (kappa, gamma))]
        print(f"kappa {kappa}, gamma {gamma}: {ndcg(*train(*parts[:2], weights, options), parts[0], parts[2])}", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""EASE (Steck 2019) as a yardstick for small catalogues: fitted on a dataset's training part, measured on its held-out
part by the rules of `alster evaluate` (recall_all and NDCG; positive interactions; what training consumed is excluded).

    ease.py DATASET [--reg 100 250 500 1000] [--k 20]

One dense matrix of items × items in fp64 and its inverse: 8 · items² bytes three times, so no more than 20,000 items.
Choose --reg on a validation part, not on the test. Needs h5py and numpy.
"""
import argparse

import h5py
import numpy as np

MOST_ITEMS = 20_000
CONSUMED = 1


def rows_of(data, part, positive):
    """For each user the items of its interactions, ascending: positive ones, or all that were consumed."""
    group = data[part]
    columns, offsets = group["columns"][:], group["offsets"][:]
    taken = np.ones(len(columns), bool)
    if "role" in group:
        taken &= (group["role"][:] & CONSUMED) != 0
    if positive and "preferences" in group:
        taken &= group["preferences"][:] > 0
    return [columns[first:last][taken[first:last]] for first, last in zip(offsets[:-1], offsets[1:])]


def fit(histories, items, reg):
    """B = −P / diag(P) with a zero diagonal, P = (XᵀX + λI)⁻¹."""
    gram = np.zeros((items, items))
    for history in histories:
        gram[np.ix_(history, history)] += 1
    gram[np.diag_indices(items)] += reg
    weights = np.linalg.inv(gram)
    weights /= -np.diag(weights)
    weights[np.diag_indices(items)] = 0
    return weights


def measure(weights, histories, excluded, held, k):
    """Means of recall_all and NDCG at k over users with relevant items."""
    discounts = 1 / np.log2(np.arange(k) + 2)
    found = []
    for history, seen, wanted in zip(histories, excluded, held):
        relevant = np.setdiff1d(wanted, seen)
        if len(relevant) == 0:
            continue
        scores = weights[history].sum(0)
        scores[seen] = -np.inf
        hits = np.isin(np.argsort(-scores, kind="stable")[:k], relevant)
        found.append((hits.sum() / len(relevant), (hits * discounts).sum() / discounts[: len(relevant)].sum()))
    return np.mean(found, 0), len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("--reg", type=float, nargs="+", default=[100, 250, 500, 1000])
    parser.add_argument("--k", type=int, default=20)
    options = parser.parse_args()
    with h5py.File(options.dataset) as data:
        items = len(data["items/id"])
        if items > MOST_ITEMS:
            raise SystemExit(f"{options.dataset} has {items} items: EASE is for no more than {MOST_ITEMS}")
        if "holdout" not in data:
            raise SystemExit(f"{options.dataset} has nothing held out: prepare it with --split")
        histories, excluded = rows_of(data, "train/by_user", True), rows_of(data, "train/by_user", False)
        held = rows_of(data, "holdout/by_user", True)
    for reg in options.reg:
        (recall, ndcg), users = measure(fit(histories, items, reg), histories, excluded, held, options.k)
        print(f"reg {reg:g}  recall_all@{options.k} {recall:.4f}  ndcg@{options.k} {ndcg:.4f}  ({users} users)", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""How easy the rows of users are: by numpy in fp64, for what the CPU's solver does with them.

    row_condition.py DATASET.h5 MODEL.h5

Of 40 users in each class of length: the condition number of A in the principal basis, preconditioned by its diagonal,
and the steps of conjugate gradients from 0 until the gradient is 2**-22 of the first one, with the error that x then
has. Median and 90th percentile. Implicit feedback.
"""
import sys

import h5py
import numpy as np


def rows(data, model):
    """(A, diagonal, b) of one user after the other, by the number of interactions."""
    a = model.attrs
    Y = model["items/factors"][:].astype(float)
    w, V = np.linalg.eigh(Y.T @ Y)
    Y, part = Y @ V, data["train/by_user"]
    offsets, columns, values = (part[name][:] for name in ("offsets", "columns", "values"))
    given = [part[name][:] if name in part else None for name in ("confidences", "preferences")]
    for user in np.random.default_rng(0).permutation(len(offsets) - 1):
        span = slice(offsets[user], offsets[user + 1])
        y, n = Y[columns[span]], offsets[user + 1] - offsets[user]
        c = np.ones(n) if given[0] is None else given[0][span].astype(float)
        p = np.ones(n) if given[1] is None else given[1][span].astype(float)
        right = c * p
        if a["alpha"] > 0:
            c = a["alpha"] * (values[span] if given[0] is None else given[0][span]).astype(float)
            right = np.where(c > 0, 1 + c, 0) * p
        D = a["alpha0"] * w + a["lambda"] * (n + a["alpha0"] * a["n_items"]) ** a["nu"]
        A = np.diag(D) + y.T @ (c[:, None] * y)
        yield n, A, np.diag(A), y.T @ right


def iterate(A, M, b):
    """Steps, and the relative error after them."""
    exact, x, r = np.linalg.solve(A, b), np.zeros(len(b)), b.copy()
    d = r / M
    square = first = r @ d
    for step in range(1, 1000):
        product = A @ d
        length = square / (d @ product)
        x, r = x + length * d, r - length * product
        after = r @ (r / M)
        if after < first * 2.0**-44:
            return step, np.linalg.norm(x - exact) / np.linalg.norm(exact)
        d, square = r / M + after / square * d, after
    return step, np.inf


def main():
    with h5py.File(sys.argv[1]) as data, h5py.File(sys.argv[2]) as model:
        f = int(model.attrs["width"])
        borders = sorted({17, 41, f, 3 * f}) + [1 << 30]
        found = {border: [] for border in borders[:-1]}
        for n, A, M, b in rows(data, model):
            at = next((low for low, high in zip(borders, borders[1:]) if low <= n < high), None)
            if at is None or len(found[at]) == 40:
                continue
            eigenvalues = np.linalg.eigvalsh(A / np.sqrt(np.outer(M, M)))
            found[at].append((eigenvalues[-1] / eigenvalues[0], *iterate(A, M, b)))
        print("entries from  users  condition  p90    steps  p90   greatest error")
        for low, some in found.items():
            if some:
                k, steps, error = np.array(some).T
                print(f"{low:>12}  {len(some):>5}  {np.median(k):>9.1f}  {np.quantile(k, .9):>4.1f}  "
                      f"{np.median(steps):>5.0f}  {np.quantile(steps, .9):>3.0f}   {error.max():.1e}")


main()

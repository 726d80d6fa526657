#!/usr/bin/env python3
"""Sweeps of `implicit`'s ALS on a GPU, on the random set that the sweep benchmark wrote: implicit_gpu.py FILE [--factors 64,128]

One line of JSON for each number of factors, or one that says why it is skipped (exit code 4). `implicit` does three
steps of conjugate gradients a row, not an exact solve: beside alster's times stand those of less work.
"""
import argparse
import json
import statistics
import sys
import time


def skip(reason):
    print(json.dumps({"backend": "implicit", "skipped": reason}))
    sys.exit(4)


def read_set(path):
    import numpy as np
    import scipy.sparse

    users, items, count = np.fromfile(path, "<i8", 3)
    offsets = np.fromfile(path, "<i8", users + 1, offset=24)
    columns = np.fromfile(path, "<i4", count, offset=24 + 8 * (users + 1))
    return scipy.sparse.csr_matrix((np.ones(count, "f4"), columns, offsets), shape=(users, items))


def sweep_ms(matrix, factors, sweeps):
    from implicit.als import AlternatingLeastSquares

    ends = []
    model = AlternatingLeastSquares(factors=factors, iterations=sweeps, use_gpu=True, calculate_training_loss=False)
    model.fit(matrix, show_progress=False, callback=lambda *_: ends.append(time.perf_counter()))
    return [1e3 * (b - a) for a, b in zip(ends, ends[1:])]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file")
    options.add_argument("--factors", default="64,128,256")
    options.add_argument("--sweeps", type=int, default=6, help="the first is not counted")
    options = options.parse_args()
    try:
        import implicit.gpu
        if not implicit.gpu.HAS_CUDA:
            skip("This implicit was built without CUDA, or finds no GPU.")
        matrix = read_set(options.file)
    except ImportError as error:
        skip(f"implicit cannot be used here: {error}.")
    for factors in map(int, options.factors.split(",")):
        times = sweep_ms(matrix, factors, options.sweeps)
        print(json.dumps({"backend": "implicit", "users": matrix.shape[0], "items": matrix.shape[1],
                          "interactions": matrix.nnz, "factors": factors,
                          "sweep_ms": round(statistics.median(times), 3), "sweep_least_ms": round(min(times), 3),
                          "sweep_greatest_ms": round(max(times), 3), "sweeps": len(times)}), flush=True)


if __name__ == "__main__":
    main()

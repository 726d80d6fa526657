#!/usr/bin/env python3
"""large_confidences_test.py ALSTER: rows of models of counts 1 and 10^k, held against numpy.

Each row of the side that was solved last must be within 1e-3 of its solution in fp64, for every k, or the run must end
with exit code 12 and a line that names the row and says what to do.
"""
import pathlib
import random
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as error:
    print(f"needs {error.name}")
    sys.exit(4)

ALSTER = sys.argv[1]
BOUND = 1e-3


def run(*arguments):
    return subprocess.run([ALSTER, *map(str, arguments)], capture_output=True, text=True)


def prepare(directory, users, items, most, heavy, k, columns):
    """A log of `most` events a user at most, of which a share `heavy` counts 10^k."""
    draw = random.Random(5)
    lines = [f"{u},{i},{10 ** k if draw.random() < heavy else 1}" for u in range(users)
             for i in draw.sample(range(items), draw.randint(most // 2, most))]
    log = directory / "log.csv"
    log.write_text("\n".join(lines) + "\n")
    data = directory / "data.h5"
    assert run("prepare", "--input", log, "--columns", columns, "--out", data).returncode == 0
    return data


def farthest(model, data, side):
    """The largest ‖y − y'‖ / ‖y'‖ over rows of a side, y' being the solution of the row's normal equations."""
    other = {"users": "items", "items": "users"}[side]
    with h5py.File(model) as m, h5py.File(data) as d:
        X = m[other + "/factors"][:].astype(float)
        Y = m[side + "/factors"][:].astype(float)
        a = dict(m.attrs)
        by_row = {name: d[f"train/by_{side[:-1]}/{name}"][:] for name in ("offsets", "columns", "values")}
    objective = a["objective"] if isinstance(a["objective"], str) else a["objective"].decode()
    f = X.shape[1]
    own_bias, other_bias = (f - 2, f - 1) if side == "users" else (f - 1, f - 2)
    worst = 0
    for row, y in enumerate(Y):
        entries = slice(*by_row["offsets"][row:row + 2])
        x, r = X[by_row["columns"][entries]], by_row["values"][entries].astype(float)
        n = len(r)
        if objective == "explicit":
            r = r - a["mean"] - x[:, other_bias]
            x = np.column_stack([x[:, :f - 2], np.ones(n)])
            y = np.append(y[:f - 2], y[own_bias])
            c = np.ones(n)
            base = np.diag(np.append(np.full(f - 2, a["lambda"]), a["bias_lambda"])) * float(n) ** a["nu"]
        else:
            c = a["alpha"] * r
            r = (1 + c) / c
            base = X.T @ X + a["lambda"] * (n + len(X)) ** a["nu"] * np.eye(f)
        A = base + (x.T * c) @ x
        scale = 1 / np.sqrt(np.diag(A))
        exact = scale * np.linalg.solve(A * np.outer(scale, scale), scale * (x.T @ (c * r)))
        if np.linalg.norm(exact) > 0:
            worst = max(worst, np.linalg.norm(y - exact) / np.linalg.norm(exact))
    return worst


def check(shape, k, *options, columns="user=0,item=1,value=2"):
    """How far rows are off; None where the run ended as it should."""
    with tempfile.TemporaryDirectory() as directory:
        directory = pathlib.Path(directory)
        data = prepare(directory, *shape, k, columns)
        train = run("train", "--data", data, "--factors", 8, "--sweeps", 8, "--out", directory / "run", *options)
        lines = [line for line in train.stderr.splitlines() if line.startswith("alster: ")]
        if train.returncode == 12:
            assert len(lines) == 1, train.stderr
            assert "interactions, largest " in lines[0] and "log_epsilon" in lines[0], lines[0]
            assert "please report it" not in train.stderr
            assert not (directory / "run" / "model.h5").exists()
            return None
        assert train.returncode == 0, train.stderr
        assert "audited on 0" not in train.stderr
        error = min(farthest(directory / "run" / "model.h5", data, side) for side in ("users", "items"))
        assert error <= BOUND, f"counts of 10^{k} {options}: a row is {error:.1e} from its solution"
        return error


FEW = (30, 12, 5, .3)     # users, items, events of a user at most, share of large counts
MANY = (200, 60, 20, .2)
ONE = (200, 60, 20, .002)

TURNED = "user=1,item=0,value=2"

for k in range(0, 12):
    assert check(FEW, k, "--alpha", 40) is not None, f"counts of 10^{k} can be solved"
for k in (1, 5, 7, 10):
    assert check(FEW, k, "--alpha", 40, columns=TURNED) is not None, f"counts of 10^{k} can be solved"
for k in (12, 15, 18):
    check(FEW, k, "--alpha", 40)
assert check(FEW, 18, "--alpha", 40) is None, "counts of 10^18 are beyond fp64"
for shape in (MANY, ONE):
    for k in (3, 6, 9):
        assert check(shape, k, "--alpha", 40) is not None
for k in (4, 8):
    assert check(MANY, k, "--alpha", 40, "--cg-steps", 3) is not None
    assert check(MANY, k, "--alpha", 40, "--reg", 1e-30) is not None
    assert check(MANY, k, "--objective", "explicit") is not None

"""The systems that are compared: each runs some iterations on a dataset of alster and returns the seconds of each."""
import json
import pathlib
import shutil
import subprocess
import time

import h5py
import implicit.cpu.als
import numpy
import scipy.sparse

try:
    import cmfrec
except ImportError:
    cmfrec = None


class Data:
    """A dataset.h5, and the same interactions as a matrix with value 1."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        with h5py.File(path) as file:
            offsets = file["train/by_user/offsets"][:]
            columns = file["train/by_user/columns"][:]
            self.users = file["users/id"][:]
            self.items = file["items/id"][:]
        shape = (len(self.users), len(self.items))
        self.matrix = scipy.sparse.csr_matrix((numpy.ones(len(columns), numpy.float32), columns, offsets), shape)


class Factors:
    def __init__(self, users, items):
        self.users, self.items = users, items


class Alster:
    """Exact, or by steps of conjugate gradients. The objective of Rendle et al.; --alpha would give the classic one at
    the same cost."""

    def __init__(self, program, threads, scratch, precision="fp32", cg_steps=0):
        self.name = f"alster {precision}" + (f" CG({cg_steps})" if cg_steps else "")
        self.program, self.threads, self.scratch = program, threads, scratch
        self.options = ["--precision", precision, "--cg-steps", str(cg_steps)]

    def run(self, data, factors, iterations, reg=0.01, alpha0=0.1, seed=1):
        out = self.scratch / "run"
        shutil.rmtree(out, ignore_errors=True)
        subprocess.run([self.program, "train", "--data", data.path, "--out", out, "--factors", str(factors),
                        "--sweeps", str(iterations), "--reg", str(reg), "--alpha0", str(alpha0), "--nu", "1", "--seed",
                        str(seed), "--threads", str(self.threads), "--backend", "cpu", *self.options],
                       check=True, capture_output=True)
        seconds = [0.0] * iterations
        for line in (out / "metrics.jsonl").read_text().splitlines():
            step = json.loads(line)
            if step["event"] == "half_step":
                seconds[step["sweep"] - 1] += step["basis_s"] + step["exchange_s"] + step["solve_s"]
        return seconds

    def factors(self):
        with h5py.File(self.scratch / "run/model.h5") as file:
            return Factors(file["users/factors"][:], file["items/factors"][:])


class Implicit:
    """Its conjugate gradients (3 steps, the default) or its Cholesky."""

    def __init__(self, threads, cholesky=False):
        self.name = "implicit " + ("Cholesky" if cholesky else "CG(3)")
        self.threads, self.cholesky = threads, cholesky

    def run(self, data, factors, iterations, reg=0.01, alpha=1.0, seed=1, each=None):
        """each(iteration, Factors) is not timed."""
        seconds = []
        self.model = implicit.cpu.als.AlternatingLeastSquares(
            factors=factors, regularization=reg, alpha=alpha, iterations=iterations, use_cg=not self.cholesky,
            num_threads=self.threads, random_state=seed)

        def after(iteration, elapsed, _loss):
            seconds.append(elapsed)
            if each:
                each(iteration, self.factors())

        self.model.fit(data.matrix, show_progress=False, callback=after)
        return seconds

    def factors(self):
        return Factors(self.model.user_factors, self.model.item_factors)


class Cmfrec:
    """Conjugate gradients (3 steps). It does not say what an iteration takes: n + 1 of them less 1, divided by n."""

    name = "cmfrec CG(3)"

    def __init__(self, threads):
        self.threads = threads

    def run(self, data, factors, iterations):
        def fit(count):
            model = cmfrec.CMF_implicit(k=factors, lambda_=1.0, niter=count, use_cg=True, max_cg_steps=3,
                                        finalize_chol=False, nthreads=self.threads, verbose=False,
                                        precompute_for_predictions=False, use_float=True)
            begin = time.perf_counter()
            model.fit(data.matrix.tocoo())
            return time.perf_counter() - begin

        return [0.0] + [(fit(iterations) - fit(1)) / (iterations - 1)] * (iterations - 1)

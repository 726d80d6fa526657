#!/usr/bin/env python3
"""The same factors however a run is spread: same_bits.py ALSTER DATASET [train options, --factors 32 --sweeps 4]

Trains on 1, 2, 3, 4 and 8 ranks, by all-gather and need-only, rows shared out anew or not, and stopped after each
half-step to go on with the next number of ranks. Every model must have the bits of the first. Kills are
tests/host/train/kill_test.py's matter.
"""
import hashlib
import itertools
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py

RANKS = (1, 2, 3, 4, 8)
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "OMPI_ALLOW_RUN_AS_ROOT": "1",
                            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_mpi_yield_when_idle": "1"}


def train(alster, data, run, ranks, options):
    command = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(ranks), alster, "train", "--data", data,
               "--out", run, *options]
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)


def finish(done, code=0):
    if done.returncode != code:
        sys.exit(f"{' '.join(map(str, done.args))}: exit code {done.returncode}, not {code}\n{done.stderr}")


def bits(run):
    with h5py.File(run / "model.h5") as file:
        return hashlib.sha256(file["users/factors"][:].tobytes() + file["items/factors"][:].tobytes()).hexdigest()


def ways(alster, data, folder, options):
    """(what, run) of each way to make the model."""
    for ranks, exchange, rebalance in itertools.product(RANKS, ("all-gather", "need-only"), ("never", "always")):
        run = folder / f"{ranks}-{exchange}-{rebalance}"
        finish(train(alster, data, run, ranks, [*options, "--exchange", exchange, "--rebalance", rebalance]))
        yield f"{ranks} ranks, {exchange}, --rebalance {rebalance}", run
    run = folder / "stopped"
    for ranks in itertools.cycle(RANKS):
        done = train(alster, data, run, ranks, [*options, "--stop-after-minutes", "1e-9"])
        if done.returncode == 0:
            break
        finish(done, 75)
    yield "stopped after each half-step, on 1, 2, 3, 4, 8, 1 … ranks", run


def main():
    alster, data, *options = sys.argv[1:]
    options = options or ["--factors", "32", "--sweeps", "4"]
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for what, run in ways(alster, data, pathlib.Path(folder), options):
            found[what] = bits(run)
            print(f"{found[what][:16]}  {what}", flush=True)
    sys.exit(0 if len(set(found.values())) == 1 else "the bits differ")


main()

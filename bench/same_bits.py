#!/usr/bin/python3
"""Whether two builds of alster give the same bits: data sets, models, lists; each way to train, on 1 to 4 ranks.

    bench/same_bits.py OLD NEW [--ranks 1,2,3,4]     OLD and NEW are programs; exit code 1 where something differs

The cases are implicit (with and without event rules' weights), classic and explicit feedback, in fp32, in bf16 and by
conjugate gradients, on a synthetic catalogue. h5py reads what lies in the files, so that the numbers are compared, not
the dates and versions beside them.
"""
import argparse
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py

CASES = {
    "implicit": ["--alpha0", "0.5"],
    "implicit bf16": ["--precision", "bf16"],
    "implicit cg": ["--cg-steps", "3"],
    "implicit wire bf16": ["--wire", "bf16"],
    "classic": ["--alpha", "10"],
    "explicit": ["--objective", "explicit"],
    "explicit bf16": ["--objective", "explicit", "--precision", "bf16"],
}
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none"]


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"OMP_NUM_THREADS": "1"})
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}: {done.stderr}")


def digest(path):
    """SHA-256 of the bytes of every data set of a file."""
    sha = hashlib.sha256()

    def add(name, what):
        if isinstance(what, h5py.Dataset):
            sha.update(name.encode() + what[()].tobytes())

    with h5py.File(path) as file:
        file.visititems(add)
    return sha.hexdigest()[:16]


def results(program, directory, ranks):
    """{case: digests} of everything that is trained from one log."""
    log = directory / "events.csv"
    data = directory / "data.h5"
    run([program, "prepare", "--input", log, "--split", "time:0.1", "--out", data])
    found = {"dataset": digest(data)}
    for name, options in CASES.items():
        for count in ranks:
            out = directory / f"{name}-{count}".replace(" ", "-")
            run(MPIRUN + ["-n", str(count), program, "train", "--data", data, "--out", out, "--factors", "33", "--sweeps",
                          "3", "--threads", "1"] + options)
            model = out / "model.h5"
            found[f"{name}, {count} ranks"] = digest(model)
        lists = directory / f"{name}.h5".replace(" ", "-")
        run([program, "recommend", "--model", model, "--data", data, "--all", "--k", "20", "--out", lists])
        found[f"{name}, lists"] = digest(lists)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=pathlib.Path)
    parser.add_argument("new", type=pathlib.Path)
    parser.add_argument("--ranks", default="1,2,3,4")
    asked = parser.parse_args()
    ranks = [int(count) for count in asked.ranks.split(",")]
    with tempfile.TemporaryDirectory() as directory:
        both = []
        for which, program in (("old", asked.old), ("new", asked.new)):
            place = pathlib.Path(directory) / which
            place.mkdir()
            run([asked.old.resolve(), "synth", "--users", "700", "--items", "300", "--events", "20000", "--log", "ratings", "--out",
                 place])
            both.append(results(program.resolve(), place, ranks))
    old, new = both
    different = [case for case in old if old[case] != new[case]]
    for case in old:
        print(f"{case:<32} {old[case]}  {new[case]}  {'DIFFERS' if case in different else 'same'}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())

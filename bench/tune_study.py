#!/usr/bin/env python3
"""Tunes on a validation part, then measures the test once: model, neighbours, blend and popularity.

    tune_study.py --alster build/release/alster --data $ALSTER_TEST_DATA --work DIR [--sets ml-100k,lastfm,ml-1m-ge4,citeulike]
                  [--tune "--trials 24 --factors 32,64,128"]

What alster tune chose is taken as it is; nothing here depends on a set but its format and its splits.
"""
import argparse
import gzip
import json
import pathlib
import subprocess

from blend_study import table_of_parts

SETS = {  # name: (input, options of prepare, split of the test and of validation)
    "ml-100k": ("ml-100k/u.data", "--format movielens", "time:0.1"),
    "ml-1m-ge4": ("ml-1m/ratings_ge4.dat.gz", "--format movielens", "time:0.1"),
    "lastfm": ("lastfm-hetrec/user_artists.dat.gz",
               "--format tsv --header --columns user=userID,item=artistID,value=weight", "random:0.2"),
    "citeulike": ("citeulike-a/users.dat.gz", "--format csv --columns user=0,item=1", "random:0.2"),
}


def run(alster, command, *arguments):
    words = [alster, command, "--json", *map(str, arguments)]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(" ".join(words))
    return json.loads(done.stdout)


def source_of(name, data, work):
    """citeulike's lines are a user's count, then items; the others are logs."""
    source = data / SETS[name][0]
    if name != "citeulike":
        return source
    log = work / "citeulike.csv"
    with gzip.open(source, "rt") as lines, log.open("w") as out:
        for user, line in enumerate(lines):
            out.writelines(f"{user},{item}\n" for item in line.split()[1:])
    return log


def study(name, options):
    work = pathlib.Path(options.work)
    work.mkdir(parents=True, exist_ok=True)
    _, arguments, split = SETS[name]
    data, best = work / f"{name}.h5", work / f"{name}.best"
    run(options.alster, "prepare", "--input", source_of(name, pathlib.Path(options.data), work), *arguments.split(),
        "--split", split, "--validation", split, "--out", data)
    tuned = run(options.alster, "tune", "--data", data, "--out", best, *options.tune.split())
    chosen = tuned["chosen"]
    found = run(options.alster, "evaluate", "--model", best, "--data", data, "--k", "10,20", "--blend",
                chosen["mu"] or 1e-9, "--rho", chosen["rho"], "--recent-days", chosen["recent_days"])
    print(f"\n{name}, {split}: {tuned['why']}\n  chosen {tuned['chosen']}\n  seconds {tuned['seconds']}\n"
          f"{table_of_parts(found)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alster", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--tune", default="", help="options of alster tune")
    options = parser.parse_args()
    for name in options.sets.split(","):
        study(name, options)


if __name__ == "__main__":
    main()

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

SETS = {  # name: (input, options of prepare, split of the test and of validation)
    "ml-100k": ("ml-100k/u.data", "--format movielens", "time:0.1"),
    "ml-1m-ge4": ("ml-1m/ratings_ge4.dat.gz", "--format movielens", "time:0.1"),
    "lastfm": ("lastfm-hetrec/user_artists.dat.gz",
               "--format tsv --header --columns user=userID,item=artistID,value=weight", "random:0.2"),
    "citeulike": ("citeulike-a/users.dat.gz", "--format csv --columns user=0,item=1", "random:0.2"),
}
METRICS = ("recall_all@20", "ndcg@20", "ndcg@10")


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
    mu = tuned["chosen"]["mu"]
    found = run(options.alster, "evaluate", "--model", best, "--data", data, "--k", "10,20", "--blend", mu or 1e-9)
    print(f"\n{name}, {split}: {tuned['why']}\n  chosen {tuned['chosen']}\n  seconds {tuned['seconds']}\n"
          f"  {'test':<14} popularity item-item    model    blend  gain over the model, 95 %")
    for metric in METRICS:
        gain = f"gain_over_model_alone_{metric}"
        print(f"  {metric:<14} {found['popularity_' + metric]:>10.4f} {found['item_item_' + metric]:>9.4f} "
              f"{found['model_alone_' + metric]:>8.4f} {found[metric]:>8.4f}"
              + (f"  {found[gain]:+.4f}, {found[gain + '_low']:+.4f} … {found[gain + '_high']:+.4f}" if mu else "  0"),
              flush=True)


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

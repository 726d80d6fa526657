#!/usr/bin/env python3
"""Trains with several settings on several splits and prints each metric beside that of the best baseline.

    defaults.py --alster build/release/alster --data $ALSTER_TEST_DATA --work DIR                  # choose
    defaults.py --alster build/release/alster --data $ALSTER_TEST_DATA --work DIR --report         # measure
    defaults.py … --objective implicit --by-density 3 6 12          # α0 = C · interactions / (users · items)

Settings are compared on splits of their own (another share of the log, another seed); --report measures the program's
defaults on splits that were not looked at for that. Implicit: NDCG@10 beside popularity. Explicit: RMSE beside
the better of mean and biases. A line ends with the number of splits on which the baseline is beaten.
"""
import argparse
import gzip
import itertools
import json
import pathlib
import subprocess

LASTFM = "--format tsv --header --columns user=userID,item=artistID,value=weight"
SETS = {  # name: (input, options of prepare)
    "ml-100k": ("ml-100k/u.data", "--format tsv"),
    "ml-1m": ("ml-1m/pairs.dat.gz", "--format movielens"),
    "ml-1m-ge4": ("ml-1m/ratings_ge4.dat.gz", "--format movielens"),
    "ml-1m-ratings": ("ml-1m/sample_100k_explicit.dat.gz", "--format movielens"),
    "ml-1m-ncf": ("ml-1m-ncf/ml-1m.train.pairs.gz", "--format pairs"),
    "lastfm": ("lastfm-hetrec/user_artists.dat.gz", LASTFM),
    "citeulike": ("citeulike-a/users.dat.gz", "--format lists"),  # see without_counts()
}
TO_CHOOSE = {
    "implicit": [("ml-100k", "time:0.2", 7), ("ml-1m-ge4", "time:0.2", 7), ("ml-100k", "random:0.2", 7),
                 ("ml-1m-ge4", "random:0.2", 7), ("lastfm", "random:0.2", 7), ("citeulike", "random:0.2", 7)],
    "explicit": [("ml-100k", "time:0.2", 7), ("ml-1m-ratings", "time:0.2", 7), ("ml-100k", "random:0.2", 7),
                 ("ml-1m-ratings", "random:0.2", 7)],
}
TO_REPORT = {
    "implicit": [("ml-100k", "time:0.1", 1), ("ml-1m-ge4", "time:0.1", 1), ("ml-100k", "random:0.1", 1),
                 ("ml-1m-ge4", "random:0.1", 1), ("ml-1m", "random:0.1", 1), ("ml-1m-ncf", "random:0.1", 1),
                 ("lastfm", "random:0.1", 1), ("citeulike", "random:0.1", 1)],
    "explicit": [("ml-100k", "time:0.1", 1), ("ml-1m-ratings", "time:0.1", 1), ("ml-100k", "random:0.1", 1),
                 ("ml-1m-ratings", "random:0.1", 1)],
}
GRIDS = {
    "implicit": [f"--factors {f} --reg {r} --alpha0 {a}" for f, r, a in
                 itertools.product((64, 128), (0.003, 0.01, 0.02, 0.03), (0.1, 0.2, 0.3, 1))],
    "explicit": [f"--objective explicit --factors {f} --reg {r} --nu {nu}" for f, (r, nu) in
                 itertools.product((16, 64), [(0.02, 1), (0.05, 1), (0.1, 1), (0.12, 1), (0.15, 1), (0.2, 1), (0.5, 0.5), (2, 0.5), (5, 0)])],
}


def without_counts(lists, out):
    """Lines of citeulike-a begin with the number of their items; line n is user n."""
    with gzip.open(lists, "rt") as source, open(out, "w") as made:
        for user, line in enumerate(source):
            made.write(" ".join([str(user), *line.split()[1:]]) + "\n")
    return out


class Study:
    def __init__(self, options):
        self.alster = options.alster
        self.data = pathlib.Path(options.data)
        self.work = pathlib.Path(options.work)
        self.work.mkdir(parents=True, exist_ok=True)

    def run(self, command, *arguments):
        done = subprocess.run([self.alster, command, "--json", *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"alster {command} {' '.join(map(str, arguments))}\n{done.stderr}")
        return json.loads(done.stdout)

    def prepared(self, name, split, seed):
        path, arguments = SETS[name]
        out = self.work / f"{name}-{split.replace(':', '-')}-{seed}.h5"
        if not out.exists():
            log = self.data / path
            if name == "citeulike":
                log = without_counts(log, self.work / "citeulike.lists")
            self.run("prepare", "--input", log, *arguments.split(), "--split", split, "--seed", seed,
                     "--out", out)
        return out

    def density(self, dataset):
        facts = self.run("inspect", "--no-verify", dataset)
        return facts["interactions"] / (facts["users"] * facts["items"])

    def measured(self, dataset, settings):
        """(metric, that of the best baseline, whether it is better)"""
        head, *factor = settings.split(" --by-density ")
        if factor:
            settings = f"{head} --alpha0 {float(factor[0]) * self.density(dataset):.6g}"
        out = self.work / "run"
        self.run("train", "--data", dataset, "--out", out, "--overwrite", *settings.split())
        metrics = self.run("evaluate", "--model", out / "model.h5", "--data", dataset, "--k", 10)
        if "explicit" in settings:
            best = min(metrics["bias_rmse"], metrics["mean_rmse"])
            return metrics["rmse"], best, metrics["rmse"] < best
        ndcg, popular = metrics["ndcg@10"], metrics["popularity_ndcg@10"]
        return ndcg, popular, ndcg > popular


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alster", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--objective", choices=["implicit", "explicit"])
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--by-density", type=float, nargs="+")
    options = parser.parse_args()
    study = Study(options)
    for objective in [options.objective] if options.objective else ["implicit", "explicit"]:
        splits = (TO_REPORT if options.report else TO_CHOOSE)[objective]
        print("|", " | ".join([objective, *(f"{name}, {split}" for name, split, _ in splits), "beaten"]), "|")
        print("|" + "---|" * (len(splits) + 2))
        grid = [f"--objective {objective}"] if options.report else GRIDS[objective]
        if options.by_density:
            grid = [f"--factors 64 --reg {reg} --sweeps 12 --by-density {factor:g}"
                    for factor in options.by_density for reg in (0.003, 0.01, 0.02)]
        for settings in grid:
            found = [study.measured(study.prepared(*split), settings) for split in splits]
            cells = [f"{metric:.4f} / {baseline:.4f}" for metric, baseline, _ in found]
            print("|", " | ".join([settings, *cells, f"{sum(better for *_, better in found)}/{len(found)}"]), "|",
                  flush=True)


if __name__ == "__main__":
    main()

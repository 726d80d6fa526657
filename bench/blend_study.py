#!/usr/bin/env python3
"""Fits a model and its blend with neighbours on a validation part, then measures both on the test.

    blend_study.py --alster build/release/alster --data $ALSTER_TEST_DATA --work DIR [--sets citeulike,lastfm,ml-1m-ge4]
                   [--factors 128] [--model 0.02,0.2] [--exponents 0.1,0.3,0.5] [--weights 0.1,0.25,0.5]

The validation part is cut from the training part of the test's split, in the same way; the test is evaluated once, with
what the validation part chose: first the model (λ, α0) by its NDCG@20, unless --model names one, then b and μ. Needs h5py.
"""
import argparse
import gzip
import itertools
import json
import pathlib
import subprocess
import time

import h5py

SETS = {  # name: (input, options of prepare, split of the test, split of the rest for validation)
    "ml-1m-ge4": ("ml-1m/ratings_ge4.dat.gz", "--format movielens", "time:0.1", "time:0.1"),
    "lastfm": ("lastfm-hetrec/user_artists.dat.gz",
               "--format tsv --header --columns user=userID,item=artistID,value=weight", "random:0.2", "random:0.2"),
    "citeulike": ("citeulike-a/users.dat.gz", "--format csv --columns user=0,item=1", "random:0.2", "random:0.2"),
}
MODELS = list(itertools.product((0.003, 0.01, 0.02), (0.1, 0.2, 0.5, 1)))


def table_of_parts(found):
    """What `evaluate --blend` says of the blend and of its parts."""
    lines = [f"  {'':<14} {'popularity':>10} {'item-item':>10} {'model':>8} {'blend':>8}  gain over the model, 95 %"]
    for metric in ("recall_all@20", "ndcg@20", "ndcg@10"):
        gain = f"gain_over_model_alone_{metric}"
        lines.append(f"  {metric:<14} {found['popularity_' + metric]:>10.4f} {found['item_item_' + metric]:>10.4f} "
                     f"{found['model_alone_' + metric]:>8.4f} {found[metric]:>8.4f}"
                     + (f"  {found[gain]:+.4f}, {found[gain + '_low']:+.4f} … {found[gain + '_high']:+.4f}"
                        if gain in found else ""))
    return "\n".join(lines)


class Study:
    def __init__(self, options):
        self.options = options
        self.work = pathlib.Path(options.work)
        self.work.mkdir(parents=True, exist_ok=True)

    def run(self, command, *arguments):
        words = [self.options.alster, command, "--json", *map(str, arguments)]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(words)}\n{done.stderr}")
        return json.loads(done.stdout)

    def prepare(self, name, source, arguments, split, seed):
        path = self.work / f"{name}.h5"
        self.run("prepare", "--input", source, *arguments.split(), "--split", split, "--seed", seed, "--out", path)
        return path

    def source(self, name):
        """citeulike's lines are a user's count, then items; the others are logs."""
        source = pathlib.Path(self.options.data) / SETS[name][0]
        if name != "citeulike":
            return source
        log = self.work / "citeulike.csv"
        with gzip.open(source, "rt") as lines, log.open("w") as out:
            for user, line in enumerate(lines):
                out.writelines(f"{user},{item}\n" for item in line.split()[1:])
        return log

    def log_of_training(self, name, dataset):
        """The training part as a log: of a split by time from the log, of others from the dataset."""
        _, arguments, split, _ = SETS[name]
        source = self.source(name)
        if split.startswith("time:"):
            with gzip.open(source, "rt", encoding="latin-1") as file:
                lines = sorted(file, key=lambda line: int(line.rsplit("::", 1)[1]))
            log = self.work / f"{name}.training.dat"
            log.write_text("".join(lines[: len(lines) - round(float(split[5:]) * len(lines))]), encoding="latin-1")
            return log, arguments
        log = self.work / f"{name}.training.csv"
        with h5py.File(dataset) as file:
            users, items = ([str(i) if file[f"{side}/id"].attrs["id_kind"] == "int64" else i.decode()
                             for i in file[f"{side}/id"][:]] for side in ("users", "items"))
            rows = file["train/by_user"]
            offsets, columns, values = rows["offsets"][:], rows["columns"][:], rows["values"][:]
        with log.open("w") as out:
            for user, name_of_user in enumerate(users):
                for n in range(offsets[user], offsets[user + 1]):
                    out.write(f"{name_of_user},{items[columns[n]]},{values[n]}\n")
        return log, "--format csv --columns user=0,item=1,value=2"

    def train(self, dataset, out, model):
        reg, alpha0 = model
        self.run("train", "--data", dataset, "--factors", self.options.factors, "--reg", reg, "--alpha0", alpha0,
                 "--out", out, "--overwrite")
        return out / "model.h5"

    def evaluate(self, dataset, model, *arguments):
        return self.run("evaluate", "--model", model, "--data", dataset, "--k", "10,20", *arguments)

    def neighbours(self, dataset, model, b):
        return self.run("neighbours", "--data", dataset, "--model", model, "--b", b)

    def choose_model(self, dataset, run):
        def quality(model):
            return self.evaluate(dataset, self.train(dataset, run, model))["ndcg@20"]
        return self.options.model or max(MODELS, key=quality)

    def choose_blend(self, dataset, model):
        """(b, μ) and the curve; μ 0 is the model alone."""
        curve = {}
        for b in self.options.exponents:
            self.neighbours(dataset, model, b)
            for mu in self.options.weights:
                found = self.evaluate(dataset, model, "--blend", mu)
                curve[b, mu] = found["ndcg@20"]
                curve[b, 0.0] = found["model_alone_ndcg@20"]
        return max(curve, key=curve.get), curve

    def study(self, name):
        _, arguments, split, validation = SETS[name]
        test = self.prepare(name, self.source(name), arguments, split, 1)
        log, arguments = self.log_of_training(name, test)
        rest = self.prepare(f"{name}.validation", log, arguments, validation, 2)
        start = time.time()
        setting = self.choose_model(rest, self.work / f"{name}.validation.run")
        model = self.train(rest, self.work / f"{name}.validation.run", setting)
        (b, mu), curve = self.choose_blend(rest, model)
        fitted = time.time() - start
        print(f"\n{name}, {split}, {self.options.factors} factors: validation chose reg {setting[0]}, alpha0 {setting[1]}, "
              f"b {b}, mu {mu} in {fitted:.0f} s")
        for exponent in self.options.exponents:
            print(f"  b {exponent}: " + "  ".join(f"mu {w} {curve[exponent, w]:.4f}" for w in (0.0, *self.options.weights)))
        self.report(test, self.train(test, self.work / f"{name}.run", setting), b, mu)

    def report(self, test, model, b, mu):
        seconds = self.neighbours(test, model, b)["seconds"]
        found = self.evaluate(test, model, "--blend", mu if mu > 0 else 1e-9)
        print(f"  neighbours in {seconds:.2f} s; {found['users']} users\n"
              f"{table_of_parts(found)}", flush=True)


def numbers(text):
    return tuple(map(float, text.split(",")))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alster", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--factors", type=int, default=128)
    parser.add_argument("--model", type=numbers, help="λ,α0")
    parser.add_argument("--exponents", type=numbers, default=(0.0, 0.1, 0.2, 0.3, 0.4, 0.5))
    parser.add_argument("--weights", type=numbers, default=(0.05, 0.1, 0.25, 0.5, 1.0))
    options = parser.parse_args()
    study = Study(options)
    for name in options.sets.split(","):
        study.study(name)


if __name__ == "__main__":
    main()

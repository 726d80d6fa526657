"""Folds in every user by the recipe of docs/formats.md, as printed, and reads the names of runs and spaces:
fold_in_test.py ALSTER SOURCE. Exit code 4: skipped."""
import contextlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from snippets import snippet

alster, source = (os.path.abspath(path) for path in sys.argv[1:3])
recipe = snippet(source, "docs/formats.md", "fold_in")
MPIRUN = "mpirun --allow-run-as-root --oversubscribe --bind-to none -n 3".split()


def run(*words, before=()):
    done = subprocess.run([*before, alster, *words], capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def write_log():
    """240 users and 90 items in two groups, values 1 … 5, likes and dislikes; one user has 80 interactions."""
    draw = random.Random(4)
    pairs = [(u, i) for u in range(240) for i in range(90)
             if draw.random() < (0.12 if u % 2 == i % 2 else 0.02) or (u == 9 and i < 80)]
    with open("log.csv", "w", encoding="utf-8") as log:
        for u, i in pairs:
            kind = "up" if draw.random() < 0.8 else "down"
            log.write(f"u{u},{i},{draw.randint(1, 5)},{draw.randint(10**9, 10**9 + 10**7)},{kind}\n")
    with open("rules.toml", "w", encoding="utf-8") as rules:
        rules.write("[event.up]\nbase = 0.5\nper_value = 2\n[event.down]\npreference = 0\nbase = 3\n")


def train(data, options, before=()):
    """Trains into run/ and returns what it says; the recipe reads run/model.h5 and ml.h5."""
    with contextlib.suppress(FileNotFoundError):
        os.remove("ml.h5")
    os.symlink(data, "ml.h5")
    return json.loads(run("train", "--json", "--overwrite", "--data", "ml.h5", "--out", "run", *options.split(),
                          before=before))


def largest_distance():
    """Runs the recipe as printed, then its function for all users."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(recipe, names := {})
    largest = float(printed.getvalue())
    with h5py.File("run/model.h5") as model, h5py.File("ml.h5") as data:
        stored = model["users/factors"][:]
        for user in range(len(stored)):
            x = names["fold_in"](model, **names["interactions"](data, user))
            assert x.shape == stored[user].shape
            largest = max(largest, np.linalg.norm(x - stored[user]) / max(np.linalg.norm(stored[user]), 1e-30))
    return largest


def check_fold_in():
    plain = "--factors 12 --sweeps 3 --reg 0.02"
    forms = [("plain.h5", plain), ("plain.h5", plain + " --nu 0 --alpha0 0.5"), ("rules.h5", plain),
             ("plain.h5", plain + " --alpha 2 --reg 0.1"), ("rules.h5", plain + " --alpha 0.7 --reg 0.1 --nu 0.5"),
             ("plain.h5", plain + " --objective explicit --bias-reg 0.3"),
             ("plain.h5", plain + " --objective explicit --nu 0 --reg 1"),
             ("plain.h5", plain + " --cg-steps 1 --factors 48"), ("plain.h5", plain + " --precision bf16 --backend cpu"),
             ("plain.h5", plain + " --wire bf16"),
             ("plain.h5", plain + " --sweeps 30 --patience 1 --factors 30 --reg 1e-3"),
             ("plain.h5", plain + " --backend reference")]
    for data, options in forms:
        words = {}
        for key, value in zip(options.split()[::2], options.split()[1::2]):
            words[key] = value
        options = " ".join(f"{key} {value}" for key, value in words.items())
        for before in ([], MPIRUN) if "wire" in options or "cg" in options else ([],):
            summary = train(data, options, before)
            distance = largest_distance()
            print(f"{data} {options}: {distance:.1e}")
            assert distance < 1e-5, (options, distance)
            check_metric(summary)


def check_metric(summary):
    """What training reports is what anybody measures of the model that it left."""
    name = "rmse" if "rmse" in summary else "ndcg@10"
    with h5py.File("run/model.h5") as model:
        kept = json.loads(model.attrs["eval_json"])
        assert model.attrs["objective_value"] == summary["objective"]
    measured = json.loads(run("evaluate", "--json", "--k", "10", "--model", "run/model.h5", "--data", "ml.h5"))
    assert kept[name] == summary[name]
    assert f'{summary[name]:.12g}' in json.dumps(flat(measured)), (name, summary[name], measured)


def flat(value):
    """Numbers as text, so that they can be looked for wherever the report has them."""
    if isinstance(value, dict):
        return {key: flat(one) for key, one in value.items()}
    if isinstance(value, list):
        return [flat(one) for one in value]
    return f"{value:.12g}" if isinstance(value, float) else value


def check_names():
    def names(options, before=()):
        train("plain.h5", options, before)
        with h5py.File("run/model.h5") as model:
            return model.attrs["run_id"], model.attrs["space_id"]
    base = "--factors 6 --sweeps 3 --precision fp32"
    one, again = names(base), names(base + " --threads 1 --exchange all-gather")
    apart = names(base + " --exchange need-only", MPIRUN)
    assert len({one[0], again[0], apart[0]}) == 3, "run_id"
    assert one[1] == again[1] == apart[1], "space_id of equal factors"
    others = [names(base + more)[1] for more in (" --seed 2", " --reg 0.03", " --nu 0.9", " --alpha 1")]
    others += [names(base.replace(a, b))[1] for a, b in (("3 ", "4 "), ("6 ", "7 "), ("fp32", "bf16"))]
    assert len({one[1], *others}) == 8, "space_id of other factors"


with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    write_log()
    columns = "user=0,item=1,value=2,time=3,event=4"
    run("prepare", "--input", "log.csv", "--columns", "user=0,item=1,value=2,time=3", "--split", "random:0.1",
        "--out", "plain.h5")
    run("prepare", "--input", "log.csv", "--columns", columns, "--rules", "rules.toml", "--split", "random:0.1",
        "--out", "rules.h5")
    check_names()
    check_fold_in()
    os.chdir("/")

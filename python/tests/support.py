"""Files that the tests read: each kind of training on a small log. Made once, in the working directory."""
import functools
import json
import os
import random
import subprocess

ALSTER = os.environ["ALSTER"]
SOURCE = os.environ["ALSTER_SOURCE"]
RULES = """
[event.up]
base = 0.5
per_value = 2
[event.down]
preference = 0
base = 3
"""
TRAIN = "--factors 11 --sweeps 3 --nu 0.7"
#: name of the run: the dataset, and how it is trained
FORMS = {"plain": ("plain.h5", "--reg 0.02"),
         "classic": ("plain.h5", "--reg 0.1 --alpha 2"),
         "rules": ("rules.h5", "--reg 0.02 --alpha0 0.5"),
         "classic-rules": ("rules.h5", "--reg 0.1 --alpha 0.7"),
         "explicit": ("plain.h5", "--objective explicit --reg 0.05 --bias-reg 0.3")}


def alster(arguments):
    done = subprocess.run([ALSTER] + arguments.split(), capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


def alster_json(arguments):
    return json.loads(alster(arguments + " --json"))


def write_log():
    """Texts for users, numbers for items; u0 has only a dislike, u1 only what is held out, "heavy" nearly all items."""
    draw = random.Random(5)
    pairs = {(f"u{user}", item) for user in range(2, 160) for item in range(70)
             if draw.random() < (0.25 if user % 3 == item % 3 else 0.03)}
    lines = [("u0", 3, 2, 10**9, "down"), ("u1", 5, 4, 2 * 10**9, "up"), ("u2", 990, 5, 2 * 10**9, "up")]
    lines += [("heavy", item, 1 + item % 5, 10**9 + item, "up") for item in range(66)]
    lines += [(user, item, draw.randint(1, 5), draw.randint(10**9, 10**9 + 10**7),
               "up" if draw.random() < 0.8 else "down") for user, item in sorted(pairs)]
    with open("log.csv", "w", encoding="utf-8") as log:
        log.writelines(f"{user},{item},{value},{time},{kind}\n" for user, item, value, time, kind in lines)
    with open("items.csv", "w", encoding="utf-8") as items:
        items.write("id,title\n")
        items.writelines(f'{item},"Film {item}, é"\n' for item in range(70))
    with open("rules.toml", "w", encoding="utf-8") as rules:
        rules.write(RULES)


@functools.lru_cache(maxsize=None)
def datasets():
    write_log()
    common = "prepare --input log.csv --format csv --items items.csv --split time:0.1"
    alster(f"{common} --columns user=0,item=1,value=2,time=3 --out plain.h5")
    alster(f"{common} --columns user=0,item=1,value=2,time=3,event=4 --rules rules.toml --out rules.h5")


@functools.lru_cache(maxsize=None)
def run_of(name):
    """(run directory, dataset) of one of FORMS."""
    datasets()
    data, options = FORMS[name]
    alster(f"train --data {data} --out {name} {TRAIN} {options}")
    return name, data


@functools.lru_cache(maxsize=None)
def lists_of(name):
    run, data = run_of(name)
    alster(f"recommend --model {run}/model.h5 --data {data} --all --k 9 --out {name}-lists.h5")
    alster(f"similar --model {run}/model.h5 --all --k 9 --out {name}-similar.h5")
    return f"{name}-lists.h5", f"{name}-similar.h5"

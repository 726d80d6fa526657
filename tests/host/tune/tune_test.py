"""alster tune and the validation part of alster prepare: tune_test.py ALSTER. Needs h5py and numpy."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "personalize"))
from program import ALSTER, alster  # noqa: E402

TUNE = "--factors 4,8 --trials 5 --sweeps 4 --k 5"


def write_log(path, planted):
    """Users like items of their own kind. The last tenth is the test; planted, it has other items and other users."""
    draw = random.Random(7)
    pairs = set()
    while len(pairs) < 1500:
        user = draw.randrange(90)
        pairs.add((user, 3 * min(int(draw.expovariate(0.08)), 39) + (user % 3 if draw.random() < 0.9 else 0)))
    pairs = sorted(pairs)
    draw.shuffle(pairs)
    with open(path, "w") as log:
        for n, (user, item) in enumerate(pairs):
            if planted and n >= 1350:
                user, item = (n % 90, "planted") if n % 2 else (f"new{n}", 7)
            log.write(f"u{user},i{item},1,{1000 + 6000 * n}\n")


def prepare(log, out, split="time:0.1", validation="time:0.1", ranks=1, more=""):
    return alster(f"prepare --input {log} --split {split} --validation {validation} --out {out} {more}", ranks)


def arrays(path):
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, node: found.update({name: node[...]}) if isinstance(node, h5py.Dataset) else None)
        attributes = {key: value for key, value in file.attrs.items()
                      if key not in ("provenance", "attributes_crc32")}  # which say where the file is from
    return found, attributes


def expect_same_arrays(a, b):
    (left, about), (right, other) = arrays(a), arrays(b)
    assert left.keys() == right.keys(), (a, b)
    for name in left:
        assert np.array_equal(left[name], right[name]), (a, b, name)
    return about, other


def expect_same(a, b):
    about, other = expect_same_arrays(a, b)
    for name in about:
        assert np.array_equal(about[name], other[name]), (a, b, name)


def validation_is_that_of_a_log_without_the_test():
    """Whatever the splits are: the same as to prepare the log without its test part, once more split."""
    lines = open("log.csv").read().splitlines()
    for split, validation in (("time:0.1", "time:0.2"), ("last:2", "last:1"), ("random:0.2", "last:1"),
                              ("last:1", "time:0.1"), ("random:0.2", "time:0.3")):
        prepare("log.csv", "d.h5", split, validation)
        with h5py.File("d.h5") as file:
            users, items = file["users/id"][:], file["items/id"][:]
            rows = file["holdout/by_user"]
            held = {(users[u].decode(), items[i].decode()) for u in range(len(users))
                    for i in rows["columns"][rows["offsets"][u]:rows["offsets"][u + 1]]}
        with open("rest.csv", "w") as rest:
            rest.writelines(line + "\n" for line in lines if tuple(line.split(",")[:2]) not in held)
        alster(f"prepare --input rest.csv --split {validation} --out rest.h5")
        expect_same("d.validation.h5", "rest.h5")
        fingerprint = json.loads(alster("inspect --json d.h5").stdout)["fingerprint"]
        provenance = json.loads(alster("inspect --json d.validation.h5").stdout)["provenance"]
        assert json.loads(provenance)["validates"] == fingerprint, split
    prepare("log.csv", "d.h5", "random:0.2", "random:0.2")
    with h5py.File("d.h5") as file, h5py.File("d.validation.h5") as validation:
        train, fitted, held = (part["columns"].shape[0] for part in (
            file["train/by_user"], validation["train/by_user"], validation["holdout/by_user"]))
    assert train == fitted + held and 0.15 < held / train < 0.25, (train, fitted, held)


def ranks_prepare_the_same():
    for split, validation in (("time:0.1", "time:0.1"), ("last:1", "random:0.2")):
        prepare("log.csv", "one.h5", split, validation)
        prepare("log.csv", "three.h5", split, validation, ranks=3)
        expect_same("one.validation.h5", "three.validation.h5")
        expect_same("one.h5", "three.h5")


def tune(data, out, ranks=1, more="", code=0):
    done = alster(f"tune --data {data} --out {out} {TUNE} --json {more}", ranks, code)
    return json.loads(done.stdout) if code == 0 else done.stderr


def outcome(result):
    """What does not depend on where and how fast it ran."""
    return {key: result[key] for key in ("metric", "chosen", "why", "validation", "trials", "curve", "out_of_time")}


def the_test_part_is_not_seen(first):
    write_log("planted.csv", True)
    prepare("planted.csv", "planted.h5")
    expect_same("d.validation.h5", "planted.validation.h5")
    with h5py.File("planted.h5") as planted, h5py.File("d.h5") as plain:
        assert not np.array_equal(planted["holdout/by_user/columns"][:], plain["holdout/by_user/columns"][:])
    assert outcome(tune("planted.h5", "planted")) == outcome(first)


def figures_are_those_of_evaluate(result):
    chosen, values = result["chosen"], result["validation"]
    best = max(result["curve"], key=lambda point: point["value"])
    assert best["value"] == values["blend"]["value"], (best, values)
    parts = [point["value"] for point in result["curve"] if point["mu"] in (0, 1e6)]
    assert values["blend"]["value"] >= max(parts + [values["model"]["value"], values["neighbours"]["value"]]), values
    alster(f"train --data d.validation.h5 --out check --factors {chosen['factors']} --reg {chosen['reg']} "
           f"--alpha0 {chosen['alpha0']} --nu {chosen['nu']} --sweeps {chosen['sweeps']}")
    assert {point["recent_days"] for point in result["curve"] if point["rho"] > 0} == {1, 7, 30}
    for kind in (lambda p: 0 < p["mu"] < 1e6 and p["rho"] == 0, lambda p: 0 < p["rho"] < 1e4):
        point = max(filter(kind, result["curve"]), key=lambda p: p["value"])
        alster(f"neighbours --data d.validation.h5 --model check/model.h5 --b {point['b']} --most {point['most']}")
        recent = f"--rho {point['rho']} --recent-days {point['recent_days']}"
        found = json.loads(alster(f"evaluate --model check/model.h5 --data d.validation.h5 --k 5 --json "
                                  f"--blend {point['mu']} {recent}").stdout)
        assert found["ndcg@5"] == point["value"], (found["ndcg@5"], point)
        assert found["model_alone_ndcg@5"] == values["model"]["value"]
        for other in ("popularity", "recent_popularity"):
            assert found[f"{other}_ndcg@5"] == values[other]["value"], other
    gain = values["blend"]["value"] - values["recent_popularity"]["value"]
    assert abs(values["gain_over_recent_popularity"]["value"] - gain) < 1e-12


def the_final_model_is_that_of_train(result):
    chosen = result["chosen"]
    alster(f"train --data d.h5 --out final --factors {chosen['factors']} --reg {chosen['reg']} --nu {chosen['nu']} "
           f"--alpha0 {chosen['alpha0']} --sweeps {chosen['sweeps']}")
    for name in ("users/factors", "items/factors"):
        with h5py.File("best/model.h5") as best, h5py.File("final/model.h5") as final:
            assert np.array_equal(best[name][:], final[name][:]), name
    alster("train --config best/config.resolved.toml --out again")
    assert json.load(open("best/tune.json"))["chosen"] == chosen
    alster(f"evaluate --model best --data d.h5 --blend {max(chosen['mu'], 0.1)}")
    assert not os.path.exists("best/.tune")


def ranks_choose_the_same(first):
    result = tune("d.h5", "ranks", ranks=3, more="--threads 1")
    assert outcome(result) == outcome(first)
    for name in ("model.h5", "neighbours.h5"):
        expect_same_arrays(f"best/{name}", f"ranks/{name}")


def what_is_measured_is_not_measured_again(first):
    words = f"{ALSTER} tune --data d.h5 --out killed {TUNE} --json".split()
    job = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.time() + 60
    while time.time() < until and (not os.path.exists("killed/tune.jsonl") or
                                   open("killed/tune.jsonl").read().count("\n") < 4):
        time.sleep(0.002)
    job.send_signal(signal.SIGKILL)
    job.wait()
    before = open("killed/tune.jsonl").read()
    whole = before[:before.rindex("\n") + 1]
    assert 4 <= whole.count("\n"), before
    with open("killed/tune.jsonl", "a") as journal:
        journal.write('{"key":{"fac')  # as a kill in the middle of a line leaves it
    assert outcome(tune("d.h5", "killed")) == outcome(first)
    after = open("killed/tune.jsonl").read()
    assert after.startswith(whole), "measured again"
    assert outcome(tune("d.h5", "killed")) == outcome(first)
    assert open("killed/tune.jsonl").read() == after
    words[words.index("killed")] = "termed"
    job = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while job.poll() is None and (not os.path.exists("termed/tune.jsonl") or
                                  open("termed/tune.jsonl").read().count("\n") < 3):
        time.sleep(0.001)
    job.send_signal(signal.SIGTERM)
    assert job.wait() == 75 and not os.path.exists("termed/tune.json")
    assert outcome(tune("d.h5", "termed")) == outcome(first)


def measured_in(path):
    return [json.dumps(json.loads(line)["key"]) for line in open(path).read().splitlines()[1:]]


def workers_share_the_trials(first):
    words = f"{ALSTER} tune --data d.h5 --out shared {TUNE} --threads 1 --worker"
    killed = subprocess.Popen(f"{words} 1".split(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.time() + 60
    while time.time() < until and not any(name.endswith(".lock") for _, _, names in os.walk("shared/.tune")
                                          for name in names):
        time.sleep(0.001)
    killed.kill()  # in the midst of a trial that it has claimed
    killed.wait()
    jobs = [subprocess.Popen(f"{words} {worker} {'' if worker else '--json'}".split(), stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True) for worker in range(3)]
    said = [job.communicate(timeout=200)[0] for job in jobs]
    assert [job.returncode for job in jobs] == [0, 0, 0], said
    assert outcome(json.loads(said[0])) == outcome(first)
    assert all("all trials are measured" in text for text in said[1:]), said
    measured = [key for name in ("tune.jsonl", "tune.1.jsonl", "tune.2.jsonl") for key in measured_in(f"shared/{name}")]
    assert len(measured) == len(set(measured)), "something was measured twice"
    assert "all trials are measured" in alster(f"tune --data d.h5 --out shared {TUNE} --worker 3").stdout
    assert measured_in("shared/tune.3.jsonl") == []
    os.remove("shared/tune.jsonl")
    for more in ("", "--worker 4"):
        stderr = alster(f"tune --data d.h5 --out shared {TUNE} {more} --seed 9", code=73).stderr
        assert "tune.1.jsonl: is of other data or options" in stderr, stderr


def a_budget_ends_early_and_says_so():
    result = tune("d.h5", "hurried", more="--budget 0.001s")
    assert result["out_of_time"] and len(result["trials"]) == 1 and result["chosen"]["mu"] == 0, result
    assert "Time ended" in result["why"]
    best = json.load(open("best/tune.json"))
    assert outcome(tune("d.h5", "hurried")) == outcome(best), "time does not choose"
    settings = {tuple(trial[key] for key in ("factors", "reg", "alpha0", "nu")) for trial in best["trials"]}
    assert best["why"].startswith(f"Of {len(settings)} settings ") and len(settings) < len(best["trials"]), best["why"]
    few = json.loads(alster("tune --data d.h5 --out few --trials 2 --sweeps 2 --factors 4 --json").stdout)
    tried = [tuple(trial.values())[:-1] for trial in few["trials"]]
    assert len(tried) == len(set(tried)), tried


def stopping_by_the_test_is_said():
    said = alster("train --data d.h5 --factors 4 --sweeps 2 --patience 1 --out patient").stderr
    assert "d.validation.h5 is there to choose by" in said, said
    said = alster("train --data d.validation.h5 --factors 4 --sweeps 2 --patience 1 --out patient.validation").stderr
    assert "to choose by" not in said, said


def what_cannot_be_done_is_refused():
    for arguments, code, text in (
            ("--data none.h5 --out x", 65, "none.h5"),
            ("--data bare.h5 --out x", 65, "prepare bare.h5 with --validation"),
            ("--data other.h5 --out x", 65, "is not the validation part of other.h5"),
            ("--data d.h5 --out final", 73, "holds another run's model"),
            ("--data d.h5 --out best --trials 6", 73, "of other data or options"),
            ("--data d.h5 --out x --budget soon", 64, "--budget: 'soon'"),
            ("--data d.h5 --out x --budget -1m", 64, "--budget"),
            ("--data d.h5 --out x --trials 0", 64, "--trials"),
            ("--data d.h5 --out x --worker -1", 64, "--worker"),
            ("--data d.h5 --out x --worker 1 --overwrite", 64, "remove x first")):
        stderr = alster(f"tune {arguments}", code=code).stderr
        assert text in stderr and stderr.count("\n") == 1, (arguments, stderr)
    for arguments, text in (("--input - --validation time:0.1", "--validation reads the log twice"),
                            ("--input log.csv --validation half", "--validation: 'half'")):
        stderr = alster(f"prepare {arguments} --out x.h5", code=64).stderr
        assert text in stderr, stderr


def training_finds_neighbours_too():
    found = json.loads(alster("train --data d.h5 --factors 4 --sweeps 1 --out with --neighbours --json").stdout)
    alster("neighbours --data d.h5 --out alone.h5")
    expect_same_arrays("with/neighbours.h5", "alone.h5")
    assert found["neighbours"] == "with/neighbours.h5", found
    os.remove("with/neighbours.h5")
    assert "finished already" in alster("train --data d.h5 --factors 4 --sweeps 1 --out with --neighbours").stdout
    expect_same_arrays("with/neighbours.h5", "alone.h5")
    with h5py.File("d.h5") as data:
        lengths = np.diff(data["train/by_user/offsets"][:]).astype(float)
        items = len(data["items/id"])
    plans = json.loads(alster("plan --data d.h5 --factors 4 --ranks 1,2 --gflops 1 --neighbours --json").stdout)
    for plan in plans:
        walk = plan["neighbours"]
        assert walk["steps"] == (lengths ** 2).sum(), walk
        assert walk["seconds"] == walk["steps"] / 3.1e8 / plan["ranks"], walk
        assert walk["memory_bytes"] == (4 * lengths.sum() * (1 + 1 / plan["ranks"]) + 16 * len(lengths) + 48 * items
                                        + 400 * items / plan["ranks"]), walk


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        write_log("log.csv", False)
        validation_is_that_of_a_log_without_the_test()
        ranks_prepare_the_same()
        prepare("log.csv", "d.h5")
        first = tune("d.h5", "best")
        the_test_part_is_not_seen(first)
        figures_are_those_of_evaluate(first)
        the_final_model_is_that_of_train(first)
        ranks_choose_the_same(first)
        what_is_measured_is_not_measured_again(first)
        workers_share_the_trials(first)
        a_budget_ends_early_and_says_so()
        training_finds_neighbours_too()
        stopping_by_the_test_is_said()
        alster("prepare --input log.csv --split time:0.1 --out bare.h5")
        prepare("log.csv", "other.h5", split="time:0.2")
        shutil.copy("d.validation.h5", "other.validation.h5")
        what_cannot_be_done_is_refused()


if __name__ == "__main__":
    main()

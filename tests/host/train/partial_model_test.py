"""Models of runs that are not finished: partial_model_test.py ALSTER. Exit code 4: skipped."""
import fcntl
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

try:
    import h5py
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

alster = os.path.abspath(sys.argv[1])
MPIRUN = "mpirun --allow-run-as-root --oversubscribe --bind-to none -n 3".split()
FORMS = {"implicit": "--factors 6", "explicit": "--factors 5 --objective explicit --reg 0.1",
         "cg": "--factors 40 --cg-steps 2", "wire": "--factors 6 --wire bf16", "bf16": "--factors 6 --precision bf16",
         "resolved": "--factors 40 --cg-steps 1 --alpha 300"}


def run(words, code=0, before=()):
    done = subprocess.run([*before, alster, *words.split()], capture_output=True, text=True)
    assert done.returncode == code, (words, done.returncode, done.stderr)
    return done.stdout + done.stderr


def train(directory, form, more="", code=0, sweeps=4):
    return run(f"train --data data.h5 {FORMS[form]} --sweeps {sweeps} --out {directory} {more}", code)


def model(path):
    with h5py.File(path) as file:
        text = lambda value: value.decode() if isinstance(value, bytes) else str(value)
        return {"factors": [file[side + "/factors"][:].tobytes() for side in ("users", "items")],
                "space": text(file.attrs["space_id"]), "run": text(file.attrs["run_id"]),
                "partial": int(file.attrs["partial"]), "sweeps": int(file.attrs["sweeps"]),
                "eval": text(file.attrs["eval_json"]), "objective": float(file.attrs["objective_value"]),
                "config": text(file.attrs["config_json"]), "arithmetic": text(file.attrs["arithmetic"])}


def same(a, b):
    return all(a[key] == b[key] for key in ("factors", "space", "sweeps", "eval", "objective"))


def exported_as(left):
    """Whether exported.h5 is the model that the run itself left, but for when it was written."""
    exported = model("exported.h5")
    return exported["partial"] == 1 and same(exported, left) and all(
        exported[key] == left[key] for key in ("run", "config", "arithmetic"))


def check_every_border(form, borders):
    """Stopped after any half-step, a run leaves the model of a run of so many sweeps, and so does its checkpoint."""
    whole = {}
    for sweeps in {(half + 1) // 2 for half in borders} | {4}:
        train(f"{form}{sweeps}", form, sweeps=sweeps)
        whole[sweeps] = model(f"{form}{sweeps}/model.h5")
        assert whole[sweeps]["partial"] == 0
    for half in borders:
        directory = f"{form}-stopped{half}"
        for _ in range(half):
            said = train(directory, form, "--stop-after-minutes 1e-9", 75)
        assert "the model is partial" in said, said
        left = model(directory + "/model.h5")
        assert left["partial"] == 1 and same(left, whole[(half + 1) // 2]), (form, half)
        assert json.loads(pathlib.Path(directory, "manifest.json").read_text())["files"][0]["file"] == "model.h5"
        for before, source in (([], directory), (MPIRUN, f"{directory}/ckpt/half-{half:06}.h5")):
            run(f"export-checkpoint {source} --data data.h5 --out exported.h5", before=before)
            assert exported_as(left), (form, half, source)
        train(directory, form)
        finished = model(directory + "/model.h5")
        assert finished["partial"] == 0 and finished["run"] == left["run"] and same(finished, whole[4]), (form, half)


def check_resolved_items():
    """A run whose audit has the items solved again leaves the same model as an export of its checkpoint."""
    for half in (1, 2, 3, 4):
        said = train("resolved", "resolved", "--stop-after-minutes 1e-9", 75)
        assert "all items are solved again" in said, said
        assert "1e-03 are allowed" not in said, said
        left = model("resolved/model.h5")
        for before in ([], MPIRUN):
            said = run("export-checkpoint resolved --data data.h5 --out exported.h5", before=before)
            assert "all items are solved again" in said and exported_as(left), (half, said)


def check_serving():
    train("serving", "implicit", "--stop-after-minutes 1e-9", 75)
    for words in ("recommend --user u3", "similar --item 7", "evaluate"):
        said = run(f"{words} --model serving/model.h5 --data data.h5")
        assert said.count("is partial: its run was stopped after 1 sweeps") == 1, said
    run("inspect serving/model.h5")
    # another configuration is another run, as without a model
    assert "reg = 0.02, now it is 0.5" in train("serving", "implicit", "--reg 0.5", 65)
    shutil.rmtree("serving/ckpt")
    assert "another run's model" in train("serving", "implicit", "--reg 0.5", 73)


def check_overwrite():
    """A run that replaces another one leaves the old one whole; a stopped one is gone on with by the same command."""
    train("replaced", "implicit", sweeps=1)
    old = model("replaced/model.h5")
    for directory, place in (("replaced", "replaced/.next"), ("new", "new")):
        said = train(directory, "implicit", "--overwrite --stop-after-minutes 1e-9", 75)
        assert "the model is partial" in said, said
        left = model(place + "/model.h5")
        assert left["partial"] == 1 and same(left, old), directory
        assert directory == "new" or model("replaced/model.h5") == old
        manifest = json.loads(pathlib.Path(place, "manifest.json").read_text())
        assert manifest["files"][0]["bytes"] == os.path.getsize(place + "/model.h5")
        run(f"export-checkpoint {directory} --data data.h5 --out exported.h5")
        assert same(model("exported.h5"), left), directory
        shutil.copytree(directory, directory + "-other")
        assert "goes on after 1 of 8" in train(directory, "implicit", "--overwrite"), directory
        finished = model(directory + "/model.h5")
        assert finished["partial"] == 0 and same(finished, model("implicit4/model.h5")), directory
        assert sorted(os.listdir(directory)) == ["config.resolved.toml", "manifest.json", "metrics.jsonl", "model.h5"]
        # another run begins anew, and the partial model of the first one is no reason to refuse
        assert "goes on" not in train(directory + "-other", "explicit", "--overwrite"), directory
        assert model(directory + "-other/model.h5")["partial"] == 0


def check_turned():
    """A run that starts from a model, and turns into its space, is exported as it would have ended."""
    other = "--start-from implicit4 --align-to implicit4/model.h5"
    train("turned", "implicit", f"--seed 5 {other} --stop-after-minutes 1e-9", 75)
    left = model("turned/model.h5")
    assert set(json.loads(left["config"])) >= {"start_from", "align_to"}
    said = run("export-checkpoint turned --data data.h5 --out exported.h5")
    config = json.loads(model("exported.h5")["config"])
    assert "is not turned: give that model with --align-to" in said and "align_to" not in config
    assert config["start_from"] == model("implicit4/model.h5")["run"]
    assert model("exported.h5")["factors"] != left["factors"]
    assert "warning" not in run("export-checkpoint turned --data data.h5 --align-to implicit4 --out exported.h5")
    assert exported_as(left)
    assert "start_from" in train("turned", "implicit", "--seed 5", 65)
    assert "goes on after" in train("turned", "implicit", f"--seed 5 {other}")


def check_other_precision():
    """A run that was finished in one precision is not what another one would give."""
    assert "finished" in train("implicit4", "implicit")
    assert "finished" in train("implicit4", "implicit", "--precision fp32")
    assert "implicit4" in train("implicit4", "implicit", "--precision bf16", 73)


def check_given_up():
    """What a run left that was to replace another one goes when that one is finished after all."""
    train("kept", "implicit", "--stop-after-minutes 1e-9", 75)
    train("kept", "explicit", "--overwrite --stop-after-minutes 1e-9", 75)
    assert os.path.exists("kept/.next/ckpt")
    train("kept", "implicit")
    assert same(model("kept/model.h5"), model("implicit4/model.h5"))
    assert sorted(os.listdir("kept")) == ["config.resolved.toml", "manifest.json", "metrics.jsonl", "model.h5"]
    assert "no checkpoint" in run("export-checkpoint kept --data data.h5 --out exported.h5", 65)


def check_locks():
    """A model that is written as the one of a run keeps to that run's lock."""
    train("locked", "implicit", "--stop-after-minutes 1e-9", 75)
    with open("locked/.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"here {os.getpid()} -\n")
        lock.flush()
        run("export-checkpoint locked --data data.h5 --out locked/other.h5")
        for out in ("locked/model.h5", "link"):
            if out == "link":
                os.symlink("locked/model.h5", out)
            assert "writes here" in run(f"export-checkpoint locked --data data.h5 --out {out}", 73)
    run("export-checkpoint locked --data data.h5 --out link")
    assert os.path.islink("link") and model("locked/model.h5")["partial"] == 1
    train("locked", "implicit")
    assert model("link")["partial"] == 0


def check_permissions():
    """What may not be read is 74, whatever lies there."""
    train("closed", "implicit", "--stop-after-minutes 1e-9", 75)
    as_nobody = "setpriv --reuid 65534 --clear-groups".split() if os.geteuid() == 0 else []
    os.chmod(".", 0o777)
    for closed in ("closed/ckpt", "closed"):
        os.chmod(closed, 0)
        said = run("export-checkpoint closed --data data.h5 --out nobodys.h5", 74, before=as_nobody)
        assert "cannot be read: Permission denied" in said, said
        os.chmod(closed, 0o755)


def check_unseen():
    """A checkpoint that one rank does not see ends all of them: none waits for another."""
    train("unseen", "implicit", "--stop-after-minutes 1e-9", 75)
    os.mkdir("nothing")
    hidden = ["unshare", "-m", "sh", "-c", "mount --bind nothing unseen/ckpt && exec \"$@\"", "sh"]
    if subprocess.run([*hidden, "true"], capture_output=True).returncode != 0:
        print("not tried: a directory that one rank does not see takes the right to mount")
        return
    command = [alster, *"export-checkpoint unseen --data data.h5 --out unseen.h5".split()]
    done = subprocess.run([*MPIRUN[:-1], "1", *command, ":", "-n", "1", *hidden, *command], capture_output=True,
                          text=True, timeout=100)
    assert done.returncode == 65 and "cannot read it" in done.stderr, (done.returncode, done.stderr)


def check_damage():
    """An export passes over what a run would pass over, and leaves it where it is."""
    for _ in range(3):
        train("damaged", "implicit", "--stop-after-minutes 1e-9", 75)
    newest = pathlib.Path("damaged/ckpt/half-000003.h5")
    damaged = bytearray(newest.read_bytes())
    damaged[len(damaged) // 2:] = bytes(len(damaged) - len(damaged) // 2)
    newest.write_bytes(damaged)
    run("export-checkpoint damaged --data data.h5 --out exported.h5")
    assert same(model("exported.h5"), model("implicit1/model.h5"))
    assert newest.read_bytes() == damaged
    said = run(f"export-checkpoint {newest} --data data.h5 --out exported.h5", 65)
    assert str(newest) in said and said.count("\n") == 1, said


def check_kill():
    """Killed after an odd half-step nothing but checkpoints is there: enough for a model."""
    words = f"train --data data.h5 {FORMS['implicit']} --sweeps 100000 --checkpoint-minutes 1e-9 --out killed"
    process = subprocess.Popen([alster, *words.split()], stderr=subprocess.DEVNULL)
    names = lambda: sorted(path.name for path in pathlib.Path("killed/ckpt").glob("half-*.h5"))
    while len(names()) < 2 and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    odd = next(name for name in names() if int(name[5:11]) % 2)
    assert not os.path.exists("killed/model.h5")
    run(f"export-checkpoint killed/ckpt/{odd} --data data.h5 --out exported.h5")
    sweeps = (int(odd[5:11]) + 1) // 2
    train("same", "implicit", sweeps=sweeps)
    assert same(model("exported.h5"), model("same/model.h5"))


def check_signals():
    """Before a limit of Slurm's there is time for a model after USR1; TERM may give none."""
    hour = {"SLURM_JOB_END_TIME": str(int(time.time()) + 3600)}
    for kind, environment, made in ((signal.SIGUSR1, hour, True), (signal.SIGUSR1, {}, False),
                                    (signal.SIGTERM, hour, False), (signal.SIGINT, hour, False)):
        shutil.rmtree("asked", ignore_errors=True)
        words = f"train --data data.h5 {FORMS['implicit']} --sweeps 100000 --out asked"
        process = subprocess.Popen([alster, *words.split()], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   env=os.environ | environment)
        log = pathlib.Path("asked/metrics.jsonl")
        while not (log.exists() and "half_step" in log.read_text()):
            time.sleep(0.01)
        process.send_signal(kind)
        assert process.wait() == 75
        assert os.path.exists("asked/model.h5") == made, (kind, environment)


def check_refusals():
    run("prepare --input log.csv --out other.h5")
    train("refused", "implicit", "--stop-after-minutes 1e-9", 75)
    for words, message in (("refused --data other.h5", "belongs to other data"), ("implicit4 --data data.h5", "no checkpoint"),
                           ("data.h5 --data data.h5", "data.h5"), ("nowhere --data data.h5", "nowhere")):
        said = run(f"export-checkpoint {words} --out refused.h5", 65)
        assert message in said and said.count("\n") == 1, said
    assert not os.path.exists("refused.h5")


with tempfile.TemporaryDirectory() as home:
    os.chdir(home)
    draw = random.Random(5)
    with open("log.csv", "w", encoding="utf-8") as log:
        for u in range(140):
            for i in range(70):
                if draw.random() < (0.2 if u % 2 == i % 2 else 0.03):
                    log.write(f"u{u},{i},{draw.randint(1, 5)}\n")
    run("prepare --input log.csv --split random:0.1 --out data.h5")
    check_every_border("implicit", (1, 2, 3, 6))
    check_every_border("explicit", (1, 4))
    check_every_border("cg", (2, 3))
    check_every_border("wire", (1, 2))
    check_every_border("bf16", (1, 2))
    check_resolved_items()
    check_serving()
    check_overwrite()
    check_turned()
    check_other_precision()
    check_given_up()
    check_locks()
    check_permissions()
    check_unseen()
    check_damage()
    check_kill()
    check_signals()
    check_refusals()
    os.chdir("/")

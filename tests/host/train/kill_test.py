#!/usr/bin/env python3
"""Kills training runs and goes on with them: kill_test.py ALSTER [KILLS=50]

Each time a rank of a run is killed (SIGKILL) at a random moment, and the run goes on with another number of ranks. A
quarter of the kills wait for a checkpoint in the making, a quarter for the model; the others may come at any time. Every
result must have the bits of the undisturbed run. CTest runs 50; 500 take a quarter of an hour (docs/reliability.md).
Exit code 4: skipped.
"""
import collections
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
except ImportError:
    print("SKIPPED: no h5py (scripts/install_dependencies.sh --tests)")
    sys.exit(4)

SWEEPS = 10
hung = []  # launchers
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n"]
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "OMPI_MCA_btl": "tcp,self", "OMPI_MCA_btl_tcp_if_include": "lo",
                            "OMPI_MCA_odls_base_sigkill_timeout": "0", "OMPI_MCA_mpi_yield_when_idle": "1"}


def command(alster, ranks, run):
    # at every border between half-steps, so that many kills meet a checkpoint in the making
    return MPIRUN + [str(ranks), alster, "train", "--data", "data.h5", "--factors", "24", "--sweeps", str(SWEEPS),
                     "--checkpoint-minutes", "1e-6", "--out", run]


def bits(run):
    with h5py.File(pathlib.Path(run) / "model.h5") as file:
        return {name: file[name][:].tobytes() for name in ("users/factors", "items/factors")}


def ranks_of(launcher):
    """Process ids of the ranks: mpirun's children."""
    found = subprocess.run(["pgrep", "-P", str(launcher.pid), "alster"], capture_output=True, text=True)
    return [int(pid) for pid in found.stdout.split()]


def phase(run):
    """What a run is doing, by the files that it has open."""
    run = pathlib.Path(run)
    if (run / "model.h5").exists():
        return "after the model was there"
    if any(run.glob(".next/model.h5*")):
        return "writing the model"
    if any(run.glob("ckpt/*.tmp")):
        return "writing a checkpoint"
    return "reading or solving"


def wait_for(wanted, launcher, run):
    while launcher.poll() is None and phase(run) != wanted:
        time.sleep(0.0002)
    time.sleep(random.uniform(0, 0.005))


def has_failed(launcher):
    """Waits for the end. mpirun 4.1 can hang in its own last steps (PMIx_server_finalize) when all ranks are gone."""
    try:
        return launcher.wait(timeout=120) != 0
    except subprocess.TimeoutExpired:
        states = [pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] for pid in ranks_of(launcher)]
        launcher.kill()
        launcher.wait()
        if any(state != "Z" for state in states):
            sys.exit(f"FAILED: a rank was still there two minutes after the kill ({states})")
        hung.append(launcher.pid)
        return True


def kill_one(alster, ranks, run, within):
    """Starts a run and kills a rank of it. What the run was doing, or nothing where it was faster; did it go on?"""
    with open("killed.log", "w") as log:
        launcher = subprocess.Popen(command(alster, ranks, run), stdout=log, stderr=log, env=ENVIRONMENT)
        time.sleep(random.uniform(0.2, 1) * within)
        pids = ranks_of(launcher)
        aim = random.choice(["any", "any", "writing a checkpoint", "writing the model"])
        if aim != "any":
            wait_for(aim, launcher, run)
        met = None
        try:
            victim = random.choice(pids)
            os.kill(victim, signal.SIGSTOP)  # so that what is seen is what the kill meets
            met = phase(run)
            os.kill(victim, signal.SIGKILL)
        except (IndexError, ProcessLookupError):  # it was over before
            pass
        failed = has_failed(launcher)
    text = pathlib.Path("killed.log").read_text()
    if failed and not met:
        sys.exit(f"FAILED: a run that nobody killed:\n{text}")
    return met if failed else None, "goes on after" in text


def finish(alster, ranks, run):
    done = subprocess.run(command(alster, ranks, run), capture_output=True, text=True, env=ENVIRONMENT, timeout=120)
    if done.returncode != 0:
        sys.exit(f"FAILED: the run did not go on (exit code {done.returncode}):\n{done.stderr}")
    return "goes on after" in done.stderr


def main():
    alster, kills = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 50
    seed = int(os.environ.get("ALSTER_TEST_SEED", "1"))
    random.seed(seed)
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        prepare = (f"{alster} synth --users 1500 --items 400 --events 30000 --log ratings --out . && "
                   f"{alster} prepare --input events.csv --format csv --header --columns user=0,item=1,value=2,time=3 "
                   "--out data.h5")
        subprocess.run(prepare, shell=True, check=True, stdout=subprocess.DEVNULL)
        begin = time.monotonic()
        finish(alster, 2, "undisturbed")
        took = time.monotonic() - begin
        expected = bits("undisturbed")
        met, resumed, number = collections.Counter(), 0, 0
        while met.total() < kills:
            number += 1
            run = f"run{number}"
            again = True
            while again:  # now and then the same run is killed several times
                killed, went_on = kill_one(alster, random.randint(1, 4), run, took)
                met.update([killed] if killed else [])
                resumed += went_on
                again = killed and random.random() < 0.5
            resumed += finish(alster, random.randint(1, 4), run)
            if bits(run) != expected:
                sys.exit(f"FAILED: {run} has other bits than the undisturbed run (seed {seed})")
            shutil.rmtree(run)
            if number % 50 == 0:
                print(f"{met.total()} kills so far", flush=True)
        during = ", ".join(f"{count} {name}" for name, count in met.most_common())
        print(f"{met.total()} kills ({during}), {number} results with the bits of the undisturbed run; "
              f"{resumed} starts went on from a checkpoint; {len(hung)} times mpirun itself hung after its ranks were gone")
        if resumed == 0 or not met["writing a checkpoint"] or not met["writing the model"]:
            sys.exit("FAILED: no kill met a checkpoint or the model, or no start went on from a checkpoint")


if __name__ == "__main__":
    main()

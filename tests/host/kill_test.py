#!/usr/bin/env python3
"""Kills training runs and goes on with them: kill_test.py ALSTER [KILLS=50]

Each time a rank of a run is killed (SIGKILL) at a random moment - while it reads, solves, writes a checkpoint or the
model - and the run goes on with another number of ranks. Every result must have the bits of the undisturbed run.
Exit code 4: skipped.
"""
import os
import pathlib
import random
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

SWEEPS = 30
MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n"]
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "OMPI_MCA_btl": "tcp,self", "OMPI_MCA_btl_tcp_if_include": "lo",
                            "OMPI_MCA_odls_base_sigkill_timeout": "0"}


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


def kill_one(alster, ranks, run, within):
    """Starts a run and kills a rank of it; False where the run was faster."""
    with open("killed.log", "w") as log:
        launcher = subprocess.Popen(command(alster, ranks, run), stdout=log, stderr=log, env=ENVIRONMENT)
        time.sleep(random.uniform(0.2, 1) * within)
        pids = ranks_of(launcher)
        if pids:
            os.kill(random.choice(pids), signal.SIGKILL)
        return launcher.wait(timeout=60) != 0


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
        done, resumed, number = 0, 0, 0
        while done < kills:
            number += 1
            run = f"run{number}"
            while kill_one(alster, random.randint(1, 4), run, took):
                done += 1
                if random.random() < 0.5:  # now and then the same run is killed several times
                    break
            resumed += finish(alster, random.randint(1, 4), run)
            if bits(run) != expected:
                sys.exit(f"FAILED: {run} has other bits than the undisturbed run (seed {seed})")
        print(f"{done} kills, {number} runs, {resumed} of them went on from a checkpoint at last: the same bits each time")
        if resumed == 0:
            sys.exit("FAILED: no run went on from a checkpoint, so nothing was tested")


if __name__ == "__main__":
    main()

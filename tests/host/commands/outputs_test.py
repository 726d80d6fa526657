#!/usr/bin/env python3
"""Writers of one output, and runs that replace others: outputs_test.py ALSTER KILLING_CALLS_LIBRARY

At any instant a run's directory holds one run: its configuration, its log, its manifest and its model belong together,
wherever a run that replaces it was killed (SIGKILL before every call that changes a name), failed or was interrupted. Two
runs that write to one output do not meet: the second one ends with exit code 73 and names the first.
"""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ALSTER = os.path.abspath(sys.argv.pop(1))
KILLING = os.path.abspath(sys.argv.pop(1))
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                            "OMPI_MCA_btl": "tcp,self", "OMPI_MCA_btl_tcp_if_include": "lo"}
TRAIN = "train --data data.h5 --sweeps 2 --backend cpu --out run"
OLD, NEW = f"{TRAIN} --factors 3", f"{TRAIN} --factors 4 --overwrite"


def alster(arguments, **more):
    return subprocess.run([ALSTER] + arguments.split(), capture_output=True, text=True, timeout=120,
                          env=ENVIRONMENT | more)


def start(arguments):
    return subprocess.Popen([ALSTER] + arguments.split(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                            env=ENVIRONMENT)


def factors_of(run):
    """How many factors the run in this directory has, by each of its files; a set of one where they belong together."""
    run = pathlib.Path(run)
    found = {line.split("=")[1].strip(" \n\"") for line in (run / "config.resolved.toml").read_text().splitlines()
             if line.startswith("factors=")}
    events = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    found |= {str(event["config"]["factors"]) for event in events if event["event"] == "start"}
    found |= {"no end in the log"} if events[-1]["event"] != "end" else set()
    for entry in json.loads((run / "manifest.json").read_text())["files"]:
        if hashlib.sha256((run / entry["file"]).read_bytes()).hexdigest() != entry["sha256"]:
            found.add(f"another {entry['file']} than the manifest's")
    done = alster(f"inspect --json {run}/model.h5")
    return found | ({str(json.loads(done.stdout)["factors"])} if done.returncode == 0 else {done.stderr})


def hidden(run):
    return sorted(name for name in os.listdir(run) if name.startswith(".") or name.endswith(".tmp") or name == "ckpt")


class Outputs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        os.chdir(cls.directory.name)
        for arguments in ("synth --users 60 --items 40 --events 500 --log ratings --out .",
                          "prepare --input events.csv --format csv --header --columns user=0,item=1,value=2,time=3 "
                          "--split random:0.1 --out data.h5", OLD):
            done = alster(arguments)
            assert done.returncode == 0, done.stderr
        shutil.copytree("run", "old")

    @classmethod
    def tearDownClass(cls):
        os.chdir("/")
        cls.directory.cleanup()

    def setUp(self):
        shutil.rmtree("run", ignore_errors=True)
        shutil.copytree("old", "run")

    def test_a_kill_at_any_point_leaves_the_old_run_or_the_new_one(self):
        seen = []
        for number in range(1, 200):
            self.setUp()
            done = alster(NEW, LD_PRELOAD=KILLING, ALSTER_KILL_AT=str(number), ALSTER_KILL_BELOW="run/")
            if done.returncode == 0:
                break
            self.assertEqual(-signal.SIGKILL, done.returncode, done.stderr)
            state = factors_of("run")
            self.assertIn(state, ({"3"}, {"4"}), f"killed before call {number}")
            seen.append(state.pop())
            if number % 4 == 0 or (len(seen) > 1 and seen[-2] != seen[-1]):
                self.assertEqual(0, alster(NEW).returncode)
                self.assertEqual({"4"}, factors_of("run"))
                self.assertEqual([], hidden("run"))
        self.assertEqual({"4"}, factors_of("run"))
        self.assertEqual([], hidden("run"))
        self.assertEqual(["3", "4"], sorted(set(seen)), "no kill came before the change, or none after it")
        self.assertEqual(seen, sorted(seen), "the old run came back")

    def test_a_kill_in_a_new_directory_leaves_no_run_or_a_whole_one(self):
        for number in range(1, 60):
            shutil.rmtree("run")
            done = alster(OLD, LD_PRELOAD=KILLING, ALSTER_KILL_AT=str(number), ALSTER_KILL_BELOW="run/")
            if done.returncode == 0:
                return
            if os.path.exists("run/model.h5"):
                self.assertEqual({"3"}, factors_of("run"))
            os.makedirs("run", exist_ok=True)
        self.fail("it never came to its end")

    def test_a_run_that_fails_leaves_the_old_one_whole(self):
        before = {name: pathlib.Path("run", name).read_bytes() for name in os.listdir("run")}
        pathlib.Path("broken.h5").write_bytes(pathlib.Path("data.h5").read_bytes()[:-5000])
        pathlib.Path("huge.csv").write_text("1,1,3e38\n1,2,2\n2,1,3e38\n")
        self.assertEqual(0, alster("prepare --input huge.csv --format csv --out huge.h5").returncode)
        for arguments, codes in ((f"{TRAIN} --overwrite --factors 4".replace("data.h5", "broken.h5"), [65]),
                                 (f"{TRAIN} --overwrite --factors 4 --alpha 1e12".replace("data.h5", "huge.h5"), [12, 65]),
                                 (f"{TRAIN} --overwrite --factors 2000000", [64]), (f"{TRAIN} --factors 5", [73])):
            done = alster(arguments)
            self.assertIn(done.returncode, codes, f"{arguments}: {done.stderr}")
            self.assertEqual(before, {name: pathlib.Path("run", name).read_bytes() for name in before})
            self.assertEqual({"3"}, factors_of("run"))

    def test_an_interrupted_run_that_replaces_another_is_resumed_by_the_same_command(self):
        stop = f"{NEW} --checkpoint-minutes 1e-6 --stop-after-minutes 1e-9"
        self.assertEqual(75, alster(stop).returncode)
        self.assertEqual({"3"}, factors_of("run"))
        done = alster(NEW)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("goes on after 1 of 4 half-steps", done.stderr)
        self.assertEqual({"4"}, factors_of("run"))
        self.assertEqual([], hidden("run"))
        # so it is where there was no other run
        shutil.rmtree("run")
        self.assertEqual(75, alster(stop).returncode)
        self.assertIn("goes on after 1 of 4 half-steps", alster(NEW).stderr)
        self.assertEqual({"4"}, factors_of("run"))

    def test_another_run_with_overwrite_begins_anew(self):
        self.assertEqual(75, alster(f"{NEW} --checkpoint-minutes 1e-6 --stop-after-minutes 1e-9").returncode)
        done = alster(f"{TRAIN} --factors 5 --overwrite")
        self.assertNotIn("goes on", done.stderr)
        self.assertEqual({"5"}, factors_of("run"))

    def test_a_broken_manifest_is_written_again(self):
        pathlib.Path("run/manifest.json").write_text("")
        self.assertIn("finished already", alster(OLD).stdout)
        self.assertEqual({"3"}, factors_of("run"))

    def test_a_page_replaces_no_file_of_a_run_nor_its_dataset(self):
        files = ["data.h5", "run/model.h5", "run/metrics.jsonl", "run/config.resolved.toml", "run/manifest.json"]
        before = {name: pathlib.Path(name).read_bytes() for name in files}
        shutil.rmtree("sweep", ignore_errors=True)
        os.makedirs("sweep")
        shutil.copytree("run", "sweep/a")
        for name in files:
            for command in ("report run --out", "report run --log-only --out", "sweep-report sweep --html"):
                other = name.replace("run/", "sweep/a/") if command.startswith("sweep") else name
                done = alster(f"{command} {other}")
                self.assertEqual(64, done.returncode, f"{command} {other}: {done.stderr}")
                self.assertIn("is an input", done.stderr)
        self.assertEqual(64, alster("recommend --model run --data data.h5 --all --out run/metrics.jsonl").returncode)
        self.assertEqual(before, {name: pathlib.Path(name).read_bytes() for name in files})
        self.assertEqual(0, alster("report run --log-only").returncode)
        self.assertEqual(0, alster("report run --log-only --out run/report.html").returncode)
        self.assertEqual(0, alster("sweep-report sweep --html sweep/page.html").returncode)
        self.assertEqual(0, alster("sweep-report sweep --html sweep/page.html").returncode)

    def test_the_second_of_two_writers_ends_with_73(self):
        alster("synth --users 2000 --items 900 --events 300000 --log ratings --out large")
        read = "--input large/events.csv --format csv --header --columns user=0,item=1,value=2,time=3"
        alster(f"prepare {read} --out large.h5")
        alster("train --data large.h5 --factors 64 --sweeps 1 --backend cpu --out model")
        writers = {"run/.lock": (TRAIN.replace("data.h5", "large.h5").replace("sweeps 2", "sweeps 60") + " --factors 64 --overwrite", TRAIN + " --overwrite"),
                   ".d.h5.lock": (f"prepare {read} --out d.h5", f"prepare {read} --out d.h5"),
                   ".l.jsonl.lock": ("recommend --model model/model.h5 --data large.h5 --all --k 800 --out l.jsonl",) * 2}
        for lock, (first, second) in writers.items():
            with self.subTest(lock):
                running = start(first)
                # its text is written when the lock is held
                while not (os.path.exists(lock) and os.path.getsize(lock) > 0) and running.poll() is None:
                    time.sleep(0.001)
                os.kill(running.pid, signal.SIGSTOP)
                self.assertTrue(os.path.exists(lock))
                done = alster(second)
                os.kill(running.pid, signal.SIGCONT)
                self.assertEqual(73, done.returncode, done.stderr)
                self.assertIn(f"pid {running.pid}) writes here", done.stderr)
                running.kill()  # leaves its lock behind, which blocks nobody
                running.wait()
                done = alster(second)
                self.assertEqual(0, done.returncode, done.stderr)
                self.assertFalse(os.path.exists(lock))
        self.assertEqual(2000, len(pathlib.Path("l.jsonl").read_text().splitlines()))
        self.assertEqual([], [name for name in os.listdir(".") if name.endswith(".tmp")])

    def test_ranks_join_their_lists_in_order(self):
        run = "recommend --model old/model.h5 --data data.h5 --all --k 5 --out"
        self.assertEqual(0, alster(f"{run} one.jsonl").returncode)
        done = subprocess.run(["mpirun", "--oversubscribe", "--bind-to", "none", "-n", "3", ALSTER] + f"{run} three.jsonl".split(),
                              env=ENVIRONMENT, capture_output=True, text=True, timeout=60)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(pathlib.Path("one.jsonl").read_bytes(), pathlib.Path("three.jsonl").read_bytes())
        self.assertEqual([], [name for name in os.listdir(".") if ".tmp" in name or ".lock" in name])


if __name__ == "__main__":
    unittest.main()

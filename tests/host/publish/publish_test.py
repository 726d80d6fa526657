"""alster gate and alster publish: what is let through, and that an alias leads to the old or to the new target wherever
a publisher is killed (SIGKILL before every call that changes a name). publish_test.py ALSTER KILLING_CALLS_LIBRARY"""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

ALSTER = os.path.abspath(sys.argv.pop(1))
KILLING = os.path.abspath(sys.argv.pop(1))
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def alster(arguments, **more):
    return subprocess.run([ALSTER] + arguments.split(), capture_output=True, text=True, timeout=120, env=ENVIRONMENT | more)


class Publishing(unittest.TestCase):
    """In a directory of its own: data.h5, a good and a bad run, and a bad list file."""
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        os.chdir(cls.directory.name)
        with open("log.csv", "w") as log:
            draw = random.Random(3).randrange
            for n in range(6000):
                user = draw(300)
                item = draw(30) * 5 + user % 5 if draw(10) else draw(150)
                log.write(f"u{user},i{item},1,{n + 1}\n")
        for command in ("prepare --input log.csv --columns user=0,item=1,value=2,time=3 --split time:0.3 --out data.h5",
                        "train --data data.h5 --factors 8 --sweeps 4 --out good",
                        "train --data data.h5 --factors 1 --sweeps 1 --reg 1000 --out bad",
                        "recommend --model bad/model.h5 --data data.h5 --all --k 10 --allow-held-out --out bad.lists.h5"):
            done = alster(command)
            assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        os.chdir("/")
        cls.directory.cleanup()

    def gate(self, arguments, code, verdict="verdict.json"):
        done = alster(f"gate {arguments} --data data.h5 --verdict {verdict}")
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(done.stderr.count("\n"), int(code != 0), done.stderr)
        return json.loads(pathlib.Path(verdict).read_text())

    def refused(self, arguments, code, text):
        done = alster(arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(text, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def audit(self, text):
        pathlib.Path("audit.json").write_text(text)
        return "--audit audit.json"

    def test_what_is_worse_ends_with_11_and_what_breaks_a_rule_with_10(self):
        verdict = self.gate("good --former bad", 0)
        self.assertTrue(verdict["passed"])
        self.assertEqual([check["name"] for check in verdict["checks"]], ["against popularity", "against bad"])
        self.assertFalse(self.gate("bad --former good", 11)["passed"])
        self.gate("bad.lists.h5 --former good", 11)
        self.gate("good --former bad.lists.h5", 0)
        self.gate("good --former good --every-slice", 0)
        self.gate("good " + self.audit('{"passed": true}'), 0)
        self.gate("good " + self.audit('{"passed": false, "violations": 3}'), 10)
        self.gate("good " + self.audit('{"passed": true, "violations": 5}'), 10)
        self.gate("bad --former good " + self.audit('{"passed": false}'), 10)
        for text in ("[]", "{}", '{"passed": "yes"}', "nonsense"):
            self.refused("gate good --data data.h5 --verdict v.json " + self.audit(text), 65, "audit.json")

    def test_ranks_agree_on_the_verdict(self):
        alone = alster("gate bad --former good --data data.h5 --verdict one.json").stdout
        done = subprocess.run(["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "2", ALSTER, "gate", "bad",
                               "--former", "good", "--data", "data.h5", "--verdict", "two.json"], capture_output=True,
                              text=True, env=ENVIRONMENT)
        self.assertEqual(done.returncode, 11, done.stderr)
        self.assertEqual(done.stdout, alone)

    def test_nothing_is_published_without_a_verdict_that_is_about_it(self):
        self.gate("good", 0, "good.json")
        self.gate("bad --former good", 11, "bad.json")
        self.refused("publish bad --as now --verdict bad.json", 11, "worse")
        self.refused("publish bad --as now --verdict good.json", 65, "the verdict is about good")
        self.refused("publish good --as now", 64, "--verdict")
        self.refused("publish good --as now --verdict missing.json", 65, "missing.json")
        self.refused("publish nothing --as now --verdict good.json", 65, "nothing")
        self.refused("publish good --as data.h5 --verdict good.json", 73, "no symbolic link")
        self.refused("publish --rollback --as never", 65, "nothing to roll back")
        text = pathlib.Path("good.json").read_text()
        for damaged in (text.replace('"passed": true', '"passed": false', 1), text[:-30], "{}", text.replace("sha256", "sha")):
            pathlib.Path("damaged.json").write_text(damaged)
            self.refused("publish good --as now --verdict damaged.json", 65, "damaged.json")
        shutil.copytree("good", "changed")
        self.gate("changed", 0, "changed.json")
        with open("changed/model.h5", "r+b") as model:
            model.seek(-1, os.SEEK_END)
            model.write(b"x")
        self.refused("publish changed --as now --verdict changed.json", 65, "has changed")
        self.assertFalse(os.path.lexists("now"))

    def test_an_alias_moves_and_can_be_rolled_back(self):
        for name in ("one", "two"):
            shutil.copytree("good", f"kept/{name}")
            self.gate(f"kept/{name}", 0, f"{name}.json")
        publish = lambda name: alster(f"publish kept/{name} --as kept/live --verdict {name}.json")
        self.assertEqual(publish("one").returncode, 0)
        self.assertEqual(os.readlink("kept/live"), "one")  # relative: the directory may move as a whole
        self.assertIn("as before", publish("one").stdout)
        self.assertEqual(publish("two").returncode, 0)
        self.assertEqual(os.readlink("kept/live.previous"), "one")
        for expected in ("one", "two"):
            self.assertEqual(alster("publish --rollback --as kept/live").returncode, 0)
            self.assertEqual(os.readlink("kept/live"), expected)
        shutil.rmtree("kept/one")
        self.refused("publish --rollback --as kept/live", 65, "is gone")

    def killed_everywhere(self, command):
        """Runs the command once for each call that changes a name, killed before it, each time from the same state."""
        at, killed = 1, True
        while killed:
            shutil.rmtree("point", ignore_errors=True)
            os.mkdir("point")
            for name, target in {"live": "../old", "live.previous": "../older"}.items():
                os.symlink(target, f"point/{name}")
            done = alster(command, LD_PRELOAD=KILLING, ALSTER_KILL_AT=str(at), ALSTER_KILL_BELOW="point")
            killed = done.returncode == -9
            yield at, killed
            at += 1

    def test_a_kill_at_any_point_leaves_the_old_or_the_new(self):
        for name in ("old", "older"):
            shutil.copytree("good", name)
        self.gate("good", 0, "point.json")
        points = 0
        for command, now in {"publish good --as point/live --verdict point.json": "../good",
                             "publish --rollback --as point/live": "../older"}.items():
            for at, killed in self.killed_everywhere(command):
                points += killed
                self.assertIn(os.readlink("point/live"), ("../old", now), at)
                self.assertTrue(os.path.exists("point/live/model.h5"), at)
                self.assertIn(os.readlink("point/live.previous"), ("../old", "../older"), at)
                done = alster(command)  # what was cut off is done, or ended
                self.assertIn(done.returncode, (0, 65), done.stderr)
                if "publish good" in command:
                    self.assertEqual((done.returncode, os.readlink("point/live")), (0, now), at)
                if done.returncode == 0:
                    self.assertFalse([name for name in os.listdir("point") if name.endswith((".tmp", ".lock"))],
                                     at)
        self.assertGreaterEqual(points, 12)

    def test_a_reader_never_misses_the_alias(self):
        for name in ("left", "right"):
            shutil.copytree("good", name)
            self.gate(name, 0, f"{name}.json")
        self.assertEqual(alster("publish left --as shown --verdict left.json").returncode, 0)
        seen, stop, failures = set(), threading.Event(), []

        def read():
            while not stop.is_set() and not failures:
                try:
                    seen.add(os.readlink("shown"))
                    os.stat("shown/model.h5")
                except OSError as error:
                    failures.append(error)
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        try:
            for n in range(50):
                name = ("right", "left")[n % 2]
                done = alster(f"publish {name} --as shown --verdict {name}.json")
                self.assertEqual(done.returncode, 0, done.stderr)
        finally:
            stop.set()
            reader.join()
        self.assertEqual((seen, failures), ({"left", "right"}, []))


if __name__ == "__main__":
    unittest.main()

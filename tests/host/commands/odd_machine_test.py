"""Machines with little: small stacks, little address space, pipes in place of files: odd_machine_test.py ALSTER."""
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import unittest

ALSTER = sys.argv.pop(1)


def run(arguments, limits=(), seconds=120):
    """(exit code, standard error); a negative code is a signal."""
    def limit():
        for which, size in limits:
            resource.setrlimit(which, (size, size))
    done = subprocess.run([ALSTER, *arguments], preexec_fn=limit, capture_output=True, text=True, timeout=seconds)
    return done.returncode, done.stderr


class OddMachine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory()
        cls.data = cls.path("data.h5")
        chance = random.Random(1)
        with open(cls.path("log.csv"), "w") as log:
            for user in range(25):
                for item in chance.sample(range(20), 6):
                    log.write(f"{user},{item}\n")
        assert run(["prepare", "--input", cls.path("log.csv"), "--split", "last:1", "--out", cls.data])[0] == 0
        model = ["--factors", "8", "--backend", "cpu", "--sweeps", "1"]
        assert run(["train", "--data", cls.data, "--out", cls.path("served"), *model])[0] == 0
        cls.model = cls.path("served/model.h5")

    @classmethod
    def tearDownClass(cls):
        cls.kept.cleanup()

    @classmethod
    def path(cls, name):
        return os.path.join(cls.kept.name, name)

    def train(self, out, *more, **how):
        return run(["train", "--data", self.data, "--backend", "cpu", "--threads", "2", "--sweeps", "1", "--out",
                    self.path(out), *more], **how)

    def test_every_thread_does_with_a_small_stack(self):
        small = [(resource.RLIMIT_STACK, 256 << 10)]
        for more in (["--factors", "512"], ["--factors", "512", "--cg-steps", "2"],
                     ["--factors", "200", "--objective", "explicit"]):
            code, err = self.train("stack", "--overwrite", *more, limits=small)
            self.assertEqual(0, code, err)
        model = self.path("stack/model.h5")
        for command in (["evaluate", "--model", model, "--data", self.data],
                        ["recommend", "--model", model, "--data", self.data, "--user", "3"],
                        ["similar", "--model", model, "--item", "3"], ["inspect", model]):
            code, err = run(command, limits=small)
            self.assertEqual(0, code, err)

    def commands(self):
        served = ["--model", self.model, "--data", self.data, "--threads", "4"]
        return (["--version"], ["inspect", self.model], ["plan", "--data", self.data, "--factors", "8"],
                ["prepare", "--input", self.path("log.csv"), "--out", self.path("again.h5")],
                ["synth", "--users", "10", "--items", "10", "--events", "20", "--out", self.path("made")],
                ["train", "--data", self.data, "--factors", "8", "--sweeps", "1", "--threads", "4", "--overwrite",
                 "--out", self.path("small")],
                ["evaluate", *served], ["recommend", *served, "--user", "3"],
                ["recommend", *served, "--all", "--out", self.path("lists.h5")], ["similar", *served, "--item", "3"])

    def test_little_address_space_is_a_line_and_13(self):
        refused = set()
        for mebibytes in (150, 170, 200, 250, 300, 400):
            for command in self.commands():
                limit = [(resource.RLIMIT_AS, mebibytes << 20)]
                code, err = run(command, limits=limit, seconds=60)
                self.assertIn(code, (0, 13), (mebibytes, command, err))
                if code == 0:
                    continue
                refused.add(command[0])
                self.assertTrue(err.splitlines()[-1].startswith("alster: "), (mebibytes, command, err))
                self.assertEqual(1, err.count("alster: "), (mebibytes, command, err))
        self.assertIn("train", refused)  # else no limit of these is small

    def test_with_little_address_space_it_still_obeys_term(self):
        for mebibytes in (150, 400):
            def limit():
                resource.setrlimit(resource.RLIMIT_AS, (mebibytes << 20, mebibytes << 20))
            running = subprocess.Popen([ALSTER, "train", "--data", self.data, "--factors", "8", "--sweeps", "100000",
                                        "--out", self.path(f"term{mebibytes}")], preexec_fn=limit,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                running.wait(5)
            except subprocess.TimeoutExpired:
                running.send_signal(signal.SIGTERM)
            self.assertIn(running.wait(60), (13, 75))

    def test_a_long_list_is_as_long_as_the_catalogue(self):
        for command in (["recommend", "--all"], ["similar", "--all"], ["recommend", "--user", "3"],
                        ["similar", "--item", "3"]):
            out = self.path("long.h5") if "--all" in command else self.path("long.jsonl")
            code, err = run([*command, "--model", self.model, "--data", self.data, "--k", "65535", "--out", out])
            self.assertEqual(0, code, err)
            self.assertLess(os.path.getsize(out), 1_000_000)
            if "--all" not in command:
                with open(out) as lines:
                    self.assertEqual(20, json.loads(lines.read())["k"])
            else:
                shown = subprocess.run([ALSTER, "inspect", "--json", out], capture_output=True, text=True)
                self.assertEqual(0, shown.returncode, shown.stderr)
                self.assertEqual((20, 20), tuple(json.loads(shown.stdout)[key] for key in ("k", "items")))

    def test_a_pipe_is_no_file_of_alster(self):
        pipe = self.path("pipe")
        os.mkfifo(pipe)
        for command in (["train", "--data", pipe, "--out", self.path("pipe-run")], ["inspect", pipe],
                        ["recommend", "--model", pipe, "--data", self.data, "--user", "3"],
                        ["recommend", "--model", "/dev/zero", "--data", self.data, "--user", "3"]):
            code, err = run(command, seconds=30)
            self.assertEqual(65, code, err)
            self.assertIn("an ordinary file is needed", err)


if __name__ == "__main__":
    unittest.main(verbosity=1)

"""Machines with little: small stacks, pipes in place of files: odd_machine_test.py ALSTER."""
import os
import random
import resource
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

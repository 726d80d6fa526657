"""Ids, titles and paths that hold terminal codes are shown, not obeyed: shown_text_test.py ALSTER."""
import os
import subprocess
import sys
import tempfile
import unicodedata
import unittest

ALSTER = sys.argv.pop(1)
CODES = "\x1b]0;owned\x07\x1b[2J\x08\u009b31m\u202egpj.exe\u2066\u2028\u200f"
SHOWN = r"\x1b]0;owned\x07\x1b[2J\x08\u009b31m\u202egpj.exe\u2066\u2028\u200f"


def run(*arguments):
    done = subprocess.run([ALSTER, *arguments], capture_output=True, timeout=120)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8")


class ShownText(unittest.TestCase):
    def setUp(self):
        self.kept = tempfile.TemporaryDirectory()
        self.data, self.run = self.path("data.h5"), self.path("run" + CODES)
        with open(self.path("log.csv"), "w") as log:
            for user in range(12):
                for item in range(8):
                    if (user + item) % 3:
                        log.write(f"u{CODES}{user},i{CODES}{item}\n")
        with open(self.path("items.csv"), "w") as items:
            items.write("id,title\n")
            for item in range(8):
                items.write(f"i{CODES}{item},Amélie {CODES} {item}\n")
        code, text = run("prepare", "--input", self.path("log.csv"), "--separator", ",", "--items",
                         self.path("items.csv"), "--out", self.data)
        self.assertEqual(0, code, text)
        code, text = run("train", "--data", self.data, "--factors", "4", "--sweeps", "1", "--out", self.run)
        self.assertEqual(0, code, text)
        self.assert_shown(text)
        self.model = os.path.join(self.run, "model.h5")

    def tearDown(self):
        self.kept.cleanup()

    def path(self, name):
        return os.path.join(self.kept.name, name)

    def assert_shown(self, text):
        obeyed = [c for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]
        self.assertEqual([], obeyed, text)

    def test_no_command_prints_what_a_terminal_obeys(self):
        user, item = f"u{CODES}3", f"i{CODES}2"
        shown = {"recommend": (["--model", self.model, "--data", self.data, "--user", user], "Amélie " + SHOWN),
                 "similar": (["--model", self.model, "--data", self.data, "--item", item], f"item i{SHOWN}2"),
                 "inspect": ([self.model], SHOWN),
                 "evaluate": (["--model", self.model, "--data", self.data], "")}
        for command, (arguments, part) in shown.items():
            with self.subTest(command):
                code, text = run(command, *arguments)
                self.assert_shown(text)
                self.assertIn(part, text)
        code, text = run("recommend", "--model", self.model, "--data", self.data, "--user", "x" + CODES)
        self.assert_shown(text)
        code, text = run("inspect", self.path("none" + CODES))
        self.assertEqual(65, code)
        self.assertIn("none" + SHOWN, text)
        self.assert_shown(text)


if __name__ == "__main__":
    unittest.main(verbosity=1)

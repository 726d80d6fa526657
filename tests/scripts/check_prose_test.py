"""The prose check finds what it is for, and leaves code and tables alone."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "check_prose.py"


def check(text):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "page.md"
        path.write_text(text, encoding="utf-8")
        result = subprocess.run([sys.executable, SCRIPT, path], capture_output=True, text=True, check=False)
        return result.returncode, result.stdout


class CheckProse(unittest.TestCase):
    def assert_warned(self, text, warning):
        code, output = check(text)
        self.assertEqual(1, code, output)
        self.assertIn(warning, output)

    def assert_accepted(self, text):
        code, output = check(text)
        self.assertEqual(0, code, output)

    def test_lines(self):
        self.assert_warned("# A\n\n" + "ab " * 41 + "\n", "page.md:3: 122 columns")
        self.assert_accepted("ab " * 39 + "ab.\n")
        self.assert_accepted("| " + "ab " * 60 + "|\n\n    " + "ab " * 60 + "\n\n```\n" + "ab " * 60 + "\n```\n")

    def test_sentences(self):
        self.assert_warned("\n".join(["one two three four five"] * 9) + ".\n", "a sentence of 45 words")
        self.assert_accepted("\n".join(["One two three four five."] * 9) + "\n")
        self.assert_accepted("`" + "a " * 50 + "`\n")

    def test_paragraphs(self):
        self.assert_warned("\n".join(["One two three four five."] * 17) + "\n", "a paragraph of 85 words")
        self.assert_accepted("\n".join(["One two three four five."] * 9 + [""] + ["One two three four."] * 9) + "\n")
        self.assert_accepted("\n".join(["- One two three four five."] * 17) + "\n")

    def test_words(self):
        self.assert_warned("The row is told to all.\n", '"told to all": broadcast')
        self.assert_accepted("Recommended amendments.\n")


if __name__ == "__main__":
    unittest.main()

"""The wheel, and the walk through the package as docs/python.md prints it."""
import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import unittest
import zipfile

from support import SOURCE, alster

BUILD = "from setuptools import build_meta; build_meta.build_wheel('wheel')"


class Package(unittest.TestCase):
    def test_a_wheel_of_pure_python_works(self):
        try:
            import setuptools  # noqa: F401
            import wheel       # noqa: F401
        except ImportError as missing:
            self.skipTest(str(missing))
        shutil.copytree(os.path.join(SOURCE, "python"), "package", ignore=shutil.ignore_patterns("build", "*.egg-info"))
        subprocess.run([sys.executable, "-c", BUILD], cwd="package", check=True, capture_output=True)
        (name,) = os.listdir("package/wheel")
        self.assertRegex(name, r"^alster-[0-9.]+-py3-none-any\.whl$")
        with zipfile.ZipFile(f"package/wheel/{name}") as made:
            self.assertIn("alster/py.typed", made.namelist())
            made.extractall("installed")
        told = subprocess.run([sys.executable, "-c", "import alster; print(alster.__file__, alster.__version__)"],
                              env={**os.environ, "PYTHONPATH": os.path.abspath("installed")}, check=True,
                              capture_output=True, text=True).stdout.split()
        self.assertEqual(told, [os.path.abspath("installed/alster/__init__.py"), name.split("-")[1]])

    def test_the_version_is_that_of_the_program(self):
        import alster as package
        self.assertEqual(alster("--version").split()[1], package.__version__)


class Walk(unittest.TestCase):
    def test_docs_python_md_runs_as_printed(self):
        """Its commands make the files, its Python prints what stands behind the code."""
        with open(os.path.join(SOURCE, "docs", "python.md"), encoding="utf-8") as text:
            blocks = re.findall(r"^```(bash|python|text)\n(.*?)^```$", text.read(), re.MULTILINE | re.DOTALL)
        self.assertGreater([kind for kind, _ in blocks].count("python"), 6)
        os.mkdir("walk")
        os.chdir("walk")
        self.addCleanup(os.chdir, "..")
        names, printed = {}, ""
        for kind, block in blocks:
            if kind == "bash":
                for line in block.splitlines():
                    if line.startswith("alster "):
                        alster(line[len("alster "):])
            elif kind == "python":
                with contextlib.redirect_stdout(io.StringIO()) as shown:
                    exec(compile(block, "docs/python.md", "exec"), names)
                printed = shown.getvalue()
            else:
                self.assertEqual(printed, block)

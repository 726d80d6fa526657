"""Runs the tests of the package against files that alster makes: run.py ALSTER SOURCE. Exit code 4: skipped."""
import os
import sys
import tempfile
import unittest

alster, source = (os.path.abspath(path) for path in sys.argv[1:3])
try:
    import h5py    # noqa: F401
    import numpy   # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(source, "python"), here]
os.environ.update(ALSTER=alster, ALSTER_SOURCE=source, OMP_NUM_THREADS="1")
with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    found = unittest.defaultTestLoader.discover(here)
    result = unittest.TextTestRunner(verbosity=2).run(found)
    os.chdir("/")
sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 else 1)

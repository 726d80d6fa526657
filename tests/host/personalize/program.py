"""Runs the program that the tests beside this file are given as their first argument."""
import os
import subprocess
import sys

ALSTER = os.path.abspath(sys.argv[1])
RANKS = "mpirun --allow-run-as-root --oversubscribe --bind-to none -n {} {}"


def alster(arguments, ranks=1, code=0, threads=2):
    """What came of it; the exit code must be `code`."""
    command = [ALSTER] if ranks == 1 else RANKS.format(ranks, ALSTER).split()
    done = subprocess.run(command + arguments.split(), capture_output=True, text=True,
                          env={**os.environ, "OMP_NUM_THREADS": str(threads)})
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done

"""How MPI starts, or is not needed: start_test.py ALSTER DISTURBED_START

A process that no launcher started does without MPI, and then needs nothing around it. Under a launcher a rank that is
lost on the way ends the job with 75, a start that fails with 69.
"""
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import unittest

ALSTER, DISTURBED = (os.path.abspath(path) for path in (sys.argv.pop(1), sys.argv.pop(1)))
MPIRUN = "mpirun --allow-run-as-root --oversubscribe --bind-to none -n".split()
# this test itself may run below a launcher
PLAIN = {key: value for key, value in os.environ.items() if not key.startswith(("OMPI_", "PMI", "SLURM_", "ALSTER_"))}
PLAIN["OMP_NUM_THREADS"] = "1"


def run(command, code=0, env=None, **how):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=PLAIN if env is None else env, **how)
    assert done.returncode == code, (command, done.returncode, done.stdout, done.stderr)
    return done


def disturbed(what, rank="0", **more):
    return {**PLAIN, "LD_PRELOAD": DISTURBED, "ALSTER_TEST_START": what, "ALSTER_TEST_RANK": rank, **more}


def said(done):
    """The lines of alster among those of the launcher."""
    return [line for line in done.stderr.splitlines() if line.startswith("alster: ")]


def setUpModule():
    global directory
    directory = tempfile.TemporaryDirectory()
    os.chdir(directory.name)
    chance = random.Random(1)
    with open("log.csv", "w") as log:
        for user in range(40):
            for item in chance.sample(range(25), 7):
                log.write(f"{user},{item}\n")
    run([ALSTER, "prepare", "--input", "log.csv", "--out", "data.h5"])
    run([ALSTER, *train("run")])


def tearDownModule():
    os.chdir("/")
    directory.cleanup()


def train(out, sweeps=2):
    return ["train", "--data", "data.h5", "--factors", "4", "--sweeps", str(sweeps), "--backend", "cpu", "--threads", "1",
            "--out", out]


RECOMMEND = ["recommend", "--model", "run/model.h5", "--data", "data.h5", "--user", "3", "--backend", "cpu"]


class Alone(unittest.TestCase):
    def test_mpi_is_not_started(self):
        run([ALSTER, *RECOMMEND], env=disturbed("exits", rank=""))
        run([ALSTER, *RECOMMEND], code=69, env=disturbed("exits", rank="", ALSTER_MPI="1"))

    def test_nothing_is_needed_around_it(self):
        run([ALSTER, *train("bare")], env={})

        def few_files():
            resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))
        run([ALSTER, *train("few-files")], preexec_fn=few_files)

    def test_no_process_is_started_and_nothing_is_left_in_tmpdir(self):
        os.mkdir("temporary")
        command = [ALSTER, *train("killed", 100_000)]
        running = subprocess.Popen(command, env={**PLAIN, "TMPDIR": os.path.abspath("temporary")},
                                   stderr=subprocess.PIPE, text=True)
        try:
            self.assertTrue(any(line.startswith("sweep") for line in running.stderr))
            self.assertIsNone(running.poll())
            with open(f"/proc/{running.pid}/task/{running.pid}/children") as children:
                self.assertEqual("", children.read())
        finally:
            running.kill()
            running.wait()
            running.stderr.close()
        self.assertEqual([], os.listdir("temporary"))

    def test_what_comes_out_is_what_one_and_two_ranks_make(self):
        shown = run([ALSTER, *RECOMMEND, "--json"]).stdout
        run([ALSTER, *train("alone")])
        for side, name in (("recommend", "lists"), ("similar", "items")):
            for form in ("h5", "jsonl"):
                made = []
                for launcher in ([], [*MPIRUN, "1"], [*MPIRUN, "2"]):
                    out = f"{name}{len(launcher) and launcher[-1]}.{form}"
                    run([*launcher, ALSTER, side, "--model", "run/model.h5", "--data", "data.h5", "--all", "--out", out])
                    checked = run([ALSTER, "inspect", out]).stdout if form == "h5" else ""
                    with open(out, "rb") as file:
                        content = file.read() if form == "jsonl" else checked.replace(out, "")
                    made.append(content)
                self.assertEqual(made[0], made[1])
                self.assertEqual(made[0], made[2])
        self.assertEqual(shown, run([*MPIRUN, "1", ALSTER, *RECOMMEND, "--json"]).stdout)
        self.assertIn('"user":"3"', shown)


class Launched(unittest.TestCase):
    def lost(self, command, env):
        """Two ranks of which one never comes: (exit code, what alster says)."""
        begun = time.monotonic()
        done = run([*MPIRUN, "2", *command], code=75, env={**env, "ALSTER_MPI_START_SECONDS": "4"})
        self.assertLess(time.monotonic() - begun, 60)
        lines = said(done)
        self.assertEqual(1, len(lines), done.stderr)
        self.assertIn("MPI did not start within 4 s", lines[0])
        self.assertIn("run the same command again", lines[0])
        return lines[0]

    def test_a_rank_that_never_calls_mpi_is_waited_for_a_while(self):
        for absent in ("0", "1"):
            script = f'if [ "$OMPI_COMM_WORLD_RANK" = {absent} ]; then exec sleep 100; fi; exec "$@"'
            line = self.lost(["bash", "-c", script, "bash", ALSTER, *train("lost")], PLAIN)
            self.assertIn(f"(rank {1 - int(absent)})", line)

    def test_a_rank_that_hangs_in_its_start_is_waited_for_a_while(self):
        for what in ("waits", "waits after it"):
            self.lost([ALSTER, *train("lost")], disturbed(what, rank="1"))

    def test_a_rank_that_is_killed_in_its_start_ends_the_job(self):
        begun = time.monotonic()
        run([*MPIRUN, "2", ALSTER, *train("lost")], code=137, env=disturbed("is killed", rank="1"))
        self.assertLess(time.monotonic() - begun, 60)

    def test_a_start_that_fails_is_unavailable(self):
        done = run([*MPIRUN, "2", ALSTER, *train("lost")], code=69, env=disturbed("exits", rank="1"))
        self.assertEqual(1, len(said(done)), done.stderr)
        self.assertIn("MPI could not start", said(done)[0])

    def test_the_rank_that_fails_says_so(self):
        for what in ("fails", "fails after it"):
            done = run([*MPIRUN, "2", ALSTER, *train("lost")], code=69, env=disturbed(what, rank="1"))
            self.assertEqual(1, len(said(done)), done.stderr)
            self.assertIn("(rank 1 on ", said(done)[0])
            self.assertIn("MPI", said(done)[0])
            self.assertNotIn("MPI could not start", said(done)[0])

    def test_a_slow_start_is_no_lost_one(self):
        script = 'if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then sleep 2; fi; exec "$@"'
        run([*MPIRUN, "2", "bash", "-c", script, "bash", ALSTER, *train("slow")],
            env={**PLAIN, "ALSTER_MPI_START_SECONDS": "60"})

    def test_the_limit_is_a_number_of_seconds(self):
        for text in ("", "0", "-3", "1.5", "ten", "100000"):
            done = run([*MPIRUN, "1", ALSTER, *train("never")], code=64,
                       env={**PLAIN, "ALSTER_MPI_START_SECONDS": text})
            self.assertIn("a number of seconds from 1 to 86400", said(done)[0])


if __name__ == "__main__":
    unittest.main(verbosity=1)

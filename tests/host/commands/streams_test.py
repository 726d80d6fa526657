#!/usr/bin/env python3
"""Standard streams that cannot be written: streams_test.py ALSTER

A result that cannot be written to standard output is exit code 74, in every command. Standard error that cannot be
written changes nothing: the command's own result and exit code stay, on one rank and on several, and nothing hangs.
"""
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import unittest

ALSTER = os.path.abspath(sys.argv.pop(1))
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                            "OMPI_MCA_btl": "tcp,self", "OMPI_MCA_btl_tcp_if_include": "lo"}
TRAIN = "train --data data.h5 --factors 4 --sweeps 2 --backend cpu"
RESULTS = ["--help", "--version", "train --help", "inspect model.h5", "inspect --json data.h5",
           "recommend --model model.h5 --data data.h5 --user 5", "recommend --json --model model.h5 --data data.h5 --user 5",
           "recommend --model model.h5 --data data.h5 --user 5 --out lists.jsonl", "similar --model model.h5 --item 5 --json",
           "evaluate --model model.h5 --data data.h5", "evaluate --json --model model.h5 --data data.h5",
           "plan --data data.h5 --factors 4", "sweep sweep.toml", "sweep sweep.toml --json", "sweep sweep.toml --array",
           "prepare --input events.csv --format csv --header --columns user=0,item=1,value=2,time=3 --out again.h5",
           "synth --users 10 --items 10 --events 20 --out made", f"{TRAIN} --overwrite --out run"]


def shell(line, **more):
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, env=ENVIRONMENT, timeout=60, **more)


def alster(arguments, redirection="", **more):
    return shell(f"exec {ALSTER} {arguments} {redirection}", **more)


def setUpModule():
    global directory
    directory = tempfile.TemporaryDirectory()
    os.chdir(directory.name)
    for arguments in ("synth --users 60 --items 40 --events 500 --log ratings --out .",
                      "prepare --input events.csv --format csv --header --columns user=0,item=1,value=2,time=3 "
                      "--split random:0.1 --out data.h5", f"{TRAIN} --out run"):
        done = alster(arguments)
        assert done.returncode == 0, done.stderr
    os.rename("run/model.h5", "model.h5")
    pathlib.Path("sweep.toml").write_text("[grid]\nfactors = [2, 4]\n")


def tearDownModule():
    os.chdir("/")
    directory.cleanup()


class StandardOutput(unittest.TestCase):
    def test_a_result_that_cannot_be_written_is_74_in_every_command(self):
        for arguments in RESULTS:
            done = alster(arguments, ">/dev/full")
            self.assertEqual(74, done.returncode, f"{arguments}: {done.stderr}")
            self.assertEqual(1, done.stderr.count("alster: standard output cannot be written: No space left"), done.stderr)

    def test_so_it_is_where_the_stream_is_closed(self):
        for arguments in ("--help", "inspect --json data.h5"):
            done = alster(arguments, ">&-")
            self.assertEqual((74, 1), (done.returncode, done.stderr.count("Bad file descriptor")), done.stderr)

    def test_a_reader_that_goes_away_is_an_error_and_no_signal(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([ALSTER, "inspect", "data.h5"], stdout=writer, stderr=subprocess.PIPE, text=True,
                              env=ENVIRONMENT, timeout=60)
        os.close(writer)
        self.assertEqual(74, done.returncode)
        self.assertIn("standard output cannot be written: Broken pipe", done.stderr)

    def test_a_limit_on_file_sizes_is_an_error_and_no_signal(self):
        def limited(limit):
            return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        with open("out.txt", "w") as out:
            done = subprocess.run([ALSTER, "inspect", "data.h5"], stdout=out, stderr=subprocess.PIPE, text=True,
                                  env=ENVIRONMENT, preexec_fn=limited(100), timeout=60)
        self.assertEqual(74, done.returncode, done.stderr)
        self.assertIn("File too large", done.stderr)
        done = alster("synth --users 100 --items 100 --events 2500 --out limited", preexec_fn=limited(1000))
        self.assertEqual(74, done.returncode, done.stderr)
        self.assertIn("writing failed: File too large", done.stderr)

    def test_all_of_it_arrives_where_it_can(self):
        done = alster("recommend --json --model model.h5 --data data.h5 --k 40 --user " + " ".join(map(str, range(1, 61))))
        self.assertEqual(60, len(json.loads(done.stdout)["lists"]))


class StandardError(unittest.TestCase):
    def test_a_command_has_the_exit_code_that_it_would_have(self):
        for redirection in ("2>/dev/full", "2>&-"):
            for arguments, code in (("recommend --model model.h5 --data data.h5 --user 5", 0), ("inspect nofile", 65),
                                    ("nocommand", 64), ("similar --model model.h5 --item nothing", 65),
                                    ("evaluate --model model.h5 --data data.h5", 0), (f"{TRAIN} --overwrite --out run", 0)):
                with self.subTest(arguments + redirection):
                    self.assertEqual(code, alster(arguments, redirection).returncode)

    def test_several_ranks_end_together(self):
        for redirection in ("2>&-", "2>/dev/full"):
            for arguments, code in ((f"{TRAIN} --overwrite --out run", 0), (TRAIN.replace("data.h5", "nofile") + " --out r", 65)):
                done = shell("mpirun --oversubscribe --bind-to none -n 2 bash -c "
                             f"'exec {ALSTER} {arguments} {redirection}'")
                self.assertEqual(code, done.returncode, done.stderr)

    def test_what_is_said_never_lands_in_a_file(self):
        # the first file that is opened would get the number of a closed stream
        self.assertEqual(74, alster(f"{TRAIN} --overwrite --out run", "2>&- >&- <&-").returncode)
        self.assertEqual(0, alster("inspect run/model.h5").returncode)

    def test_a_reader_that_does_not_read_is_not_waited_for(self):
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        try:
            while True:
                os.write(writer, b"x" * 4096)
        except BlockingIOError:
            os.set_blocking(writer, True)
        done = subprocess.run([ALSTER, "inspect", "nofile"], stdout=subprocess.DEVNULL, stderr=writer, env=ENVIRONMENT,
                              timeout=30)
        self.assertEqual(65, done.returncode)
        os.close(reader)
        os.close(writer)

    def test_a_training_goes_on_without_its_log(self):
        os.makedirs("unlogged/metrics.jsonl/in the way")
        done = alster(f"{TRAIN} --out unlogged")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(1, done.stderr.count("metrics.jsonl: cannot be written"), done.stderr)
        self.assertTrue(os.path.exists("unlogged/model.h5"))


if __name__ == "__main__":
    unittest.main()

"""A small catalogue with hostile titles, and runs on it: for the tests of reports. Needs nothing but ALSTER."""
import csv
import json
import os
import pathlib
import subprocess

HOSTILE = '<script>alert("1")</script> & <b>Amélie</b> \u202etxt'


class SampleRuns:
    def __init__(self, alster, directory):
        self.alster, self.directory = alster, pathlib.Path(directory)
        self.ok("synth", "--users", 900, "--items", 160, "--events", 30000, "--seed", 3, "--out", directory)
        with open(self.path("items.csv"), newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row["title"] = f"{row['title']} {HOSTILE}"
        with open(self.path("items.csv"), "w", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        self.ok("prepare", "--input", self.path("events.csv"), "--format", "csv", "--header", "--columns",
                "user=0,item=1,event=2,value=3,time=4", "--rules", self.path("rules.toml"), "--items",
                self.path("items.csv"), "--item-columns", "id=item,title=title", "--users", self.path("users.csv"),
                "--user-columns", "id=user,market=market:category", "--split", "time:0.2", "--out", self.path("data.h5"))

    def path(self, name):
        return self.directory / name

    def call(self, *arguments):
        return subprocess.run([self.alster, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                              env={**os.environ, "OMP_WAIT_POLICY": "passive"})

    def ok(self, *arguments):
        done = self.call(*arguments)
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout

    def train(self, name, more={}):
        options = {"--data": self.path("data.h5"), "--factors": 6, "--sweeps": 3, "--alpha0": 0.5, "--threads": 1,
                   "--out": self.path(name), **more}
        self.ok("train", *(word for option in options.items() for word in option))
        return self.path(name)

    def json(self, *arguments):
        return json.loads(self.ok(*arguments, "--json"))


def records(run):
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]

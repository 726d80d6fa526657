"""Reads the pages of `alster report` and `alster sweep-report --html` as a parser does, and compares every number with
metrics.jsonl, `alster evaluate` and `alster compare`; recounts `alster scaling`. report_test.py ALSTER"""
import math
import re
import statistics
import sys
import tempfile
import unittest
import xml.etree.ElementTree as tree

import sample_run

ALSTER = sys.argv.pop(1)


class Page:
    """A page of reports: XML but for its first line."""

    def __init__(self, path):
        text = path.read_text(encoding="utf-8")
        head, self.source = text.split("\n", 1)
        assert head == "<!DOCTYPE html>", head
        self.root = tree.fromstring(self.source)

    def text(self, node=None):
        return "".join((self.root if node is None else node).itertext())

    def section(self, name):
        return self.root.find(f".//section[@id='{name}']")

    def table(self, style):
        """{first cell: [(text, [numbers]) of the others]}"""
        found = [t for t in self.root.iter("table") if t.get("class") == style]
        assert len(found) == 1, (style, len(found))
        rows = {}
        for row in found[0].find("tbody"):
            cells = list(row)
            rows[self.text(cells[0])] = [(self.text(c), [float(d.get("value")) for d in c.iter("data")])
                                         for c in cells[1:]]
        return rows

    def external(self):
        """What a browser would fetch."""
        loads = {"src", "srcset", "href", "action", "poster", "data", "background", "{http://www.w3.org/1999/xlink}href"}
        found = [(n.tag, k, v) for n in self.root.iter() for k, v in n.items() if k in loads and not v.startswith("data:")]
        style = "".join(n.text for n in self.root.iter("style"))
        return found + re.findall(r"url\(|@import|@font-face", style)


class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory()
        cls.runs = sample_run.SampleRuns(ALSTER, cls.kept.name)
        cls.run_ = cls.runs.train("one")
        cls.runs.ok("report", cls.run_)
        cls.page = Page(cls.run_ / "report.html")

    @classmethod
    def tearDownClass(cls):
        cls.kept.cleanup()

    def assert_shown(self, cell, expected):
        """All digits as the source has them, and the text is their rounding."""
        text, (number,) = cell
        self.assertEqual(expected, number)
        decimals = len(text.split(".")[1]) if "." in text else 0
        self.assertEqual(f"{expected:.{decimals}f}", text.replace("\u202f", ""))

    def test_it_loads_nothing_and_runs_nothing(self):
        self.assertEqual([], self.page.external())
        tags = {node.tag.split("}")[-1] for node in self.page.root.iter()}
        self.assertEqual(set(), tags & {"script", "iframe", "object", "embed", "img", "form"})
        self.assertEqual([], [k for node in self.page.root.iter() for k in node.keys() if k.startswith("on")])
        self.assertIn("default-src 'none'", self.page.source)
        self.assertLess(len(self.page.source.encode()), 300_000)

    def test_each_sweep_has_the_numbers_of_the_log(self):
        log = sample_run.records(self.run_)
        rows = self.page.table("sweeps")
        self.assertEqual(["1", "2", "3", "last"], list(rows))
        for number in (1, 2, 3):
            sweep = next(r for r in log if r["event"] == "sweep" and r["sweep"] == number)
            halves = {r["side"]: r for r in log if r["event"] == "half_step" and r["sweep"] == number}
            objective, metric, interval, users, items, basis, waiting, imbalance, received, retried = rows[str(number)]
            self.assert_shown(objective, sweep["objective"])
            self.assert_shown(metric, sweep["ndcg@10"])
            self.assertEqual([sweep["ndcg@10_low"], sweep["ndcg@10_high"]], interval[1])
            self.assert_shown(users, halves["users"]["solve_s"])
            self.assert_shown(items, halves["items"]["solve_s"])
            self.assert_shown(basis, halves["users"]["basis_s"] + halves["items"]["basis_s"])
            self.assert_shown(waiting, halves["users"]["waited_s"] + halves["items"]["waited_s"])
            self.assert_shown(imbalance, max(h["imbalance"] for h in halves.values()))
        last = next(r for r in log if r["event"] == "last_half_step")
        self.assert_shown(rows["last"][1], last["ndcg@10"])

    def test_the_curve_goes_through_the_numbers(self):
        figures = {self.page.text(f.find("figcaption")): f for f in self.page.root.iter("figure")}
        svg = "{http://www.w3.org/2000/svg}"
        figure = figures["NDCG@10 on held-out interactions"]
        points = [tuple(map(float, p.split(","))) for p in figure.find(f".//{svg}polyline").get("points").split()]
        log = sample_run.records(self.run_)
        values = [r["ndcg@10"] for r in log if r["event"] in ("sweep", "last_half_step")]
        self.assertEqual(len(values), len(points))
        slope = (points[1][1] - points[0][1]) / (values[1] - values[0])
        for (_, y), value in zip(points, values):
            self.assertAlmostEqual(points[0][1] + slope * (value - values[0]), y, delta=1.0)
        self.assertLess(slope, 0, "larger is higher up")
        bars = figures["Time of a sweep, seconds"].findall(f".//{svg}rect")
        self.assertEqual(3 * 4, len(bars))

    def test_metrics_are_those_of_evaluate(self):
        found = self.runs.json("evaluate", "--model", self.run_, "--data", self.runs.path("data.h5"))
        names = ["recall", "recall_all", "precision", "hr", "ndcg", "map", "mrr", "auc"]
        for k in (10, 20, 100):
            rows = list(self.page.table(f"metrics at-{k}").values())
            self.assertEqual(len(names), len(rows))
            for name, row in zip(names, rows):
                key = f"{name}@{k}"
                self.assert_shown(row[0], found[key])
                self.assertEqual([found[key + "_low"], found[key + "_high"]], row[1][1])
                self.assert_shown(row[2], found["popularity_" + key])
        for name, row in zip(["coverage", "gini", "overlap", "pop_lift", "novelty"], self.page.table("use").values()):
            self.assertEqual([found[f"{name}@{k}"] for k in (10, 20, 100)] + [found[f"popularity_{name}@10"]],
                             [cell[1][0] for cell in row])

    def test_slices_are_those_of_compare(self):
        found = self.runs.json("compare", self.run_, "--data", self.runs.path("data.h5"))["comparisons"][0]
        rows = list(self.page.table("slices").values())
        slices = [found, *found["slices"]]
        self.assertEqual(len(slices), len(rows))
        for expected, row in zip(slices, rows):
            self.assertEqual([expected[key] for key in ("users", "base", "other", "difference", "difference_low",
                                                        "difference_high", "adjusted_p")],
                             [number for cell in row for number in cell[1]])
            self.assertEqual(expected["verdict"], row[-1][0])

    def test_lists_are_those_that_users_get_and_titles_are_text(self):
        people = [n for n in self.page.root.iter("div") if n.get("class") == "person"]
        self.assertEqual(6, len(people))
        for person in people:
            user = self.page.text(person.find("h3")).removeprefix("User ")
            served = self.runs.json("recommend", "--model", self.run_, "--data", self.runs.path("data.h5"), "--user",
                                    user, "--allow-held-out", "--k", 10)
            shown = [self.page.text(place.find("span/bdi")) for place in person.find("ol")]
            self.assertEqual([t.replace("\u202e", "\\u202e") for t in served["lists"][0]["titles"]], shown)
            self.assertIn("<script>", shown[0])

    def test_where_it_comes_from(self):
        text = self.page.text(self.page.section("provenance"))
        start = sample_run.records(self.run_)[0]
        for part in (start["data"], start["commit"], start["run"], "--factors", "time:0.2"):
            self.assertIn(part, text)

    def test_without_a_dataset_only_the_log_is_shown(self):
        out = self.runs.path("log.html")
        self.runs.ok("report", self.run_, "--log-only", "--out", out)
        page = Page(out)
        self.assertIsNone(page.section("metrics"))
        self.assertIsNone(page.section("users"))
        self.assertEqual(self.page.table("sweeps"), page.table("sweeps"))

    def test_a_report_that_cannot_be_made_leaves_the_old_one(self):
        before = (self.run_ / "report.html").read_bytes()
        done = self.runs.call("report", self.run_, "--data", self.runs.path("none.h5"))
        self.assertEqual(64, done.returncode)
        self.assertIn("--data", done.stderr)
        self.assertEqual(before, (self.run_ / "report.html").read_bytes())
        self.assertEqual(65, self.runs.call("report", self.runs.directory, "--log-only").returncode)

    def test_a_run_without_an_end_says_so(self):
        run = self.runs.path("killed")
        run.mkdir()
        for name in ("config.resolved.toml", "metrics.jsonl"):
            (run / name).write_bytes((self.run_ / name).read_bytes())
        log = (run / "metrics.jsonl").read_text().splitlines()
        (run / "metrics.jsonl").write_text("\n".join(log[:-3]) + "\n" + log[-3][:40])
        self.assertEqual(64, self.runs.call("report", run).returncode)
        self.runs.ok("report", run, "--log-only")
        self.assertIn("not finished", Page(run / "report.html").text())

    def test_a_sweep_is_a_page_too(self):
        for name, reg in (("a<i>", "0.01"), ("b", "0.3")):
            self.runs.train("sweep/" + name, {"--reg": reg})
        out = self.runs.path("sweep.html")
        found = self.runs.json("sweep-report", self.runs.path("sweep"), "--html", out)
        page = Page(out)
        self.assertEqual([], page.external())
        rows = page.table("runs")
        self.assertEqual([r["run"] for r in found["runs"]], list(rows))
        for run in found["runs"]:
            cells = rows[run["run"]]
            self.assertEqual(run["options"]["reg"], cells[0][0])
            self.assert_shown(cells[1], run["ndcg@10"])
            self.assertEqual([run["ndcg@10_low"], run["ndcg@10_high"]], cells[2][1])
        self.assertIn(f"Winner: {found['winner']}", page.text())


class Scaling(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory()
        cls.runs = sample_run.SampleRuns(ALSTER, cls.kept.name)
        cls.one = cls.runs.train("one")
        cls.two = cls.runs.train("two", {"--threads": 2})

    @classmethod
    def tearDownClass(cls):
        cls.kept.cleanup()

    def recount(self, run):
        log = sample_run.records(run)
        start = log[0]
        units = start["ranks"] * start["threads"]
        sweeps = {}
        for record in log:
            if record["event"] == "half_step":
                sweeps.setdefault(record["sweep"], []).append(record)
        seconds = [sum(h["solve_s"] + h["basis_s"] + h["waited_s"] for h in s) for s in sweeps.values()]
        halves = [h for s in sweeps.values() for h in s]
        return {"ranks": 1, "units": units, "seconds_per_sweep": statistics.median(seconds),
                "waiting_share": sum(h["waited_s"] for h in halves) / sum(seconds),
                "basis_share": sum(h["basis_s"] for h in halves) / sum(seconds),
                "imbalance": statistics.median(max(h["imbalance"] for h in s) for s in sweeps.values()),
                "unit_hours": units * (log[-1]["t"] - start["t"]) / 3600}

    def test_numbers_are_those_of_the_logs(self):
        found = self.runs.json("scaling", self.two, self.one)
        self.assertEqual(("strong", "core"), (found["kind"], found["unit"]))
        expected = [self.recount(run) for run in (self.one, self.two)]
        for numbers, run in zip(expected, found["runs"]):
            numbers["speedup"] = expected[0]["seconds_per_sweep"] / numbers["seconds_per_sweep"]
            numbers["efficiency"] = numbers["speedup"] / numbers["units"]
            for key, value in numbers.items():
                self.assertTrue(math.isclose(value, run[key], rel_tol=1e-6, abs_tol=1e-12), (key, value, run[key]))
        self.assertIn("core-hours", self.runs.ok("scaling", self.one, self.two))

    def test_what_cannot_be_compared_is_refused(self):
        other = self.runs.train("other", {"--threads": 2, "--factors": 7})
        for runs, why in (((self.one, other), "factors"), ((self.one, self.one), "different numbers"),
                          ((self.one, self.runs.directory), "metrics.jsonl")):
            done = self.runs.call("scaling", *runs)
            self.assertEqual(65, done.returncode, why)
            self.assertIn(why, done.stderr)

    def test_as_much_work_for_each_unit_is_weak_scaling(self):
        pairs = [(user, item) for user in range(120) for item in range(40) if (user * 7 + item * item) % 5 < 2]
        runs = {}
        for name, copies, threads in (("small", 1, 1), ("large", 2, 2), ("small_on_two", 1, 2)):
            log = self.runs.path(name + ".csv")
            log.write_text("".join(f"{user + 1000 * copy},{item}\n" for copy in range(copies) for user, item in pairs))
            self.runs.ok("prepare", "--input", log, "--separator", ",", "--out", self.runs.path(name + ".h5"))
            runs[name] = self.runs.path(name)
            self.runs.ok("train", "--data", self.runs.path(name + ".h5"), "--factors", 4, "--sweeps", 2, "--threads",
                         threads, "--out", runs[name])
        found = self.runs.json("scaling", runs["small"], runs["large"])
        self.assertEqual("weak", found["kind"])
        small, large = found["runs"]
        self.assertEqual([len(pairs), 2 * len(pairs)], [small["interactions"], large["interactions"]])
        self.assertAlmostEqual(small["seconds_per_sweep"] / large["seconds_per_sweep"], large["efficiency"], places=9)
        done = self.runs.call("scaling", runs["small"], runs["large"], runs["small_on_two"])
        self.assertEqual(65, done.returncode)
        self.assertIn("per unit", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=1)

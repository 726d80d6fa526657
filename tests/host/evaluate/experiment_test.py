"""alster ab and alster offpolicy: assignment recomputed in Python, read-outs with numpy, what is refused, and false
alarms where nothing differs. experiment_test.py ALSTER FALSE_ALARMS"""
import csv
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent / "statistics")]
ALSTER, FALSE_ALARMS = map(os.path.abspath, sys.argv[1:3])
del sys.argv[1:3]
import statistics_witness_test as statistics  # noqa: E402: it skips where numpy is missing

np = statistics.np
MASK = 2**64 - 1
SHARES = "control=0.5,new=0.3,other=0.2"


def variant_of(salt, user, shares):
    """The recipe of docs/experiments.md."""
    h = 0xCBF29CE484222325
    for byte in f"{salt}:{user}".encode():
        h = (h ^ byte) * 0x100000001B3 & MASK
    h = h + 0x9E3779B97F4A7C15 & MASK
    h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9 & MASK
    h = (h ^ h >> 27) * 0x94D049BB133111EB & MASK
    u, end = ((h ^ h >> 31) >> 11) * 2.0**-53, 0.0
    for name, share in shares[:-1]:
        end += share
        if u < end:
            return name
    return shares[-1][0]


def alster(*arguments):
    return subprocess.run([ALSTER, *map(str, arguments)], capture_output=True, text=True, timeout=60)


class Experiments(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        os.chdir(self.directory.name)

    def tearDown(self):
        os.chdir("/")
        self.directory.cleanup()

    def write(self, name, header, rows):
        with open(name, "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])
        return name

    def refused(self, code, text, *arguments):
        done = alster(*arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(text, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_assignment_follows_from_salt_and_id(self):
        users = [f"u{n}" for n in range(3000)] + ['a,"b"', "7"]
        self.write("users.csv", ["age", "user"], [[n, user] for n, user in enumerate(users)])
        done = alster("ab", "assign", "--salt", "x", "--shares", SHARES, "--users", "users.csv", "--out", "v.csv", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        shares = [("control", 0.5), ("new", 0.3), ("other", 0.2)]
        with open("v.csv", newline="") as file:
            told = {row["user"]: row["variant"] for row in csv.DictReader(file)}
        self.assertEqual(told, {user: variant_of("x", user, shares) for user in users})
        spaced = alster("ab", "assign", "--salt", "x", "--shares", SHARES.replace(",", " , "), "--users", "users.csv",
                        "--out", "w.csv")
        self.assertEqual(spaced.returncode, 0, spaced.stderr)
        with open("v.csv") as one, open("w.csv") as other:
            self.assertEqual(one.read(), other.read())
        counts = json.loads(done.stdout)
        for name, share in shares:  # five standard deviations
            self.assertAlmostEqual(counts[name], share * 3002, delta=5 * math.sqrt(3002 * share * (1 - share)))
        for bad in ("control=1", "a=1,a=1", "a=1,b=0", "a=1,b", "a=1,b=x", "a=1,=2", "a=1,b=1,"):
            self.refused(64, "--shares", "ab", "assign", "--salt", "x", "--shares", bad, "--users", "users.csv", "--out", "w")
        self.refused(64, "--users", "ab", "assign", "--salt", "x", "--shares", SHARES, "--out", "w")
        assign = ["ab", "assign", "--salt", "x", "--shares", SHARES, "--users"]
        done = alster(*assign, self.write("twice.csv", ["user"], [["u1"], ["u2"], ["u1"], ["u1"]]), "--out", "w", "--json")
        self.assertIn("2 lines name a user again", done.stderr)
        self.assertEqual(sum(json.loads(done.stdout).values()), 2)
        with open("w", newline="") as file:
            self.assertEqual([row["user"] for row in csv.DictReader(file)], ["u1", "u2"])
        self.refused(65, "no user", *assign, self.write("none.csv", ["n", "user"], [[1, "u1"], [2, ""]]), "--out", "w")
        self.refused(64, "assign or read", "ab", "sign")

    def log(self, effect=0.0, users=2400):
        """Users u0 …, with outcomes that depend on what was before, and a country."""
        random = np.random.default_rng(4)
        names = ["control", "new", "other"]
        self.rows = [(f"u{n}", names[n % 3], ["de", "us", "fr"][n % 7 % 3] if n > 60 else "se") for n in range(users)]
        self.before = random.exponential(1, users).round(3)
        self.outcomes = (2 * self.before + random.normal(0, 1, users) + effect * (np.arange(users) % 3 == 1)).round(3)
        self.write("exposures.csv", ["user", "variant", "country"], [*self.rows, self.rows[0]])
        halves = [(row[0], value) for row, value in zip(self.rows, self.outcomes - 1)] + [(row[0], 1) for row in self.rows]
        self.write("outcomes.csv", ["value", "user"], [(value, user) for user, value in halves] + [(5, "stranger")])
        self.write("before.csv", ["user", "value"], [(row[0], value) for row, value in zip(self.rows, self.before)][1:])
        self.before[0] = 0
        return ["ab", "read", "--shares", "control=1,new=1,other=1", "--exposures", "exposures.csv", "--outcomes",
                "outcomes.csv"]

    def check_readout(self, told, outcomes, which, treatment, planned=10_000):
        variants = np.array([row[1] for row in self.rows])
        groups = [outcomes[which & (variants == name)] for name in ("control", treatment)]
        expected = statistics.groups(*groups, planned)
        names = ["difference", "difference_low", "difference_high", "p", "always_valid_low", "always_valid_high"]
        for name, number in zip(names, expected, strict=True):
            self.assertAlmostEqual(told[name], number, delta=1e-9, msg=(name, told))
        self.assertEqual([told["control_users"], told["treated_users"]], [len(group) for group in groups])

    def test_a_readout_is_that_of_numpy(self):
        read = self.log(effect=0.5)
        countries = np.array([row[2] for row in self.rows])
        adjusted = self.outcomes - np.cov(self.outcomes, self.before)[0, 1] / self.before.var(ddof=1) * (
            self.before - self.before.mean())
        for more, outcomes in ((["--json"], self.outcomes), (["--before", "before.csv", "--json"], adjusted)):
            done = alster(*read, *more)
            self.assertEqual(done.returncode, 0, done.stderr)
            told = json.loads(done.stdout)
            self.assertEqual((told["users"], told["sample_ratio_p"]), ([800, 800, 800], 1))
            everybody = np.ones(len(outcomes), bool)
            for one in told["treatments"]:
                self.check_readout(one, outcomes, everybody, one["treatment"])
            for one in told["slices"]:
                self.check_readout(one, outcomes, countries == one["label"], one["treatment"])
            self.assertEqual([(one["treatment"], one["label"]) for one in told["slices"]],
                             [(treatment, label) for label in ("de", "fr", "us") for treatment in ("new", "other")])
            for group in ("treatments", "slices"):
                adjusted_p = statistics.holm([one["p"] for one in told[group]])
                for one, p in zip(told[group], adjusted_p, strict=True):
                    self.assertAlmostEqual(one["adjusted_p"], p, delta=1e-12)
            self.assertEqual(len(told["too_small"]), 2)
            self.assertIn("1 outcomes are of users who were not exposed", told["notes"][0])
        self.assertEqual([one["verdict"] for one in told["treatments"]], ["better", "cannot tell"])
        self.assertAlmostEqual(told["variance_reduction"], 1 - adjusted.var() / self.outcomes.var(), delta=1e-9)
        self.assertIn("as it should be", alster(*read).stdout)
        self.assertIn("equivalent", alster(*read, "--once", "--practical", "9").stdout)

    def test_what_cannot_be_known_is_refused(self):
        read = self.log()
        shares = read.index("--shares") + 1
        self.refused(65, "sample ratio mismatch", *read[:shares], "control=1,new=1,other=2", *read[shares + 1:])
        self.refused(65, "too few", *read, "--least-users", "900")
        self.refused(65, 'variant "other"', *read[:shares], "control=1,new=1", *read[shares + 1:])
        for name, extra, text in (("exposures.csv", ["u0,new,se"], "two variants"),
                                  ("exposures.csv", ["u0,control,de"], "two values"),
                                  ("exposures.csv", ["u1,new"], "2 fields"), ("exposures.csv", [",new,se"], "no user"),
                                  ("outcomes.csv", ["x,u1"], 'value is "x"'), ("outcomes.csv", ["nan,u1"], "finite")):
            self.log()
            with open(name, "a") as file:
                file.write("\n".join(extra) + "\n")
            self.refused(65, text, *read)
        self.log()
        for name, option in (("outcomes.csv", []), ("before.csv", ["--before", "before.csv"])):
            self.write(name, ["user", "value"], [(f"{row[0]}.0", 1) for row in self.rows])
            self.refused(65, f'{name}: none of its users was exposed: it has "u0.0", the exposures have "u0"', *read, *option)
            self.write(name, ["user", "value"], [])
            self.refused(65, f"{name}: has no line of a user", *read, *option)
            self.log()
        self.write("outcomes.csv", ["user", "value"], [(row[0], 1e308) for row in self.rows])
        self.refused(65, "outcomes.csv:2: value is 1e+308, whose square", *read)
        self.write("outcomes.csv", ["user", "money"], [])
        self.refused(65, "no column \"value\"", *read)

    def decisions(self, rows, header=("propensity", "target", "reward", "predicted", "predicted_target")):
        return self.write("decisions.csv", header, rows)

    def test_off_policy_estimates_are_those_of_numpy_and_refused_where_few_decisions_count(self):
        random = np.random.default_rng(8)
        p, t = random.uniform(0.1, 0.9, 1000).round(3), random.uniform(0.1, 0.9, 1000).round(3)
        columns = [p, t, *random.normal(1, 1, (3, 1000)).round(3)]
        path = self.decisions(zip(*(column.tolist() for column in columns)))
        told = json.loads(alster("offpolicy", path, "--json").stdout)
        expected = statistics.policies(*columns)
        found = [told[name] for name in ("effective_sample_size", "mean_weight", "largest_weight", "mean_reward")]
        found += [told[name][part] for name in ("ips", "snips", "doubly_robust") for part in ("value", "low", "high")]
        np.testing.assert_allclose(found, expected, rtol=1e-9)
        self.assertIn("notes", told)  # targets drawn apart from propensities do not have the mean weight 1
        self.assertIn("new policy, SNIPS", alster("offpolicy", path).stdout)
        few = [(0.5, 0.0, 1)] * 9990 + [(0.01, 1.0, 1)] * 3  # 3 of 9993 decisions have all the weight
        self.refused(65, "effective sample size is 3.0 of 9993", "offpolicy",
                     self.decisions(few, ("propensity", "target", "reward")))
        for row, text in (((0, 1, 1), "propensity 0"), ((1, 2, 1), "target 2"), ((1, 1, "much"), "no finite number"),
                          ((1, 1, 1.7e308), "in another unit"), ((1e-308, 0.2, 1), "propensity 1e-308: no log")):
            self.refused(65, text, "offpolicy", self.decisions([row], ("propensity", "target", "reward")))
        self.refused(65, "go together", "offpolicy", self.decisions([], ("propensity", "target", "reward", "predicted")))
        self.refused(65, "no decisions", "offpolicy", self.decisions([], ("propensity", "target", "reward")))

    def test_false_alarms_are_as_rare_as_they_should_be(self):
        seeds = 400
        values = np.random.default_rng(1).lognormal(0, 1, 300)
        done = subprocess.run([FALSE_ALARMS, str(seeds), str(seeds)], input="\n".join(map(str, values)), capture_output=True, text=True)
        told = json.loads(done.stdout)
        noise = 4 * math.sqrt(0.05 * 0.95 / seeds)
        for name in ("once", "paired", "paired_interval"):
            self.assertAlmostEqual(told[name], 0.05, delta=noise, msg=told)
        self.assertLessEqual(told["paired_verdict"], 0.05 + noise)
        self.assertLessEqual(told["always_valid"], 0.05)
        self.assertGreater(told["peeking"], 0.15)  # why the other interval is there


if __name__ == "__main__":
    unittest.main()

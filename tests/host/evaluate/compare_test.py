"""Recounts `alster compare` with numpy: single users' values, paired differences, slices, Holm, verdicts; on one rank and
on three. compare_test.py ALSTER"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "statistics")]
import metrics_witness_test as metrics  # noqa: E402: it skips where numpy or h5py is missing
import statistics_witness_test as statistics  # noqa: E402

np = metrics.np
ALSTER = sys.argv[1]


def refused(*arguments):
    done = subprocess.run([ALSTER, *map(str, arguments)], capture_output=True, text=True)
    return done.returncode, done.stderr


def values(files, scores, k, metric="ndcg"):
    users, measures, _ = metrics.user_lists(files, scores, [k])
    return users, measures[:, metrics.NAMES.index(metric)]


def slices_of(files, users):
    """(name, label, which of the users)"""
    positive = files.train.positive
    history = np.bincount(files.train.users[positive], minlength=len(files.U))[users]
    counts = files.popularity
    above = [counts[counts >= bound].sum() for bound in np.unique(counts)]
    bound = np.unique(counts)[np.flatnonzero(np.array(above) >= 0.8 * counts.sum()).max()]
    tail = counts < bound
    in_tail = np.bincount(files.train.users[positive], tail[files.train.items[positive]], minlength=len(files.U))[users]
    of_all = counts[tail].sum() / counts.sum()
    lengths = np.sort(history[history > 0])
    low, middle = lengths[(len(lengths) - 1) // 3], lengths[2 * (len(lengths) - 1) // 3]
    active = history > 0
    share = in_tail / np.maximum(history, 1)
    attributes = [("market", value, files.market[users] == value) for value in ("AT", "PE")]
    return [("activity", "none", ~active), ("activity", "low", active & (history <= low)),
            ("activity", "middle", (history > low) & (history <= middle)), ("activity", "high", history > middle),
            ("taste", "popular", active & (share <= of_all)), ("taste", "long tail", active & (share > of_all)), *attributes]


def verdict(low, high, p, threshold):
    if low >= -threshold and high <= threshold:
        return "equivalent"
    if p >= 0.05 or low <= 0 <= high:
        return "cannot tell"
    return "better" if low > 0 else "worse"


def write_users(log, directory):
    """Users have a market, but for some; and all of them a town of their own, which tells nobody apart."""
    with open(log) as file:
        users = sorted({line.split(",")[0] for line in file if line.strip()})
    market_of = {user: ["AT", "PE", "PE", ""][n % 4] for n, user in enumerate(users)}
    people = os.path.join(directory, "users.csv")
    with open(people, "w") as file:
        file.write("user,market,town\n" + "".join(f"{user},{market},town {user}\n" for user, market in market_of.items()))
    return market_of, people


def recount(keys, base, other, which):
    mean, low, high, p = statistics.pairs(keys[which], (other - base)[which], 1)
    return {"users": int(which.sum()), "base": base[which].mean(), "other": other[which].mean(), "difference": mean,
            "difference_low": low, "difference_high": high, "p": p, "threshold": 0.01 * base[which].mean()}


def check_numbers(told, expected, what):
    for name, number in expected.items():
        assert abs(told[name] - number) <= 1e-9, (what, name, told[name], number)
    found = verdict(told["difference_low"], told["difference_high"], told["adjusted_p"], told["threshold"])
    assert told["verdict"] == found, (what, told)


def check_comparison(told, files, keys, users, base, other, floor):
    everybody = np.ones(len(users), bool)
    check_numbers(told, recount(keys, base, other, everybody), told["other_system"])
    judged = [(name, label, which) for name, label, which in slices_of(files, users) if which.sum() >= floor]
    assert [(one["slice"], one["label"]) for one in told["slices"]] == [pair[:2] for pair in judged], told
    expected = [recount(keys, base, other, which) for _, _, which in judged]
    adjusted = statistics.holm([one["p"] for one in expected])
    for slice_told, numbers, p in zip(told["slices"], expected, adjusted, strict=True):
        check_numbers(slice_told, numbers | {"adjusted_p": p}, slice_told["slice"])
    small = sum(0 < which.sum() < floor for _, _, which in slices_of(files, users))
    assert len(told["too_small"]) == small, told


def main():
    with tempfile.TemporaryDirectory() as directory:
        log, data = os.path.join(directory, "log.csv"), os.path.join(directory, "d.h5")
        metrics.write_log(log)
        market_of, people = write_users(log, directory)
        metrics.alster("prepare", "--input", log, "--columns", "user=0,item=1,event=2,value=3,time=4", "--users", people,
                       "--user-columns", "id=user,market=market:category,town=town:category", "--split", "time:0.3",
                       "--out", data)
        runs = [os.path.join(directory, f"run{factors}") for factors in (2, 8)]
        for run in runs:
            metrics.alster("train", "--data", data, "--out", run, "--sweeps", 2, "--factors", run[-1])
        arguments = ["compare", *runs, "--data", data, "--least-users", "20", "--json"]
        text = metrics.alster(*arguments)
        told = json.loads(text)
        for ranks in (2, 3):
            done = subprocess.run(["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", str(ranks), ALSTER, *arguments],
                                  check=True, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
            assert done.stdout == text, ranks
        every = [metrics.Files(os.path.join(run, "model.h5"), data) for run in runs]
        every[0].market = np.array([market_of[user] for user in every[0].user_ids])
        assert [note for note in told["notes"] if "not told apart by town" in note], told["notes"]
        users, popular = values(every[0], lambda _: every[0].popularity, 10)
        systems = [popular] + [values(files, metrics.served_scores(files), 10)[1] for files in every]
        keys = metrics.user_keys([every[0].user_ids[user] for user in users])
        assert told["users"] == len(users) > 60
        for one, (base, other) in zip(told["comparisons"], [(0, 1), (1, 2)], strict=True):
            check_comparison(one, every[0], keys, users, systems[base], systems[other], 20)

        same = json.loads(metrics.alster("compare", runs[0], runs[0], "--data", data, "--json"))["comparisons"][1]
        assert same["verdict"] == "equivalent" and same["p"] == 1 and same["changed_users"] == 0, same
        lists = os.path.join(directory, "lists.h5")
        make = ["recommend", "--model", runs[1] + "/model.h5", "--data", data, "--all", "--k", "12", "--out", lists]
        metrics.alster(*make, "--allow-held-out")
        exported = json.loads(metrics.alster("compare", lists, runs[1], "--data", data, "--json"))["comparisons"]
        assert abs(exported[0]["other"] - systems[2].mean()) < 1e-9 and exported[1]["changed_users"] == 0, exported
        code, line = refused("compare", lists, "--data", data, "--k", "20")
        assert code == 64 and "12 places" in line, line
        metrics.alster(*make)
        code, line = refused("compare", lists, "--data", data)
        assert code == 65 and "--allow-held-out" in line, line
        assert "recall@50 of" in metrics.alster("compare", *runs, "--data", data, "--metric", "recall", "--k", "50")
        code, line = refused("compare", *runs, "--data", runs[0] + "/model.h5")
        assert code == 65 and line.count("\n") == 1, line
        assert refused("compare", *runs, "--data", data, "--metric", "magic")[0] == 64
        assert refused("compare", "--data", data)[0] == 64
        other = os.path.join(directory, "other.h5")
        metrics.alster("prepare", "--input", log, "--columns", "user=1,item=0,event=2,value=3,time=4", "--split", "time:0.3",
                       "--out", other)
        code, line = refused("compare", *runs, "--data", other)
        assert code == 65 and "was not trained on" in line, line


if __name__ == "__main__":
    main()

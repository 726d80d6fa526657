"""Recounts every number of `alster evaluate --json` with numpy from model.h5 and dataset.h5: docs/evaluate.md in code
of its own. metrics_witness_test.py ALSTER; the real data are those of ALSTER_TEST_DATA."""
import json
import os
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

NAMES = ["recall", "recall_all", "precision", "hr", "ndcg", "map", "mrr", "auc"]
CONSUMED = 1
TOLERANCE = 1e-6


def alster(*arguments):
    done = subprocess.run([sys.argv[1], *map(str, arguments)], check=True, capture_output=True, text=True)
    return done.stdout


class Part:
    """One part of a dataset by user: arrays of entries, and which of them are positive."""

    def __init__(self, file, name):
        group = file[name]
        offsets = group["offsets"][()]
        self.users = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
        self.items = group["columns"][()]
        self.values = group["values"][()].astype(np.float64)
        entries = len(self.items)
        self.preferences = group["preferences"][()] if "preferences" in group else np.ones(entries)
        self.roles = group["role"][()] if "role" in group else np.full(entries, CONSUMED)
        self.consumed = (self.roles & CONSUMED) != 0
        self.positive = self.consumed & (self.preferences > 0)

    def matrix(self, which, shape):
        marked = np.zeros(shape, bool)
        marked[self.users[which], self.items[which]] = True
        return marked


class Files:
    def __init__(self, model, dataset):
        with h5py.File(dataset, "r") as file:
            self.train, self.held = Part(file, "train/by_user"), Part(file, "holdout/by_user")
            ids = {side: file[f"{side}/id"][()] for side in ("users", "items")}
            self.user_ids, self.item_ids = ([text.decode() if isinstance(text, bytes) else str(text)
                                             for text in ids[side]] for side in ("users", "items"))
            self.times = file["train/by_user/times"][()].astype(np.int64) if "times" in file.attrs else None
            self.watermark = file.attrs["watermark"]
            self.least, self.most = file.attrs["value_min"], file.attrs["value_max"]
        with h5py.File(model, "r") as file:
            self.U, self.I = (file[f"{side}/factors"][()].astype(np.float64) for side in ("users", "items"))
            objective = file.attrs["objective"]
            self.is_explicit = (objective.decode() if isinstance(objective, bytes) else objective) == "explicit"
            self.mean = float(file.attrs["mean"])
        # explicit rows of users are [x, b, 1]: the 1 is nothing that was learned
        self.learned = (self.U[:, :-1] if self.is_explicit else self.U).any(axis=1)
        own = np.arange(self.I.shape[1]) != (self.I.shape[1] - 2 if self.is_explicit else -1)  # items: [y, 1, b]
        self.learned_items = self.I[:, own].any(axis=1)
        shape = (len(self.U), len(self.I))
        self.excluded = self.train.matrix(self.train.consumed, shape)
        self.popularity = np.bincount(self.train.items[self.train.positive], minlength=shape[1]).astype(np.float64)
        self.recent = None
        if self.times is not None:
            late = self.train.positive & (self.times > self.watermark - 7 * 86400)
            self.recent = np.bincount(self.train.items[late], minlength=shape[1]).astype(np.float64)


def user_measures(hits, relevant, k):
    """The measures of one list of all candidates, whose places are marked where they hit."""
    order, others = hits.astype(float), len(hits) - relevant
    order[k:] = (relevant - order[:k].sum()) / max(len(hits) - k, 1)  # behind the list any order is as likely
    before = np.cumsum(order) - order
    auc = (before[:k] * (1 - order[:k])).sum()
    auc += (others - (~hits[:k]).sum()) * (order[:k].sum() + relevant) / 2
    hits = hits[:k]
    places = np.flatnonzero(hits) + 1
    possible = min(k, relevant)
    discount = 1 / np.log2(np.arange(2, k + 2))
    found = len(places)
    return [found / possible, found / relevant, found / k, float(found > 0),
            discount[places - 1].sum() / discount[:possible].sum(),
            (np.arange(1, found + 1) / places).sum() / possible, 1 / places[0] if found else 0.0,
            auc / (relevant * others) if others else 1.0]


def mixed(x):
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def user_keys(ids):
    keys = []
    with np.errstate(over="ignore"):
        for text in ids:
            key = np.uint64(0xCBF29CE484222325)
            for byte in text.encode():
                key = (key ^ np.uint64(byte)) * np.uint64(0x100000001B3)
            keys.append(key)
    return np.array(keys, np.uint64)


def bootstrap_weights(ids, replicates=200, seed=1):
    """Poisson(1) draws (replicates, users) by a hash of the id."""
    with np.errstate(over="ignore"):
        streams = mixed(np.uint64(seed) ^ mixed(user_keys(ids)))
        uniform = mixed(streams + np.arange(1, replicates + 1, dtype=np.uint64)[:, None]) & np.uint64(0xFFFFFFFF)
    chances = np.exp(-1.0) / np.cumprod([1, *range(1, 8)])
    return np.searchsorted(np.floor(np.cumsum(chances) * 2**32), uniform, side="right").astype(np.float64)


def user_lists(files, score_rows, ks, value_from=-np.inf, preference_from=0.0):
    """Users, (users, measures) and (users, items) the place that an item surely has; score_rows(user) gives the scores of
    all items."""
    held = files.held
    wanted = held.positive & (held.values >= value_from) & (held.preferences >= preference_from)
    relevant = held.matrix(wanted, files.excluded.shape) & ~files.excluded
    users = np.flatnonzero(relevant.any(axis=1))
    worst_place = np.full((len(users), relevant.shape[1]), np.iinfo(np.int32).max, np.int32)
    measures = []
    for n, user in enumerate(users):
        allowed = np.flatnonzero(~files.excluded[user])
        scores, good = score_rows(user)[allowed], relevant[user, allowed]
        order = np.lexsort((good, -scores))  # of one score the relevant items come last
        hits = good[order]
        measures.append(np.concatenate([user_measures(hits, hits.sum(), k) for k in ks]))
        last_of_tie = np.searchsorted(-scores[order], -scores[order], side="right") - 1
        worst_place[n, allowed[order]] = last_of_tie
    return users, np.array(measures), worst_place


def catalogue_use(listed, k, files):
    """`listed`: (users, items) marks who surely has what in a list of k."""
    places = listed.sum(axis=0).astype(float)
    used = listed[:, places > 0].astype(np.float32)
    common = (used @ used.T)[~np.eye(len(listed), dtype=bool)].astype(float)
    lorenz = np.cumsum(np.sort(places)) / places.sum()
    consumed = files.popularity
    with np.errstate(invalid="ignore"):
        novelty = np.log2(len(files.U) / np.maximum(consumed, 1))
        use = {"coverage": listed.any(axis=0).mean(), "overlap": common.mean() / k,
               "gini": (len(places) + 1 - 2 * lorenz.sum()) / len(places), "novelty": (places * novelty).sum() / places.sum(),
               "pop_lift": (places * consumed).sum() / places.sum() / ((consumed * consumed).sum() / consumed.sum())}
    return {name: np.nan_to_num(value) for name, value in use.items()}


def ranking(files, score_rows, ks, value_from, preference_from):
    """Everything that is said of one ranker."""
    users, measures, worst_place = user_lists(files, score_rows, ks, value_from, preference_from)
    weights = bootstrap_weights([files.user_ids[user] for user in users])
    samples = np.sort(weights @ measures / weights.sum(axis=1, keepdims=True), axis=0)
    said = {"users": len(users), "users_without_history": int((~files.learned[users]).sum())}
    others = measures[files.learned[users]]
    for n, name in enumerate(f"{name}@{k}" for k in ks for name in NAMES):
        said[name], said[name + "_low"], said[name + "_high"] = measures[:, n].mean(), samples[5, n], samples[194, n]
        if len(others):
            said[name + "_with_history"] = others[:, n].mean()
    for k in ks:
        said |= {f"{name}@{k}": number for name, number in catalogue_use(worst_place < k, k, files).items()}
    return said


def ratings(files):
    train, held = files.train, files.held
    count = lambda rows, size: np.bincount(rows, minlength=size)
    total = lambda rows, values, size: np.bincount(rows, values, minlength=size)
    users, items = files.excluded.shape
    mean = train.values.mean()
    b_item = total(train.items, train.values - mean, items) / (count(train.items, items) + 25)
    b_user = total(train.users, train.values - mean - b_item[train.items], users) / (count(train.users, users) + 10)
    predictions = {"": files.mean + np.einsum("nf,nf->n", files.U[held.users], files.I[held.items]),
                   "mean_": np.full(len(held.items), mean), "bias_": mean + b_user[held.users] + b_item[held.items]}
    said = {"ratings": len(held.items)}
    for name, predicted in predictions.items():
        errors = held.values - np.clip(predicted, files.least, files.most)
        squared, n = total(held.users, errors**2, users), count(held.users, users)
        m = squared.sum() / n.sum()
        half_width = 1.96 * np.sqrt(((squared - m * n) ** 2).sum()) / n.sum()
        said[name + "rmse"], said[name + "mae"] = np.sqrt(m), np.abs(errors).mean()
        said[name + "rmse_low"], said[name + "rmse_high"] = np.sqrt(max(0, m - half_width)), np.sqrt(m + half_width)
    return said


def served_scores(files):
    """Of a learned user the model's, items of which nothing was learned behind all others; else popularity."""
    def scores(user):
        if not files.learned[user]:
            return files.popularity
        return np.where(files.learned_items, files.I @ files.U[user], -np.inf)
    return scores


def recount(files, ks, value_from=-np.inf, preference_from=0.0):
    said = ranking(files, served_scores(files), ks, value_from, preference_from)
    popular = ranking(files, lambda _: files.popularity, ks, value_from, preference_from)
    said |= {f"popularity_{name}": number for name, number in popular.items() if not name.startswith("users")}
    if files.recent is not None:
        lately = ranking(files, lambda _: files.recent, ks, value_from, preference_from)
        said |= {f"recent_popularity_{name}": number for name, number in lately.items() if not name.startswith("users")}
    if files.is_explicit:
        said |= ratings(files)
        said["beats_baseline"] = said["rmse"] < min(said["bias_rmse"], said["mean_rmse"])
    else:
        said["beats_baseline"] = said["ndcg@10"] > max(said["popularity_ndcg@10"],
                                                       said.get("recent_popularity_ndcg@10", 0))
    return said


def compare(told, expected, what):
    told = {name: number for name, number in told.items() if not isinstance(number, (str, list))}
    assert set(told) == set(expected), (what, set(told) ^ set(expected))
    off = {name: (told[name], float(expected[name])) for name in told if not abs(float(told[name]) - float(expected[name])) <= TOLERANCE}
    assert not off, (what, off)


def check(directory, data, what, train_options, evaluate_options=(), **relevance):
    run = os.path.join(directory, f"run{len(os.listdir(directory))}")
    alster("train", "--data", data, "--out", run, "--sweeps", 2, "--factors", 8, *train_options)
    model = os.path.join(run, "model.h5")
    told = json.loads(alster("evaluate", "--model", model, "--data", data, "--k", "5,10,100", "--json",
                             *evaluate_options))
    files = Files(model, data)
    compare(told, recount(files, [5, 10, 100], **relevance), what)
    said = "does not beat" in " ".join(told.get("notes", []))
    assert said or told["beats_baseline"], (what, told)
    if not evaluate_options:  # what training compares with is what evaluate does
        with open(os.path.join(run, "metrics.jsonl")) as file:
            last = [json.loads(line) for line in file][-1]
        metric, name = ("rmse", {"biases": "bias", "mean": "mean"}) if files.is_explicit else \
            ("ndcg@10", {"popularity": "popularity", "recent popularity": "recent_popularity"})
        key = f"{name[last['baseline']]}_{metric}"
        assert abs(last[key] - told[key]) < 1e-12, (what, last)
        assert last["beats_baseline"] == ((last[metric] < last[key]) == files.is_explicit), (what, last)
    return files, model, told


def check_candidates(directory, files, model, data):
    """Lists of all held-out positives among random items, some of them and some users unknown."""
    random = np.random.default_rng(3)
    lists = [(user, item, random.integers(len(files.item_ids), size=30)) for user, item in
             zip(files.held.users[files.held.positive], files.held.items[files.held.positive])]
    path = os.path.join(directory, "candidates")
    with open(path, "w") as file:
        for user, item, negatives in lists:
            file.write("\t".join([f"({files.user_ids[user]},{files.item_ids[item]})",
                                  *(files.item_ids[n] for n in negatives), "nobody's"]) + "\n")
        file.write(f"(nobody,{files.item_ids[0]})\t{files.item_ids[1]}\n")
    told = json.loads(alster("evaluate", "--model", model, "--data", data, "--candidates", path, "--json"))
    scores = served_scores(files)
    unknown = {True: -np.inf, False: 0.0}
    places = [1 + (np.append(scores(user)[negatives], unknown[files.learned[user]]) >= scores(user)[item]).sum()
              for user, item, negatives in lists] + [1 + (files.popularity[1] >= files.popularity[0])]
    places = np.array(places, np.float64)
    known = np.append(files.learned[[user for user, _, _ in lists]], False)
    expected = {"lists": len(places), "lists_without_history": int((~known).sum()), "unknown_users": 1,
                "unknown_items": len(lists)}
    popular = np.array([1 + (np.append(files.popularity[negatives], 0.0) >= files.popularity[item]).sum()
                        for _, item, negatives in lists] + [places[-1]], np.float64)
    for prefix, place in {"": places, "popularity_": popular}.items():
        for suffix, some in {"": slice(None), "_with_history": known}.items():
            hit = place[some] <= 10
            expected[f"{prefix}hr@10{suffix}"] = hit.mean()
            expected[f"{prefix}ndcg@10{suffix}"] = (hit / np.log2(place[some] + 1)).mean()
            expected[f"{prefix}mrr{suffix}"] = (1 / place[some]).mean()
    expected["beats_baseline"] = expected["ndcg@10"] > expected["popularity_ndcg@10"]
    compare(told, expected, "candidates")


RULES = """
[event.play]
early_exit_below = 0.1
[event.stars]
like_from = 4
dislike_to = 2
role = "consumed"
[event.down]
preference = 0
[event.shown]
role = "shown"
base = 0.1
"""


def write_log(path):
    """Plays, stars, thumbs down and impressions of 150 users and 90 titles. A quarter of the users come in the held-out
    time; before it some only see the page or only turn titles down, and some titles are never played."""
    random = np.random.default_rng(5)
    with open(path, "w") as file:
        for n in range(2500):
            time = n + 1
            user = random.integers(150 if n >= 1750 else 110)
            group = user % 6
            item = random.integers(10) * 6 + group if random.random() < 0.7 else random.integers(90)
            kind, value = [("play", round(random.random(), 1)), ("stars", random.integers(1, 6)), ("down", 1),
                           ("shown", 1)][random.choice(4, p=[0.4, 0.2, 0.1, 0.3])]
            if n < 1750 and (user % 25 == 3 or item % 9 == 7):
                kind, value = "shown", 1
            if n < 1750 and user % 25 == 4:
                kind, value = "down", 1
            file.write(f"u{user},i{item},{kind},{value},{time}\n")


def check_synthetic(directory):
    log, rules, data = (os.path.join(directory, name) for name in ("log.csv", "rules.toml", "d.h5"))
    write_log(log)
    with open(rules, "w") as file:
        file.write(RULES)
    alster("prepare", "--input", log, "--columns", "user=0,item=1,event=2,value=3,time=4", "--rules", rules, "--split",
           "time:0.3", "--out", data)
    files, model, told = check(directory, data, "synthetic", [])
    assert told["users_without_history"] > 10 and (files.held.preferences == 0).any()
    assert (files.popularity == 0).any() and (~files.train.consumed).any() and (~files.learned_items).any()
    check(directory, data, "synthetic", [], ["--relevant-preference", 0.6], preference_from=0.6)
    check_candidates(directory, files, model, data)
    refused = subprocess.run([sys.argv[1], "evaluate", "--model", model, "--data", data, "--relevant-from", "3"],
                             capture_output=True, text=True)
    assert refused.returncode == 64 and "--relevant-preference" in refused.stderr, refused
    plain = os.path.join(directory, "plain.h5")
    with open(log) as file, open(log + ".stars", "w") as stars:
        stars.writelines(line for line in file if ",stars," in line)
    alster("prepare", "--input", log + ".stars", "--columns", "user=0,item=1,value=3,time=4", "--split", "time:0.3",
           "--out", plain)
    check(directory, plain, "stars", ["--objective", "explicit", "--reg", 3])
    check(directory, plain, "stars from 4", [], ["--relevant-from", 4], value_from=4)


def check_few(directory, users):
    """Everybody measured has what is ranked first, so every mean is 1, of every replicate in which somebody was drawn."""
    log, data, run = (os.path.join(directory, f"few{users}{name}") for name in (".csv", ".h5", ""))
    with open(log, "w") as file:
        file.writelines(f"u{u},a,1,1600000000\n" for u in range(users))
        file.writelines(f"w{w},b,1,1600000000\nw{w},a,1,1600000000\n" for w in range(2 * users))
        file.writelines(f"u{u},b,1,1600009000\n" for u in range(users))
    with open(f"{log}.items", "w") as file:  # of 2 items that have one event or more
        file.write("id,tag\na,x\nb,\n")
    told = alster("prepare", "--input", log, "--columns", "user=0,item=1,value=2,time=3", "--items", f"{log}.items",
                  "--item-columns", "id=id,tag=tag:category", "--split", "time:0.3", "--out", data)
    shares = {1: "given for 1 of 2: 50 % of those with 1 to 9", 4: "100 % of those with 10 to 99"}[users]
    assert shares in told and "or more" not in told, told
    alster("train", "--data", data, "--factors", 1, "--sweeps", 2, "--out", run)
    text = alster("evaluate", "--model", os.path.join(run, "model.h5"), "--data", data, "--k", 2)
    told = json.loads(alster("evaluate", "--model", os.path.join(run, "model.h5"), "--data", data, "--k", 2, "--json"))
    for name in "recall", "ndcg", "mrr":
        assert [told[f"{name}@2{end}"] for end in ("", "_low", "_high")] == [1, 1, 1], (users, name, told)
    assert text.count("does not beat the best baseline") == 1, text  # both popularities come to the same


def check_real(directory, folder):
    data = lambda name: os.path.join(directory, name)
    log = lambda name: os.path.join(folder, name)
    alster("prepare", "--input", log("ml-1m/ratings_ge4.dat.gz"), "--format", "movielens", "--split", "time:0.1",
           "--out", data("ge4.h5"))
    check(directory, data("ge4.h5"), "ML-1M", [])
    rules = data("movies.toml")
    with open(rules, "w") as file:
        file.write("[default]\nper_value = 1.0\ncentre = 3.0\nlike_from = 4\ndislike_to = 2\n")
    alster("prepare", "--input", log("ml-1m/sample_100k_explicit.dat.gz"), "--format", "movielens", "--rules", rules,
           "--split", "time:0.1", "--out", data("rules.h5"))
    check(directory, data("rules.h5"), "ML-1M with dislikes", [])
    alster("prepare", "--input", log("ml-1m/sample_100k_explicit.dat.gz"), "--format", "movielens", "--split",
           "time:0.1", "--out", data("stars.h5"))
    check(directory, data("stars.h5"), "ML-1M ratings", ["--objective", "explicit", "--reg", 3])
    with open(rules, "w") as file:
        file.write("[default]\nlog_epsilon = 1.0\nper_value = 2.0\n")
    alster("prepare", "--input", log("lastfm-hetrec/user_artists.dat.gz"), "--format", "tsv", "--header", "--columns",
           "user=userID,item=artistID,value=weight", "--rules", rules, "--split", "random:0.1", "--out", data("fm.h5"))
    _, _, told = check(directory, data("fm.h5"), "Last.fm", [])
    assert any("leaks" in note for note in told["notes"]), told


def main():
    with tempfile.TemporaryDirectory() as directory:
        check_synthetic(directory)
        check_few(directory, 1)
        check_few(directory, 4)
    folder = os.environ.get("ALSTER_TEST_DATA")
    if not folder:
        print("the synthetic log only: ALSTER_TEST_DATA is not set")
        sys.exit(4)
    with tempfile.TemporaryDirectory() as directory:
        check_real(directory, folder)


if __name__ == "__main__":
    main()

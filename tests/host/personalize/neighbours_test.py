"""Recounts neighbours, recent popularity and blended lists with h5py and dense numpy only: neighbours_test.py ALSTER. On a small log with
dislikes and impressions, on 1 to 4 ranks of 1 to 3 threads, and on MovieLens 100K where $ALSTER_TEST_DATA has it.
"""
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

RULES = """
[event.play]
[event.down]
preference = 0
[event.shown]
role = "shown"
base = 0.1
preference = 0
"""
CONSUMED = 1
K = 9
ALSTER = os.path.abspath(sys.argv[1])
RANKS = "mpirun --allow-run-as-root --oversubscribe --bind-to none -n {} {}"
EVERY_WAY = ((1, 1), (1, 2), (1, 3), (2, 1), (3, 2), (4, 1))


def run(arguments, ranks=1, threads=1):
    command = [ALSTER] if ranks == 1 else RANKS.format(ranks, ALSTER).split()
    return subprocess.run(command + arguments.split() + (["--threads", str(threads)] if threads else []),
                          capture_output=True, text=True)


def alster(arguments, ranks=1, threads=1):
    done = run(arguments, ranks, threads)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


def expect_refused(arguments, code, text):
    done = run(arguments)
    assert done.returncode == code and text in done.stderr, (arguments, done.returncode, done.stderr)


def write_log():
    random = np.random.default_rng(5)
    lines = [("u0", "bad", "down", 1), ("alone", "only", "play", 2)]
    for time in range(40, 2400):
        user = min(random.geometric(0.03), 90)
        item = 2 * min(random.geometric(0.08) - 1, 24) + user % 2
        kind = ["play", "play", "play", "down", "shown"][random.integers(5)]
        lines.append((f"u{user}", f"i{item}", kind, time))
    with open("log.csv", "w") as log:
        log.writelines(f"{user},{item},{kind},{time}\n" for user, item, kind, time in lines)
    with open("rules.toml", "w") as rules:
        rules.write(RULES)


def dense(data, part="train/by_user", positive=True):
    """(users, items) of 0 and 1: positive interactions, or those that lists exclude."""
    rows = data[part]
    users, items = len(data["users/id"]), len(data["items/id"])
    taken = np.ones(len(rows["columns"]), bool)
    if "role" in rows:
        taken &= (rows["role"][:] & CONSUMED) != 0
    if positive and "preferences" in rows:
        taken &= rows["preferences"][:] > 0
    matrix = np.zeros((users, items))
    matrix[np.repeat(np.arange(users), np.diff(rows["offsets"][:]))[taken], rows["columns"][:][taken]] = 1
    return matrix


def walk(taken, b):
    """(items, items) n_i^(−b−½) n_j^(b−½) Σ 1/n_v, 0 on the diagonal."""
    n_user, n_item = np.maximum(taken.sum(1), 1), np.maximum(taken.sum(0), 1)
    weights = taken.T @ (taken / n_user[:, None])
    np.fill_diagonal(weights, 0)
    return n_item[:, None] ** (-b - 0.5) * weights * n_item ** (b - 0.5)


def stored(path):
    """(items, items) of the file's weights, its attributes and what must be the same for any ranks."""
    with h5py.File(path) as file:
        group = file["items/neighbours"]
        offsets, row, weight = (group[name][:] for name in ("offsets", "row", "weight"))
        weights = np.zeros((len(offsets) - 1,) * 2)
        weights[np.repeat(np.arange(len(weights)), np.diff(offsets)), row] = weight
        return weights, dict(file.attrs), [a.tobytes() for a in (offsets, row, weight, file["items/id"][:])]


def check_weights(data, path):
    weights, attributes, _ = stored(path)
    expected = walk(dense(data), attributes["b"])
    most = attributes["most"]
    largest = -np.sort(-expected, axis=1)[:, :most]
    # fp64 sums in another order, then rounded to fp32
    assert np.allclose(-np.sort(-weights, axis=1)[:, :most], largest, rtol=1e-6, atol=0)
    assert np.allclose(weights[weights > 0], expected[weights > 0], rtol=1e-6, atol=0)
    assert (weights > 0).sum() == (largest > 0).sum() == attributes["n_neighbours"]


def blended(data, model, path, mu):
    """(users, items) scores as docs/neighbours.md has them."""
    scores = model["users/factors"][:].astype(float) @ model["items/factors"][:].astype(float).T
    term = dense(data) @ stored(path)[0]
    spread = term.std(1, keepdims=True)
    return scores + mu * term * np.divide(scores.std(1, keepdims=True), spread, out=np.zeros_like(spread),
                                          where=spread > 0)


def check_lists(data, model, path, lists, mu):
    scores = blended(data, model, path, mu)
    excluded = dense(data, positive=False)
    if "holdout/by_user" in data:
        excluded += dense(data, "holdout/by_user", positive=False)
    scores[excluded > 0] = -np.inf
    scores[:, model["items/status"][:] != 0] = -np.inf
    best = -np.sort(-scores, axis=1)[:, :K]
    found, reasons = lists["topk/home/score"][:], lists["topk/home/reason"][:]
    of_model = (reasons == 0) & (model["users/status"][:] == 0)[:, None]
    assert of_model.sum() > 100
    # products of some 10 factors in fp32, and one rounding of what is added
    assert np.abs(np.where(of_model, found - np.where(np.isfinite(best), best, 0), 0)).max() < 2e-6 * np.abs(best[of_model]).max()


def check_small_log():
    write_log()
    alster("prepare --input log.csv --format csv --columns user=0,item=1,event=2,time=3 --rules rules.toml "
           "--split time:0.1 --out plays.h5", threads=None)
    alster("train --data plays.h5 --factors 5 --sweeps 4 --out plays")
    seen = set()
    for ranks, threads in EVERY_WAY:
        alster("neighbours --data plays.h5 --model plays/model.h5 --b 0.3 --most 6", ranks, threads)
        alster(f"recommend --model plays/model.h5 --data plays.h5 --all --k {K} --blend 0.4 --out lists.h5", ranks, threads)
        with h5py.File("lists.h5") as lists:
            rows = tuple(lists[f"topk/home/{name}"][:].tobytes() for name in ("item", "score", "filled", "reason"))
        seen.add((*stored("plays/neighbours.h5")[2], *rows))
    assert len(seen) == 1, "bits depend on ranks or threads"
    with h5py.File("plays.h5") as data, h5py.File("plays/model.h5") as model, h5py.File("lists.h5") as lists:
        assert dense(data).sum() < data.attrs["nnz"]  # some are no positives
        check_weights(data, "plays/neighbours.h5")
        check_lists(data, model, "plays/neighbours.h5", lists, 0.4)
    evaluations = {alster("evaluate --model plays/model.h5 --data plays.h5 --k 5 --blend 0.4 --json", *way)
                   for way in ((1, 1), (3, 2))}
    assert len(evaluations) == 1
    found = json.loads(evaluations.pop())
    gain = found["ndcg@5"] - found["model_alone_ndcg@5"]
    assert found["mu"] == 0.4 and abs(found["gain_over_model_alone_ndcg@5"] - gain) < 1e-12
    assert found["gain_over_model_alone_ndcg@5_low"] <= gain <= found["gain_over_model_alone_ndcg@5_high"]
    check_item_item(found)


def check_item_item(found):
    """The item–item baseline is the term's own lists, for users with a history."""
    with h5py.File("plays.h5") as data:
        term, held = dense(data) @ stored("plays/neighbours.h5")[0], dense(data, "holdout/by_user")
        term[dense(data, positive=False) > 0] = 0
        held[dense(data, positive=False) > 0] = 0
    with h5py.File("plays/model.h5") as model:
        users = np.flatnonzero((held.sum(1) > 0) & (model["users/status"][:] == 0))
    hits = [sum(held[u, i] for i in np.argsort(-term[u], kind="stable")[:5] if term[u, i] > 0) for u in users]
    assert abs(np.mean(np.array(hits) > 0) - found["item_item_hr@5_with_history"]) < 1e-12


def check_given_candidates():
    with h5py.File("plays.h5") as data, h5py.File("plays/model.h5") as model:
        scores = blended(data, model, "plays/neighbours.h5", 0.4)
        learned = [np.flatnonzero(model[f"{side}/status"][:] == 0) for side in ("users", "items")]
        users, items = (data[f"{side}/id"].asstr()[:] for side in ("users", "items"))
    places = []
    with open("candidates", "w") as file:
        for n, u in enumerate(learned[0]):
            some = np.roll(learned[1], n)[:12]
            file.write(f"({users[u]},{items[some[0]]})\t" + "\t".join(items[some[1:]]) + "\n")
            places.append(1 + (scores[u, some[1:]] >= scores[u, some[0]]).sum())
    found = json.loads(alster("evaluate --model plays/model.h5 --data plays.h5 --candidates candidates --k 3 --blend 0.4 --json"))
    assert abs(found["mrr"] - np.mean(1 / np.array(places))) < 1e-9, (found["mrr"], np.mean(1 / np.array(places)))


def check_that_nothing_blended_changes_nothing():
    base = f"recommend --model plays/model.h5 --data plays.h5 --all --k {K} --out "
    for out, more in (("plain.h5", ""), ("zero.h5", " --blend 0 --neighbours plays/neighbours.h5 --rho 0")):
        alster(base + out + more)
    with open("plain.h5", "rb") as plain, open("zero.h5", "rb") as zero:
        assert plain.read() == zero.read()


def recent_counts(data, days):
    """(items) positive interactions of the days before the newest training event."""
    rows = data["train/by_user"]
    times = rows["times"][:]
    taken = (rows["role"][:] & CONSUMED != 0) & (rows["preferences"][:] > 0)
    taken &= (times > data.attrs["watermark"] - round(days * 86400)) & (times <= data.attrs["watermark"])
    return np.bincount(rows["columns"][:][taken], minlength=len(data["items/id"]))


def with_recent(data, model, mu, rho, days):
    """(users, items) scores as docs/recent.md has them, and the two terms."""
    scores = model["users/factors"][:].astype(float) @ model["items/factors"][:].astype(float).T
    neighbours = blended(data, model, "plays/neighbours.h5", mu) - scores
    r = np.log1p(recent_counts(data, days))
    recent = rho * scores.std(1, keepdims=True) / r.std() * r
    return scores + neighbours + recent, neighbours, recent


def check_recent_lists():
    """With and without neighbours: the scores, the same bits in every way, and what unknown users get."""
    for mu, rho, days in ((0, 0.6, 0.01), (0.4, 1.5, 0.02)):
        words = f"--blend {mu} --rho {rho} --recent-days {days}"
        bits = set()
        for ranks, threads in EVERY_WAY[::2]:
            alster(f"recommend --model plays/model.h5 --data plays.h5 --all --k {K} {words} --out recent.h5", ranks, threads)
            with h5py.File("recent.h5") as lists:
                bits.add(tuple(lists[f"topk/home/{name}"][:].tobytes() for name in ("item", "score", "filled", "reason")))
        assert len(bits) == 1, "bits depend on ranks or threads"
        with h5py.File("plays.h5") as data, h5py.File("plays/model.h5") as model, h5py.File("recent.h5") as lists:
            scores = with_recent(data, model, mu, rho, days)[0]
            excluded = dense(data, positive=False) + dense(data, "holdout/by_user", positive=False) > 0
            scores[excluded] = -np.inf
            scores[:, model["items/status"][:] != 0] = -np.inf
            best = -np.sort(-scores, axis=1)[:, :K]
            found, reasons = lists["topk/home/score"][:], lists["topk/home/reason"][:]
            learned = model["users/status"][:] == 0
            of_model = (reasons == 0) & learned[:, None]
            assert of_model.sum() > 100
            assert np.abs(np.where(of_model, found - np.where(np.isfinite(best), best, 0), 0)).max() < 4e-6 * best[of_model].max()
            check_recent_order(data, lists, learned, excluded, days)


def check_recent_order(data, lists, learned, excluded, days):
    """Those of whom nothing was learned get the items of the last days, ties by all time's count, then by row."""
    counts, ever = recent_counts(data, days), dense(data).sum(0)
    order = sorted(range(len(ever)), key=lambda item: (-counts[item], -ever[item], item))
    assert len({counts[item] for item in order[:K]}) < K, "no ties to see"
    assert order != sorted(order, key=lambda item: (-ever[item], item)), "as popular as ever"
    for user in np.flatnonzero(~learned):
        expected = [item for item in order if not excluded[user, item]][:K]
        assert lists["topk/home/item"][user].tolist() == expected, (user, expected)
        assert lists["topk/home/score"][user].tolist() == counts[expected].tolist()
    named = [item for item in order if counts[item] > 0]
    assert (~learned).any() and lists["popular/all/item"][:].tolist() == named


def check_recent_in_evaluation():
    words = "--rho 0.6 --recent-days 0.01"
    evaluations = {alster(f"evaluate --model plays/model.h5 --data plays.h5 --k 5 --json {words}", *way)
                   for way in ((1, 1), (3, 2))}
    assert len(evaluations) == 1
    found = json.loads(evaluations.pop())
    assert found["rho"] == 0.6 and found["recent_days"] == 0.01 and found["mu"] == 0
    for part in ("model_alone", "recent_popularity", "item_item"):
        gain = found["ndcg@5"] - found[f"{part}_ndcg@5"]
        assert abs(found[f"gain_over_{part}_ndcg@5"] - gain) < 1e-12, part
    with h5py.File("plays.h5") as data, h5py.File("plays/model.h5") as model:
        scores, held = with_recent(data, model, 0, 0.6, 0.01)[0], dense(data, "holdout/by_user")
        seen, learned = dense(data, positive=False) > 0, model["users/status"][:] == 0
        scores[:, model["items/status"][:] != 0] = -np.inf
    scores[seen] = -np.inf
    held[seen] = 0
    users = np.flatnonzero((held.sum(1) > 0) & learned)
    hits = [held[u, np.argsort(-scores[u], kind="stable")[:5]].any() for u in users]
    assert abs(np.mean(hits) - found["hr@5_with_history"]) < 1e-12
    lines = [line for line in open("candidates")]
    with h5py.File("plays.h5") as data, h5py.File("plays/model.h5") as model:
        scores = with_recent(data, model, 0.4, 0.6, 0.01)[0]
        users, items = ({name: row for row, name in enumerate(data[f"{side}/id"].asstr()[:])} for side in ("users", "items"))
    places = []
    for line in lines:
        head, *others = line.strip().split("\t")
        user, item = head[1:-1].split(",")
        mine = scores[users[user], items[item]]
        places.append(1 + sum(scores[users[user], items[other]] >= mine for other in others))
    found = json.loads(alster("evaluate --model plays/model.h5 --data plays.h5 --candidates candidates --k 3 --blend 0.4 "
                              f"--json {words}"))
    assert abs(found["mrr"] - np.mean(1 / np.array(places))) < 1e-9, (found["mrr"], np.mean(1 / np.array(places)))


def check_explained_blends():
    """The parts that are said of a blended score sum to it, and its list is that of recommend."""
    words = "--blend 0.4 --rho 0.6 --recent-days 0.02"
    with h5py.File("plays.h5") as data, h5py.File("plays/model.h5") as model:
        scores, neighbours, recent = with_recent(data, model, 0.4, 0.6, 0.02)
        users, items = (list(data[f"{side}/id"].asstr()[:]) for side in ("users", "items"))
    scale = np.abs(scores).max()
    for user in ("u5", "u20"):
        row = users.index(user)
        arguments = f"--model plays/model.h5 --data plays.h5 --user {user} --k {K} --json {words}"
        explained = json.loads(alster(f"explain --split hu-koren --evidence 4 {arguments}"))
        listed = json.loads(alster(f"recommend {arguments}"))["lists"][0]
        assert [item["item"] for item in explained["items"]] == listed["items"], (explained, listed)
        assert any("recent_popularity" in item for item in explained["items"])
        for item in explained["items"]:
            column = items.index(item["item"])
            parts = [piece["weight"] for piece in item["because"]]
            parts += [item["base"], item["others"]["weight"], item.get("neighbours", 0), item.get("recent_popularity", 0)]
            assert abs(sum(parts) - item["score"]) < 1e-5 * abs(item["score"]), item
            assert abs(item["stored_score"] - scores[row, column]) < 2e-6 * scale
            assert abs(item.get("neighbours", 0) - neighbours[row, column]) < 2e-6 * scale
            assert abs(item.get("recent_popularity", 0) - recent[row, column]) < 2e-6 * scale
        one = json.loads(alster(f"explain --item {listed['items'][3]} {arguments}"))["items"][0]
        assert one["place"] == 4, one


def check_samples():
    """A sample of a history keeps the sum over its pairs of 1/n_v, n − 1, and the counts of items."""
    sums, samples = set(), set()
    for limit, seed, ranks in ((1000, 1, 1), (7, 1, 1), (7, 1, 3), (7, 2, 1)):
        alster(f"neighbours --data plays.h5 --out sampled.h5 --b 0 --most 60 --history-limit {limit} --seed {seed}", ranks)
        weights, attributes, rows = stored("sampled.h5")
        with h5py.File("plays.h5") as data:
            taken = dense(data)
        assert attributes["sampled_users"] == (taken.sum(1) > limit).sum() and attributes["nnz"] == taken.sum()
        root = np.sqrt(taken.sum(0))
        sums.add(round((weights * root[:, None] * root).sum() / (np.maximum(taken.sum(1), 1) - 1).sum(), 5))
        samples.add((limit, seed, *rows))
    assert sums == {1.0} and len(samples) == 3, sums


def check_similar():
    alster("similar --model plays/model.h5 --all --k 4 --by neighbours --out together.h5")
    weights = stored("plays/neighbours.h5")[0]
    with h5py.File("together.h5") as lists:
        item, score, filled = (lists[f"similar/items/{name}"][:] for name in ("item", "score", "filled"))
    assert (filled == np.minimum((weights > 0).sum(1), 4)).all()
    for i in range(len(weights)):
        assert (score[i, :filled[i]] == -np.sort(-weights[i])[:filled[i]].astype(np.float32)).all()
        assert (weights[i, item[i, :filled[i]]].astype(np.float32) == score[i, :filled[i]]).all()
    alster("similar --model plays/model.h5 --all --k 4 --blend 0.5 --out both.h5")
    with h5py.File("plays/model.h5") as model, h5py.File("both.h5") as lists:
        Y = model["items/factors"][:].astype(float)
        norm = np.linalg.norm(Y, axis=1, keepdims=True)
        learned = norm[:, 0] > 0
        D = np.divide(Y, norm, out=np.zeros_like(Y), where=norm > 0)
        cosine = D @ D.T
        spread = weights.std(1, keepdims=True)
        both = cosine + 0.5 * weights * np.divide(cosine.std(1, keepdims=True), spread, out=np.zeros_like(spread),
                                                  where=spread > 0)
        np.fill_diagonal(both, -np.inf)
        both[:, ~learned] = -np.inf
        found = lists["similar/items/score"][:][learned]
        assert np.abs(found - -np.sort(-both, axis=1)[learned, :4]).max() < 2e-6 * found.max()


def check_refusals():
    recommend = "recommend --model plays/model.h5 --data plays.h5 --user u5 --blend 0.2 --neighbours "
    expect_refused(recommend + "nowhere.h5", 65, "there is no such file")
    expect_refused(recommend + "plays/model.h5", 65, "'alster-neighbours' is needed")
    alster("prepare --input log.csv --format csv --columns user=0,item=1,event=2,time=3 --rules rules.toml "
           "--split none --out all.h5", threads=None)
    alster("neighbours --data all.h5 --out other.h5")
    expect_refused(recommend + "other.h5", 65, "was not made from plays.h5")
    expect_refused("similar --model plays/model.h5 --item i4 --by neighbours --blend 1", 64, "--by neighbours")
    alster("prepare --input log.csv --format csv --columns user=0,item=1,value=3 --split none --out stars.h5", threads=None)
    plays = "recommend --model plays/model.h5 --data plays.h5 --user u5 "
    expect_refused(plays + "--rho -1", 64, "--rho")
    expect_refused(plays + "--rho much", 64, "--rho")
    expect_refused(plays + "--recent-days 7", 64, "--rho")
    expect_refused(plays + "--rho 1 --recent-days 0", 64, "--recent-days")
    alster("train --data stars.h5 --factors 2 --sweeps 2 --out timeless")
    expect_refused("recommend --model timeless/model.h5 --data stars.h5 --user u5 --rho 0.2", 64, "has no times")
    with open("shown.csv", "w") as log:
        log.write("a,x,play,100\nb,x,play,200\nb,y,play,300\na,y,shown,900000\n")
    alster("prepare --input shown.csv --format csv --columns user=0,item=1,event=2,time=3 --rules rules.toml "
           "--split none --out shown.h5", threads=None)
    alster("train --data shown.h5 --factors 2 --sweeps 2 --out shown")
    expect_refused("evaluate --model shown/model.h5 --data shown.h5 --rho 0.2 --candidates candidates", 65, "nothing recent")
    alster("train --data stars.h5 --objective explicit --factors 2 --sweeps 2 --out stars")
    expect_refused("recommend --model stars/model.h5 --data stars.h5 --user u5 --rho 0.2", 64, "predicts ratings")
    alster("neighbours --data stars.h5 --model stars/model.h5")
    expect_refused("recommend --model stars/model.h5 --data stars.h5 --user u5 --blend 0.2", 64, "predicts ratings")
    with open("sampled.h5", "r+b") as file:
        file.seek(-40, os.SEEK_END)
        file.write(b"damage")
    assert run("inspect sampled.h5", threads=None).returncode == 65
    # of other data and not asked for: evaluate goes without
    os.rename("other.h5", "plays/neighbours.h5")
    assert "item_item_ndcg@10" not in json.loads(alster("evaluate --model plays/model.h5 --data plays.h5 --json"))


def check_movielens():
    log = os.path.join(os.environ.get("ALSTER_TEST_DATA", ""), "ml-100k/u.data")
    if not os.path.exists(log):
        return print("MovieLens 100K is not here: not compared")
    alster(f"prepare --input {log} --format tsv --split random:0.2 --out ml.h5", threads=None)
    alster("train --data ml.h5 --factors 16 --sweeps 3 --out ml", threads=2)
    alster("neighbours --data ml.h5 --model ml/model.h5 --b 0.1", threads=2)
    alster(f"recommend --model ml/model.h5 --data ml.h5 --all --k {K} --blend 0.25 --out ml-lists.h5", threads=2)
    with h5py.File("ml.h5") as data, h5py.File("ml/model.h5") as model, h5py.File("ml-lists.h5") as lists:
        check_weights(data, "ml/neighbours.h5")
        check_lists(data, model, "ml/neighbours.h5", lists, 0.25)


with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    check_small_log()
    check_given_candidates()
    check_that_nothing_blended_changes_nothing()
    check_recent_lists()
    check_recent_in_evaluation()
    check_explained_blends()
    check_samples()
    check_similar()
    check_refusals()
    check_movielens()
    os.chdir("/")

"""Re-ranked lists, search results and popular lists, made again with h5py and numpy: rerank_test.py ALSTER.

A greedy choice is checked place by place: given the items before it, no other item that the limits let through may be
better. The gain of each is computed from its definition: the determinant by slogdet, the divergence from the counts.
"""
import filecmp
import json
import math
import os
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

from program import alster

K, POOL = 5, 16
GENRES = ["Action", "Comedy", "Drama", "Horror", "Noir"]
CLOSE = 1e-9  # two sums of the same doubles in another order


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


class World:
    """The inputs, and what alster has learned of them."""

    def __init__(self):
        random = np.random.default_rng(3)
        self.item = {f"i{n}": {"genres": "|".join(g for g in GENRES if random.random() < 0.35),
                               "studio": random.choice(["a", "b", "c", ""]),
                               "margin": random.choice(["0.5", "-0.25", ""]), "fresh": random.choice(["yes", "no"])}
                     for n in range(40)}
        self.user = {f"u{n}": random.choice(["de", "fr", ""]) for n in range(30)}
        write("items.csv", "id,genres,studio,margin,fresh\n" + "".join(
            ",".join([key, *row.values()]) + "\n" for key, row in self.item.items()))
        write("users.csv", "id,market\n" + "".join(f"{key},{market}\n" for key, market in self.user.items()))
        self.log = sorted({(int(random.integers(30)), int(min(random.geometric(0.05) - 1, 39))) for _ in range(420)})
        write("log.csv", "".join(f"u{u},i{i},1,{1_600_000_000 + 7 * u + i}\n" for u, i in self.log))
        alster("prepare --input log.csv --items items.csv --item-columns id=id,genres=genres:set,studio=studio:category,"
               "margin=margin:number,fresh=fresh:bool --users users.csv --user-columns id=id,market=market:category "
               "--split random:0.2 --out d.h5")
        alster("train --data d.h5 --factors 6 --sweeps 4 --out run")
        with h5py.File("run/model.h5") as model:
            self.items = list(model["items/id"].asstr()[:])
            self.users = list(model["users/id"].asstr()[:])
            self.y = model["items/factors"][:].astype(float)
            self.x = model["users/factors"][:].astype(float)
        norms = np.linalg.norm(self.y, axis=1, keepdims=True)
        self.direction = self.y / np.where(norms > 0, norms, 1)
        with h5py.File("d.h5") as data:
            self.train, self.holdout = ([rows["columns"][a:b] for a, b in zip(rows["offsets"][:], rows["offsets"][1:])]
                                        for rows in (data["train/by_user"], data["holdout/by_user"]))
        self.taken = np.bincount(np.concatenate(self.train), minlength=len(self.items))

    def values(self, name, i):
        return [value for value in self.item[self.items[i]][name].split("|") if value]

    def shares(self, items):
        """p of genres among items."""
        p, described = dict.fromkeys(GENRES, 0.0), 0
        for i in items:
            values = self.values("genres", i)
            described += bool(values)
            for value in values:
                p[value] += 1 / len(values)
        return {value: weight / described for value, weight in p.items()} if described else p

    def kl(self, u, items):
        p, q = self.shares(self.train[u]), self.shares(items)
        return sum(p[g] * math.log(p[g] / (0.99 * q[g] + 0.01 * p[g])) for g in GENRES if p[g] > 0)

    def log_det(self, items):
        kernel = (1 + self.direction[items] @ self.direction[items].T) / 2
        np.fill_diagonal(kernel, 1)
        return np.linalg.slogdet(kernel)[1] if items else 0.0


def read(path):
    with h5py.File(path) as file:
        group = file["topk/home"]
        return [[row[:filled] for row, filled in zip(group[name][:], group["filled"][:])] for name in ("item", "score")]


def shown_before(path):
    with h5py.File(path) as file:
        return [set(row[:filled]) for row, filled in zip(file["topk/home/item"][:], file["topk/home/filled"][:])]


RULES = {
    "mmr": {"mmr": 0.4},
    "dpp": {"dpp": 0.3},
    "calibration": {"calibration": 0.6},
    "limits": {"caps": {"genres": 2, "studio": 2}, "quota": 3},
    "all": {"fatigue": 0.5, "boost": 0.4, "mmr": 0.2, "calibration": 0.3, "caps": {"studio": 2}, "quota": 2},
}


def toml(rules):
    text = f"pool = {POOL}\n"
    for method in ("mmr", "dpp"):
        if method in rules:
            text += f'[diversity]\nmethod = "{method}"\nweight = {rules[method]}\n'
    if "calibration" in rules:
        text += f'[calibration]\nattribute = "genres"\nweight = {rules["calibration"]}\n'
    for attribute, most in rules.get("caps", {}).items():
        text += f'[[cap]]\nattribute = "{attribute}"\nat_most = {most}\n'
    if "quota" in rules:
        text += f'[[quota]]\nat_least = {rules["quota"]}\nitems = {{ fresh = true }}\n'
    if "boost" in rules:
        text += f'[[boost]]\nattribute = "margin"\nweight = {rules["boost"]}\n'
    if "fatigue" in rules:
        text += f'[fatigue]\nfactor = {rules["fatigue"]}\n'
    return text


def check_list(world, rules, u, pool, scores, chosen, before):
    """Returns how many places had a choice that decided something."""
    low, high = min(scores), max(scores)
    s = {i: (float(score) - low) / (high - low) if high > low else 1.0 for i, score in zip(pool, scores)}
    for i in pool:
        if i in before[u]:
            s[i] *= rules.get("fatigue", 1)
        margin = world.item[world.items[i]]["margin"]
        s[i] += rules.get("boost", 0) * (float(margin) if margin else 0)
    v = rules.get("calibration", 0)
    w = rules.get("mmr", rules.get("dpp", 0))

    def gain(i, taken):
        value = (1 - w - v) * s[i]
        if "mmr" in rules and taken:
            value -= w * max(world.direction[i] @ world.direction[j] for j in taken)
        if "dpp" in rules:
            value += w * (world.log_det(taken + [i]) - world.log_det(taken))
        return value - (v * world.kl(u, taken + [i]) if v else 0)

    def fits(i, taken):
        return all(sum(value in world.values(name, j) for j in taken) < most
                   for name, most in rules.get("caps", {}).items() for value in world.values(name, i))

    def is_fresh(i):
        return world.item[world.items[i]]["fresh"] == "yes"

    decided = 0
    places = min(K, len(pool))
    assert len(chosen) == places and len(set(chosen)) == places, (u, chosen)
    for n, item in enumerate(chosen):
        taken, left = list(chosen[:n]), [i for i in pool if i not in chosen[:n]]
        missing = max(0, rules.get("quota", 0) - sum(is_fresh(i) for i in taken))
        needed = min(missing, sum(is_fresh(i) for i in left))
        admitted = [i for i in left if fits(i, taken)]
        if needed and needed >= places - n:
            admitted = [i for i in admitted if is_fresh(i)] or admitted
        gains = {i: gain(i, taken) for i in (admitted or left)}
        best = max(gains.values())
        assert item in gains and gains[item] >= best - CLOSE, (rules, u, n, item, gains)
        decided += item != max(left, key=lambda i: s[i])
    return decided


def measures(world, lists, scores):
    """Means over the users, from the definitions."""
    ndcg, kl, distance, novelty, score = [], [], [], [], []
    for u, items in enumerate(lists):
        if not len(items):
            continue
        relevant = set(world.holdout[u])
        if relevant:
            gain = sum(1 / math.log2(n + 2) for n, i in enumerate(items) if i in relevant)
            ndcg.append(gain / sum(1 / math.log2(n + 2) for n in range(min(K, len(relevant)))))
        if any(world.shares(world.train[u]).values()):
            kl.append(world.kl(u, items))
        pairs = [1 - world.direction[i] @ world.direction[j] for n, i in enumerate(items) for j in items[:n]]
        distance.append(np.mean(pairs))
        novelty.append(np.mean([-math.log2(max(1, world.taken[i]) / len(world.users)) for i in items]))
        score.append(np.mean(scores[u]))
    means = {"ndcg": ndcg, "kl": kl, "distance": distance, "novelty": novelty, "score": score}
    covered = {i for items in lists for i in items}
    return {**{name: np.mean(values) for name, values in means.items()}, "coverage": len(covered) / len(world.items)}


def check_lists(world):
    common = "recommend --model run/model.h5 --data d.h5 --all --allow-held-out --no-fill --json"
    alster(f"{common} --k {POOL} --out pool.h5")
    alster(f"{common} --k {K} --out plain.h5")
    alster(f"{common} --k 9 --out former.h5")
    pool, pool_scores = read("pool.h5")
    before = shown_before("former.h5")
    for name, rules in RULES.items():
        write(f"{name}.toml", toml(rules))
        previous = " --previous former.h5" if "fatigue" in rules else ""
        done = alster(f"{common} --k {K} --rerank {name}.toml --out {name}.h5{previous}")
        lists, scores = read(f"{name}.h5")
        decided = sum(check_list(world, rules, u, list(pool[u]), pool_scores[u], list(lists[u]),
                                 before if "fatigue" in rules else [set()] * len(pool)) for u in range(len(pool)))
        assert decided > 20, (name, decided)
        for u, items in enumerate(lists):  # the score of an item stays that of the model
            of_item = dict(zip(pool[u], pool_scores[u]))
            assert [of_item[i] for i in items] == list(scores[u])
        steps = json.loads(done.stdout)["rerank"]["steps"]
        plain = read("plain.h5")
        for step, (items, points) in ((steps[0], plain), (steps[-1], (lists, scores))):
            for measure, value in measures(world, items, points).items():
                assert abs(step[measure] - value) < 1e-6, (name, step, measure, value)
        assert len(steps) == 1 + len(rules), steps
    alster("inspect all.h5")  # scores of such lists may ascend
    again = f"{common} --k {K} --rerank all.toml --previous former.h5 --out again.h5"
    alster(f"{again} --threads 1", ranks=3)
    with h5py.File("all.h5") as one, h5py.File("again.h5") as three:
        for name in ("item", "score", "reason", "filled"):
            assert one["topk/home"][name][:].tobytes() == three["topk/home"][name][:].tobytes(), name


def check_neutral():
    """Rules that weigh nothing change no byte, and limits that are never reached no list."""
    common = f"recommend --model run/model.h5 --data d.h5 --all --k {K}"
    alster(f"{common} --out without.h5")
    write("nothing.toml", 'pool = 20\n[diversity]\nmethod = "dpp"\nweight = 0\n[calibration]\nattribute = "genres"\n'
          'weight = 0.0\n[fatigue]\nfactor = 1\n[[boost]]\nattribute = "margin"\nweight = 0\n')
    alster(f"{common} --rerank nothing.toml --out with.h5")
    assert filecmp.cmp("without.h5", "with.h5", False)
    write("loose.toml", f'[[cap]]\nattribute = "genres"\nat_most = {K}\n')
    alster(f"{common} --rerank loose.toml --out with.h5")
    with h5py.File("without.h5") as without, h5py.File("with.h5") as ranked:
        assert len(ranked.attrs["rerank"]) == 64 and "rerank" not in without.attrs
        for name in ("item", "score", "reason", "filled"):
            assert np.array_equal(without["topk/home"][name], ranked["topk/home"][name]), name


def check_search(world):
    random = np.random.default_rng(5)
    write("eligible.toml", 'unknown_users = "all"\n[[class]]\nname = "all"\nitems.studio = ["a", "b", "c"]\n')
    lines = []
    for n in range(60):
        user = "nobody" if n % 9 == 0 else f"u{n % 30}"
        items = [f"i{i}" for i in random.integers(45, size=12)]
        lines.append({"user": user, "items": items, "query": n, "titles": [f"title of {item}" for item in items]})
    write("found.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    common = "rerank --model run/model.h5 --data d.h5 --input found.jsonl --json"
    done = alster(f"{common} --eligibility eligible.toml --out ranked.jsonl")
    alster(f"{common} --eligibility eligible.toml --out again.jsonl", ranks=2)
    assert filecmp.cmp("ranked.jsonl", "again.jsonl", False)
    counts = json.loads(done.stdout)
    unlearned = {i for i, norm in enumerate(np.linalg.norm(world.y, axis=1)) if norm == 0}
    dropped = {"unknown_item": 0, "repeated": 0, "not_eligible": 0}
    with open("ranked.jsonl") as file:
        ranked = [json.loads(line) for line in file]
    assert [line["query"] for line in ranked] == list(range(60))
    for given, line in zip(lines, ranked):
        kept, mine = [], dict.fromkeys(dropped, 0)
        for item in given["items"]:
            reason = ("unknown_item" if item not in world.item else "repeated" if item in kept else
                      "not_eligible" if not world.item[item]["studio"] else None)
            if reason:
                mine[reason] += 1
            else:
                kept.append(item)
        assert line["titles"] == [f"title of {item}" for item in line["items"]], line
        assert line.get("dropped", {}) == {reason: n for reason, n in mine.items() if n}, (given, line)
        for reason, n in mine.items():
            dropped[reason] += n
        if given["user"] == "nobody":
            assert line["order"] == "unknown-user" and line["items"] == kept and set(line["scores"]) <= {None}, line
            continue
        row = {item: world.items.index(item) for item in kept}
        score = {item: float(world.x[world.users.index(given["user"])] @ world.y[row[item]]) for item in kept}
        learned = [item for item in kept if row[item] not in unlearned]
        assert set(line["items"]) == set(kept) and line["items"][len(learned):] == [i for i in kept if i not in learned]
        got = [score[item] for item in line["items"][:len(learned)]]
        assert got == sorted(got, reverse=True) and np.allclose(got, line["scores"][:len(learned)], 1e-5), line
    counts["unknown_item"] = counts["unknown_items"]
    assert all(counts[reason] == n for reason, n in dropped.items()) and min(dropped.values()) > 5, (counts, dropped)
    assert counts["lines"] == 60 and counts["unknown_users"] == 7, counts
    short = [json.loads(line) for line in alster("rerank --model run/model.h5 --data d.h5 --input found.jsonl --k 4 "
                                                 "--rerank limits.toml").stdout.splitlines()]
    assert {len(line["items"]) for line in short} == {4} and len(short) == 60
    given = ('{"user": "u3", "big": 12345678901234567890123, "items": ["i4", "i9", "i4"], "dropped": 5, "scores": [9, 8.50, 7], '
             '"order": "bm25", "a\\"b": {"x": [1,  2, "]"]}, "e": 1.0, "words": ["a,b", "c]", {"d": "}"}]}')
    write("own.jsonl", given + "\n")
    line = alster("rerank --model run/model.h5 --data d.h5 --input own.jsonl").stdout
    told = json.loads(line)
    first = told["items"].index("i4")
    assert all(text in line for text in ('"big":12345678901234567890123', '"e":1.0', '{"x": [1,  2, "]"]}')), line
    assert told["dropped"] == 5 and told["alster_dropped"] == {"repeated": 1} and told["order"] == "bm25", told
    assert told["scores"] == ([9, 8.5] if first == 0 else [8.5, 9]) and len(told["alster_scores"]) == 2, told
    assert told["words"] == (["a,b", "c]"] if first == 0 else ["c]", "a,b"]) and told["alster_order"] == "model", told
    for text, message in (('{"user": "u1", "items": [], "user": "u2"}', "a key stands twice"),
                          ('{"user": "u1", "items": [], "order": 1, "alster_order": 2}', "has order and alster_order of its own"),
                          ('{"user": 1}', "must be an object"), ("[]", "must be an object"), ("{", "must be an object"),
                          ('{"user": "u1", "items": [1.5]}', "an id must be a text or a whole number, not 1.5")):
        write("wrong.jsonl", json.dumps(lines[0]) + "\n" + text + "\n")
        done = alster("rerank --model run/model.h5 --data d.h5 --input wrong.jsonl --out no.jsonl", code=65)
        assert f"wrong.jsonl:2: {message}" in done.stderr and not os.path.exists("no.jsonl"), done.stderr


def check_popular(world):
    def most(users, allowed, window=None):
        """By the log: its line of a pair says when that was."""
        count = np.zeros(len(world.items), int)
        for u in users:
            for i in world.train[u]:
                time = 1_600_000_000 + 7 * int(world.users[u][1:]) + int(world.items[i][1:])
                count[i] += window is None or window[0] < time <= window[1]
        order = sorted((i for i in allowed if count[i]), key=lambda i: (-count[i], i))[:4]
        return [world.items[i] for i in order], [int(count[i]) for i in order]

    everybody, everything = range(len(world.users)), range(len(world.items))
    for ranks in (1, 2):
        lists = json.loads(alster("popular --data d.h5 --k 4 --by market --json", ranks).stdout)["lists"]
        assert [entry["market"] for entry in lists] == ["de", "fr"]
        for entry in lists:
            of_market = [u for u in everybody if world.user[world.users[u]] == entry["market"]]
            assert (entry["items"], entry["counts"]) == most(of_market, everything), entry
    rules = write("a.toml", '[[class]]\nname = "all"\nitems.studio = "a"\n')
    lists = json.loads(alster(f"popular --data d.h5 --k 4 --by genres --eligibility {rules} --class all --json").stdout)
    for entry in lists["lists"]:
        allowed = [i for i in everything if entry["genres"] in world.values("genres", i) and
                   world.values("studio", i) == ["a"]]
        assert (entry["items"], entry["counts"]) == most(everybody, allowed), entry
    latest = max(1_600_000_000 + 7 * int(world.users[u][1:]) + int(world.items[i][1:])
                 for u in everybody for i in world.train[u])
    for at, until in (("", latest), (" --at 2020-09-13T12:28:00Z", 1_600_000_080)):  # 0.0005 days are 43.2 s
        for ranks in (1, 3):
            found = json.loads(alster(f"popular --data d.h5 --k 4 --days 0.0005{at} --json", ranks).stdout)["lists"][0]
            assert (found["items"], found["counts"]) == most(everybody, everything, (until - 43, until)), found
            lists = json.loads(alster(f"popular --data d.h5 --k 4 --days 0.0005{at} --by market --json", ranks).stdout)
            for entry in lists["lists"]:
                of_market = [u for u in everybody if world.user[world.users[u]] == entry["market"]]
                assert (entry["items"], entry["counts"]) == most(of_market, everything, (until - 43, until)), entry
    write("timeless.csv", "u1,i1\nu2,i1\n")
    alster("prepare --input timeless.csv --columns user=0,item=1 --out timeless.h5")
    assert "does not say when" in alster("popular --data timeless.h5 --days 1", code=64).stderr
    assert "it is a number" in alster("popular --data d.h5 --by margin", code=64).stderr
    assert "it has: market, fresh, genres" in alster("popular --data d.h5 --by colour", code=64).stderr


def check_refusals():
    refused = {
        "x = 1": "rerank.toml:1: unknown key 'x'",
        "pool = 501": "'pool' must be a whole number from 1 to 500",
        '[diversity]\nmethod = "mrr"\nweight = 1': "rerank.toml:2: 'method' must be mmr or dpp",
        '[diversity]\nmethod = "mmr"\nweight = 1.5': "'weight' must be a number from 0 to 1",
        '[diversity]\nmethod = "mmr"\nweight = 0.7\n[calibration]\nattribute = "genres"\nweight = 0.7': "are 1.4 together",
        '[[cap]]\nattribute = "genre"\nat_most = 1': "have no attribute 'genre'; they have: fresh, genres",
        '[[cap]]\nattribute = "margin"\nat_most = 1': "values are counted of a category or a set",
        '[[quota]]\nat_least = 1\nitems = { genres = "Westerns" }': "nothing has 'Westerns' for 'genres'",
        '[[quota]]\nitems = { genres = "Noir" }': "a quota needs 'at_least'",
        '[[boost]]\nattribute = "genres"\nweight = 1': "a number is added to the score",
    }
    for text, message in refused.items():
        write("rerank.toml", text + "\n")
        done = alster("recommend --model run/model.h5 --data d.h5 --user u1 --rerank rerank.toml", code=78)
        assert message in done.stderr and done.stderr.count("\n") == 1, (text, done.stderr)
    write("rerank.toml", "[fatigue]\nfactor = 0.5\n")
    done = alster("recommend --model run/model.h5 --data d.h5 --user u1 --rerank rerank.toml", code=64)
    assert "needs former lists" in done.stderr, done.stderr


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        world = World()
        check_lists(world)
        check_neutral()
        check_search(world)
        check_popular(world)
        check_refusals()
        os.chdir("/")


if __name__ == "__main__":
    main()

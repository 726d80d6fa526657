"""Recounts lists with h5py and numpy only: lists_test.py ALSTER. Scores from the factors, exclusions and popularity
from dataset.h5, on one, two and three ranks.
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
CONSUMED, DISLIKED = 1, 2
K = 12
ALSTER = os.path.abspath(sys.argv[1])
RANKS = "mpirun --allow-run-as-root --oversubscribe --bind-to none -n {} {}"


def alster(arguments, ranks=1, code=0):
    command = [ALSTER] if ranks == 1 else RANKS.format(ranks, ALSTER).split()
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command + arguments.split(), capture_output=True, text=True, env=environment)
    assert done.returncode == code, (arguments, done.stderr)
    return done


def write_log():
    """u0 has only dislikes, u1 only a play that is held out; item "bad" has only dislikes, "later" is held out; the
    heavy user has played nearly everything."""
    random = np.random.default_rng(3)
    lines = [("u0", "bad", "down", 1), ("u0", "i3", "down", 2), ("u1", "later", "play", 10**6)]
    lines += [("heavy", f"i{item}", "play", 3 + item) for item in range(26)]
    for time in range(40, 1400):
        user = random.integers(2, 60)
        item = 2 * min(random.geometric(0.15) - 1, 14) + user % 2
        kind = ["play", "play", "play", "down", "shown"][random.integers(5)]
        lines.append((f"u{user}", f"i{item}", kind, time))
    with open("log.csv", "w") as log:
        log.writelines(f"{user},{item},{kind},{time}\n" for user, item, kind, time in lines)
    with open("ratings.csv", "w") as log:
        log.writelines(f"{user},{item},{1 + (time + hash_of(item)) % 5},{time}\n" for user, item, _, time in lines)
    with open("rules.toml", "w") as rules:
        rules.write(RULES)


def hash_of(item):
    return sum(map(ord, item))


def make_models():
    write_log()
    alster("prepare --input log.csv --format csv --columns user=0,item=1,event=2,time=3 --rules rules.toml "
           "--split time:0.15 --out plays.h5")
    alster("train --data plays.h5 --factors 5 --sweeps 4 --out plays")
    alster("prepare --input ratings.csv --format csv --columns user=0,item=1,value=2,time=3 --split none --out stars.h5")
    alster("train --data stars.h5 --objective explicit --factors 3 --sweeps 4 --out stars")


class Data:
    """What lists are made of, read without alster."""

    def __init__(self, name):
        with h5py.File(f"{name}/model.h5") as model:
            self.explicit = model.attrs["objective"] == "explicit"
            self.mean = model.attrs["mean"]
            self.X, self.Y = (model[f"{side}/factors"][()].astype(np.float64) for side in ("users", "items"))
            self.users, self.items = (list(model[f"{side}/id"].asstr()[()]) for side in ("users", "items"))
            self.popular = model["popular/all/item"][()], model["popular/all/count"][()]
            self.status = {side: model[f"{side}/status"][()] for side in ("users", "items")}
        with h5py.File(f"{name}.h5") as data:
            self.train, self.holdout = self.pairs(data, "train"), self.pairs(data, "holdout")
        self.counts = np.zeros(len(self.items), int)
        for _, item, role, preference in self.train:
            self.counts[item] += bool(role & CONSUMED) and preference > 0
        one = -1 if self.explicit else self.X.shape[1]
        self.learned_user = np.delete(self.X, one, 1).any(1) if self.explicit else self.X.any(1)
        self.learned_item = np.delete(self.Y, -2, 1).any(1) if self.explicit else self.Y.any(1)

    @staticmethod
    def pairs(data, part):
        if f"{part}/by_user" not in data:
            return []
        group = data[f"{part}/by_user"]
        rows = np.repeat(np.arange(len(group["offsets"]) - 1), np.diff(group["offsets"][()]))
        ones = np.ones(len(rows))
        roles = group["role"][()] if "role" in group else ones.astype(int)
        preferences = group["preferences"][()] if "preferences" in group else ones
        return list(zip(rows, group["columns"][()], roles, preferences))

    def excluded(self, user, held_out=True, disliked=False):
        bits = CONSUMED | (DISLIKED if disliked else 0)
        pairs = self.train + (self.holdout if held_out else [])
        return {item for row, item, role, _ in pairs if row == user and role & bits}

    def expected(self, user, excluded, fill):
        """[(item, score, reason)] by sorting everything."""
        allowed = [item for item in range(len(self.items)) if item not in excluded]
        scores = self.mean + self.Y @ self.X[user]
        model = [item for item in allowed if self.learned_item[item]] if self.learned_user[user] else []
        model.sort(key=lambda item: -scores[item])
        places = [(item, scores[item], "model") for item in model[:K]]
        if fill or not self.learned_user[user]:
            rest = [item for item in allowed if item not in {place[0] for place in places}]
            rest.sort(key=lambda item: -self.counts[item])
            places += [(item, self.counts[item], "popularity") for item in rest[:K - len(places)]]
        return places


def check_places(data, user, places, expected):
    """The same items in the same order, but for scores that fp32 cannot tell apart."""
    assert len(places) == len(expected), (data.users[user], places, expected)
    scale = max(1, max((abs(score) for _, score, reason in expected if reason == "model"), default=1))
    for (item, score, reason), (_, best, right) in zip(places, expected):
        assert reason == right, (data.users[user], places, expected)
        own = data.mean + data.Y[item] @ data.X[user] if reason == "model" else data.counts[item]
        assert abs(score - own) < 2e-6 * scale and abs(own - best) < 2e-6 * scale, (item, score, own, best)
    assert len({item for item, _, _ in places}) == len(places)


def read_lists(path):
    with h5py.File(path) as file:
        vocabulary = list(file["vocab/reason"].asstr()[()])
        home = file["topk/home"]
        lists = []
        for row, filled in enumerate(home["filled"][()]):
            item, score, reason = (home[name][row] for name in ("item", "score", "reason"))
            assert (item[filled:] == -1).all() and (reason[filled:] == 255).all()
            lists.append(list(zip(item[:filled], score[:filled], [vocabulary[r] for r in reason[:filled]])))
        popular = file["popular/all/item"][()], file["popular/all/count"][()]
        return lists, dict(file.attrs), popular, list(file["users/id"].asstr()[()])


def check_file(data, path, held_out, disliked, fill):
    lists, attributes, popular, users = read_lists(path)
    assert users == data.users and len(lists) == len(users)
    for user, places in enumerate(lists):
        excluded = data.excluded(user, held_out, disliked)
        assert not excluded & {item for item, _, _ in places}, users[user]
        check_places(data, user, places, data.expected(user, excluded, fill))
    assert attributes["objective"] == ("explicit" if data.explicit else "implicit")
    assert attributes["mean"] == data.mean and attributes["score"].endswith("dot(user.factors, item.factors)")
    assert ("held-out" in attributes["excluded"]) == held_out and ("disliked" in attributes["excluded"]) == disliked
    for found in (popular, data.popular):
        order = [item for item in np.argsort(-data.counts, kind="stable") if data.counts[item] > 0]
        assert list(found[0]) == order and list(found[1]) == list(data.counts[order])


def check_plays():
    data = Data("plays")
    bad, later = (data.items.index(name) for name in ("bad", "later"))
    assert not data.learned_user[data.users.index("u0")] and not data.learned_user[data.users.index("u1")]
    assert not data.learned_item[bad] and not data.learned_item[later] and data.counts[bad] == 0
    assert data.holdout and any(role == DISLIKED for _, _, role, _ in data.train)
    assert list(data.status["users"] == 0) == list(data.learned_user)
    common = f"recommend --model plays/model.h5 --data plays.h5 --all --k {K} --out"
    for options, held_out, disliked, fill in (("", True, False, True), ("--allow-held-out", False, False, True),
                                              ("--exclude-disliked", True, True, True),
                                              ("--no-fill", True, False, False)):
        done = alster(f"{common} lists.h5 {options}")
        check_file(data, "lists.h5", held_out, disliked, fill)
        note = [line for line in done.stderr.splitlines() if "held-out interactions" in line]
        assert len(note) == 1 and "--split none" in note[0] and ("excluded" in note[0]) == held_out, done.stderr
    lists = read_lists("lists.h5")[0]
    reasons = {place[2] for place in lists[data.users.index("heavy")]}
    assert reasons == {"model"}, reasons
    alster(f"{common} lists.h5")
    reasons = [place[2] for place in read_lists("lists.h5")[0][data.users.index("heavy")]]
    assert reasons[0] == "model" and reasons[-1] == "popularity", reasons


def check_audit():
    """Lists are audited by what they say they leave out."""
    with open("all.toml", "w") as rules:
        rules.write('unknown_users = "all"\n[[class]]\nname = "all"\n')
    common = "audit {} --data plays.h5 --eligibility all.toml --at 2026-01-01 --json"
    make = f"recommend --model plays/model.h5 --data plays.h5 --all --k {K} --out"
    alster(f"{make} without.h5 --exclude-disliked")
    assert json.loads(alster(common.format("without.h5")).stdout)["violations"] == 0
    alster(f"{make} with.h5")
    assert json.loads(alster(common.format("with.h5")).stdout)["violations"] == 0


def check_stars():
    data = Data("stars")
    alster(f"recommend --model stars/model.h5 --data stars.h5 --all --k {K} --out stars-lists.h5")
    check_file(data, "stars-lists.h5", held_out=False, disliked=False, fill=True)
    scores = [score for places in read_lists("stars-lists.h5")[0] for _, score, reason in places if reason == "model"]
    assert 1 < np.mean(scores) < 6, np.mean(scores)


def content(path):
    """All bytes; of HDF5, where ranks may lay them out otherwise, those of every dataset and attribute."""
    if not path.endswith(".h5"):
        with open(path, "rb") as file:
            return file.read()
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()].tobytes()} if hasattr(item, "dtype") else {}))
        return found, {key: str(value) for key, value in file.attrs.items()}


def check_ranks():
    for name in ("lists.h5", "lists.jsonl"):
        common = f"recommend --model plays/model.h5 --data plays.h5 --all --k {K} --out"
        alster(f"{common} one-{name}")
        for ranks in (2, 3):
            alster(f"{common} many-{name}", ranks)
            assert content(f"one-{name}") == content(f"many-{name}"), (name, ranks)


def check_unknown():
    data = Data("plays")
    with open("ids.txt", "w") as ids:
        ids.write("u5\nnobody\nu0\n")
    common = f"recommend --model plays/model.h5 --data plays.h5 --users ids.txt --k {K}"
    shown = json.loads(alster(f"{common} --json").stdout)
    assert (shown["users"], shown["unknown_users"], shown["fallback_users"]) == (3, 1, 1), shown
    assert shown["held_out"]["excluded"] and shown["held_out"]["interactions"] == len(data.holdout)
    done = alster(f"{common} --out some.jsonl")
    assert "1 for an unknown user" in done.stdout, done.stdout
    with open("some.jsonl") as lines:
        lists = [json.loads(line) for line in lines]
    assert [entry["user"] for entry in lists] == ["u5", "nobody", "u0"]
    assert [entry["reason"] for entry in lists] == ["model", "unknown-user", "popularity"]
    for entry, printed in zip(lists, shown["lists"]):
        assert entry == printed
    with open("headed.txt", "w") as ids:
        ids.write("user_id\nu5\n")
    done = alster("recommend --model plays/model.h5 --data plays.h5 --users headed.txt", code=65)
    assert "'user_id', a header" in done.stderr, done.stderr
    with open("quoted.txt", "w") as ids:
        ids.write('"u5"\n"u0"\n')
    done = alster("recommend --model plays/model.h5 --data plays.h5 --users quoted.txt")
    assert "knows none of the users" in done.stderr, done.stderr
    order = np.argsort(-data.counts, kind="stable")[:K]
    assert lists[1]["items"] == [data.items[item] for item in order]
    assert lists[1]["scores"] == list(data.counts[order])


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        make_models()
        check_plays()
        check_audit()
        check_stars()
        check_ranks()
        check_unknown()
        os.chdir("/")


if __name__ == "__main__":
    main()

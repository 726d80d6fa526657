"""Recounts `alster diff` with numpy on list files whose users and items are not the same, nor in one order.
diff_test.py ALSTER"""
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

ALSTER = sys.argv[1]


def alster(*arguments):
    return subprocess.run([ALSTER, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


class Lists:
    def __init__(self, path, k):
        with h5py.File(path, "r") as file:
            texts = lambda name: [text.decode() if isinstance(text, bytes) else str(text) for text in file[name][()]]
            self.users, self.items = texts("users/id"), texts("items/id")
            group = file["topk/home"]
            self.lists, self.scores = {}, {}
            for user, row, score in zip(self.users, group["item"][()], group["score"][()], strict=True):
                self.lists[user] = [self.items[item] for item in row[:k] if item >= 0]
                self.scores[user] = score[:k].tolist()
            vocabulary = texts("vocab/reason")
            reasons = group["reason"][()][:, :k]
            self.reasons = {name: (reasons == n).sum() / (reasons != 255).sum() for n, name in enumerate(vocabulary)}
            popular = file["popular/all"]
            self.popular = {self.items[item]: int(count) for item, count in zip(popular["item"][()], popular["count"][()])}
            self.head = [self.items[item] for item in popular["item"][()][:100]]


def chances(items, scores, universe):
    """(depths + 1, universe) the chance that an item is among the first d: a tie's items share its places."""
    table = np.zeros((len(items) + 1, len(universe)))
    for place, item in enumerate(items):
        tie = [n for n in range(len(items)) if scores[n] == scores[place]]
        for d in range(len(items) + 1):
            table[d, universe[item]] = np.clip((d - tie[0]) / len(tie), 0, 1)
    return table


def rbo(a, a_scores, b, b_scores, p=0.9):
    if a == b and (not a or a_scores == b_scores):  # its ties are the same, too
        return 1.0, 1.0
    if not a or not b:
        return 0.0, 0.0
    universe = {item: n for n, item in enumerate(set(a) | set(b))}
    S, L = sorted((chances(a, a_scores, universe), chances(b, b_scores, universe)), key=len)
    s, l = len(S) - 1, len(L) - 1
    X = [(S[min(d, s)] * L[d]).sum() for d in range(l + 1)]
    value = (1 - p) / p * (sum(X[d] / d * p**d for d in range(1, l + 1))
                           + sum(X[s] * (d - s) / (s * d) * p**d for d in range(s + 1, l + 1)))
    return value + ((X[l] - X[s]) / l + X[s] / s) * p**l, np.mean([X[d] / d for d in range(1, l + 1)])


def shape(lists, popularity, head, k):
    places = [item for one in lists.lists.values() for item in one]
    counts = np.sort([places.count(item) for item in lists.items]).astype(float)
    n, users = len(counts), len(lists.lists)
    common = np.mean([len(set(lists.lists[a]) & set(lists.lists[b])) / k
                      for a in lists.users for b in lists.users if a != b])
    pairs = abs(counts[:, None] - counts[None, :]).sum() / (2 * n * n * counts.mean())  # gini by its definition
    return {"lists": users, "places": len(places), "coverage": (counts > 0).mean(), "gini": pairs,
            "overlap_between_users": common, "popularity": np.mean([popularity.get(item, 0) for item in places]),
            "popular_share": np.mean([item in head for item in places]), "empty": sum(not one for one in lists.lists.values())}


def check(told, expected, what):
    for name, number in expected.items():
        assert abs(told[name] - number) <= 1e-9, (what, name, told[name], number)


def check_difference(paths, k):
    told = json.loads(alster("diff", *paths, "--k", k, "--show", "7", "--json"))
    before, after = (Lists(path, k) for path in paths)
    users = [user for user in before.users if user in after.lists]
    likeness = [rbo(before.lists[u], before.scores[u], after.lists[u], after.scores[u]) for u in users]
    values = np.array([one[0] for one in likeness])
    union = lambda u: len(set(before.lists[u]) | set(after.lists[u]))
    both = lambda u: len(set(before.lists[u]) & set(after.lists[u]))
    check(told, {"common": len(users), "only_before": len(before.users) - len(users),
                 "only_after": len(after.users) - len(users), "rbo": values.mean(),
                 "rbo_median": np.sort(values)[(len(values) - 1) // 2], "rbo_tenth": np.sort(values)[(len(values) - 1) // 10],
                 "average_overlap": np.mean([one[1] for one in likeness]),
                 "jaccard": np.mean([both(u) / union(u) for u in users]),
                 "churn": np.mean([1 - both(u) / len(after.lists[u]) for u in users]),
                 "unchanged": sum(before.lists[u] == after.lists[u] for u in users)}, "difference")
    for name, lists in {"before": before, "after": after}.items():
        check(told[name], shape(lists, before.popular, before.head, k), name)
        check(told[name]["reasons"], lists.reasons, name)
    order = sorted(range(len(users)), key=lambda n: values[n])
    for one, n in zip(told["most_changed"], order[:7], strict=True):
        assert abs(one["rbo"] - values[n]) < 1e-9, (one, users[n])
        lost = [item for item in before.lists[one["id"]] if item not in after.lists[one["id"]]]
        assert one["lost"] == lost[:5], one
    held = lambda lists, item: sum(item in one for one in lists.lists.values())
    for one in told["items_gained"] + told["items_lost"]:
        assert (one["before"], one["after"]) == (held(before, one["item"]), held(after, one["item"])), one
    shifts = [one["after"] - one["before"] for one in told["items_gained"]]
    assert len(shifts) == 7 and shifts == sorted(shifts, reverse=True) and min(shifts) > 0, shifts


def make_lists(directory, name, keep):
    random = np.random.default_rng(2)
    log = os.path.join(directory, name + ".csv")
    with open(log, "w") as file:
        for _ in range(1500):
            user = random.integers(90)
            item = random.integers(8) * 5 + user % 5 if random.random() < 0.7 else random.integers(60)
            if keep(user, item):
                file.write(f"u{user},i{item},1\n")
    path = lambda ending: os.path.join(directory, name + ending)
    alster("prepare", "--input", log, "--columns", "user=0,item=1,value=2", "--out", path(".h5"))
    alster("train", "--data", path(".h5"), "--factors", 4, "--sweeps", 2, "--out", path(""))
    alster("recommend", "--model", path("/model.h5"), "--data", path(".h5"), "--all", "--k", 12, "--out", path(".lists.h5"))
    return path(".lists.h5"), path("/model.h5")


def main():
    with tempfile.TemporaryDirectory() as directory:
        first, model = make_lists(directory, "first", lambda user, item: user < 80 and item != 7)
        second, _ = make_lists(directory, "second", lambda user, item: user >= 10 and item < 55)
        for k in (12, 5):
            check_difference((first, second), k)
        same = json.loads(alster("diff", first, first, "--json"))
        assert same["rbo"] == same["average_overlap"] == same["jaccard"] == 1 and same["churn"] == 0, same
        assert same["unchanged"] == same["common"] and not same["most_changed"], same
        once = subprocess.run(["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "3", ALSTER, "diff", first, second],
                              check=True, capture_output=True, text=True).stdout
        assert once == alster("diff", first, second), once
        assert "lists in both files" in alster("diff", first, second)
        refused = lambda *arguments: subprocess.run([ALSTER, "diff", *arguments], capture_output=True, text=True)
        done = refused(first, model)
        assert done.returncode == 65 and done.stderr.count("\n") == 1, done
        similar = os.path.join(directory, "similar.h5")
        alster("similar", "--model", model, "--all", "--k", 3, "--out", similar)
        done = refused(first, similar)
        assert done.returncode == 64 and "0 groups" in done.stderr, done
        assert json.loads(alster("diff", similar, similar, "--json"))["rbo"] == 1


if __name__ == "__main__":
    main()

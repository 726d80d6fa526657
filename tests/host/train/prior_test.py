"""Rows pulled to a map of their features, made again in numpy with dense normal equations: prior_test.py ALSTER.

A whole training from the same start: every row by its own f × f system in fp64, every map by its ridge system, no
principal basis, no dual form. What may be compared does not depend on the basis: the objective, scores, and scores of
the maps. Factors of alster are fp32, so a few sweeps differ by some 1e-6 of the largest score.
"""
import hashlib
import json
import os
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

for room in "personalize", "evaluate":
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", room))
from cold_items_test import bounds, id_hash, mixed  # noqa: E402
from program import alster  # noqa: E402

USERS, ITEMS, NEW, FACTORS, SWEEPS, RIDGE = 150, 130, 9, 7, 4, 0.7
ROUNDING = 2e-5  # of the largest score: fp32 rows of 4 sweeps, whose systems are well conditioned
GIVEN = "--item-features tags,year,kind --user-features age,club --feature-rows 3 --feature-reg 0.7"


def make_world():
    random = np.random.default_rng(5)
    tags = [sorted(set(random.integers(0, 15, random.integers(0, 5)))) for _ in range(ITEMS + NEW)]
    clubs = random.integers(0, 6, USERS)
    with open("items.csv", "w") as file:
        file.write("id,tags,year,kind\n")
        for n, some in enumerate(tags):
            year = "" if n % 7 == 0 else random.integers(1950, 2020)
            kind = "" if n % 5 == 0 else random.choice(["film", "series"])
            file.write(f"i{n},{'|'.join(f't{t}' for t in some)},{year},{kind}\n")
    with open("users.csv", "w") as file:
        file.write("id,age,club\n")
        for n, club in enumerate(clubs):
            file.write(f"u{n},{'' if n % 6 == 0 else random.integers(12, 80)},c{club}\n")
    with open("log.csv", "w") as file:
        for u in range(USERS):
            for i in range(ITEMS):
                alike = sum(t % 6 == clubs[u] for t in tags[i])
                if random.random() < 0.03 + 0.2 * alike:
                    file.write(f"u{u},i{i}\n")
    alster("prepare --input log.csv --items items.csv --item-columns id=id,tags=tags:set,year=year:number,"
           "kind=kind:category --users users.csv --user-columns id=id,age=age:number,club=club:category "
           "--split none --out d.h5")


def column(group, name):
    """Each row's values, or numbers."""
    entry = group[f"attributes/{name}"]
    values = entry["values"][:]
    if "vocabulary" not in entry:
        return values
    words = entry["vocabulary"].asstr()[:]
    if "offsets" in entry:
        offsets = entry["offsets"][:]
        return [[words[c] for c in values[a:b]] for a, b in zip(offsets, offsets[1:])]
    return [[words[c]] if c >= 0 else [] for c in values]


def features(group, names, rows, least=3):
    """Values weigh ln(N / df), each row's have length 1; numbers are standardised and cut at 3."""
    values, numbers = np.zeros((rows, 0)), np.zeros((rows, 0))
    for name in names:
        given = column(group, name)
        if isinstance(given, np.ndarray):
            known = ~np.isnan(given)
            z = (given - given[known].mean()) / given[known].std()
            numbers = np.column_stack([numbers, np.where(known, np.clip(np.nan_to_num(z), -3, 3), 0)])
            continue
        for word in sorted({word for words in given for word in words}):
            has = np.array([word in words for words in given])
            if least <= has.sum() < rows:
                values = np.column_stack([values, has * np.log(rows / has.sum())])
    length = np.linalg.norm(values, axis=1, keepdims=True)
    return np.column_stack([values / np.where(length > 0, length, 1), numbers])


class Side:
    """Rows, their features and map; of a side without features the map is empty."""

    def __init__(self, taken, other_rows, attributes, f):
        self.taken, self.f = taken, f
        n = np.array([len(columns) for columns in taken])
        self.w = np.where(n > 0, (n + attributes["alpha0"] * other_rows) ** attributes["nu"], 0)
        self.ridge = RIDGE * self.w.sum() / (n > 0).sum()
        self.map = np.zeros((f.shape[1], FACTORS))
        self.x = np.zeros((len(taken), FACTORS))

    def solve(self, y, attributes):
        """Dense normal equations of each row, pulled to its mean; then the map."""
        everything = attributes["alpha0"] * y.T @ y
        m = self.f @ self.map
        for u, columns in enumerate(self.taken):
            if len(columns) == 0:
                continue
            lam, rows = attributes["lambda"] * self.w[u], y[columns]
            system = everything + rows.T @ rows + lam * np.eye(FACTORS)
            self.x[u] = np.linalg.solve(system, rows.sum(axis=0) + lam * m[u])
        left, right = self.f.T * self.w @ self.f, self.f.T * self.w @ self.x
        self.map = np.linalg.solve(left + self.ridge * np.eye(len(left)), right)

    def penalty(self, attributes):
        far = ((self.x - self.f @ self.map) ** 2).sum(axis=1)
        return attributes["lambda"] * (self.w @ far + self.ridge * (self.map ** 2).sum())


def objective(users, items, attributes):
    scores = users.x @ items.x.T
    seen = np.zeros(scores.shape, bool)
    for u, columns in enumerate(users.taken):
        seen[u, columns] = True
    return (((1 - scores[seen]) ** 2).sum() + attributes["alpha0"] * (scores ** 2).sum()
            + users.penalty(attributes) + items.penalty(attributes))


def retrain(attributes, start):
    with h5py.File("d.h5") as data:
        def taken(side):
            rows = data[f"train/by_{side}"]
            offsets = rows["offsets"][:]
            return [rows["columns"][a:b] for a, b in zip(offsets, offsets[1:])]
        n_users, n_items = data.attrs["n_users"], data.attrs["n_items"]
        users = Side(taken("user"), n_items, attributes, features(data["users"], ["age", "club"], n_users))
        items = Side(taken("item"), n_users, attributes, features(data["items"], ["tags", "year", "kind"], n_items))
    items.x = start.copy()
    before = np.inf
    for _ in range(SWEEPS):
        for solved, fixed in (users, items), (items, users):
            solved.solve(fixed.x, attributes)
            now = objective(users, items, attributes)
            assert now <= before * (1 + 1e-12), (before, now)
            before = now
    users.solve(items.x, attributes)
    return users, items


def check_training():
    alster(f"train --data d.h5 --factors {FACTORS} --sweeps 1 --out start")
    with h5py.File("start/model.h5") as model:
        start = model["items/factors"][:].astype(float)
    for extra in "", "--cg-steps 0 --backend reference":
        out = "run" + extra.replace(" ", "")
        alster(f"train --data d.h5 --factors {FACTORS} --sweeps {SWEEPS} --start-from start --init-scale 1e-12 --out {out} {GIVEN} {extra}")
        with h5py.File(f"{out}/model.h5") as model:
            attributes = dict(model.attrs)
            x, y = model["users/factors"][:].astype(float), model["items/factors"][:].astype(float)
            # features stand in the order of attributes, here numbers after all values
            order = [np.argsort(model[f"prior/{side}/numeric"][:], kind="stable") for side in ("users", "items")]
            maps = [model[f"prior/{side}/map"][:][rows] for side, rows in zip(("users", "items"), order)]
            ridges = [model[f"prior/{side}/map"].attrs["ridge"] for side in ("users", "items")]
        users, items = retrain(attributes, start)
        for side, ridge in zip((users, items), ridges):
            assert abs(side.ridge - ridge) <= 1e-12 * ridge, (side.ridge, ridge)
        expected = objective(users, items, attributes)
        assert abs(attributes["objective_value"] - expected) <= 1e-6 * expected, (attributes, expected)
        for ours, theirs in ((x @ y.T, users.x @ items.x.T), (x @ maps[1].T, users.x @ items.map.T),
                             (y @ maps[0].T, items.x @ users.map.T)):
            far = np.abs(ours - theirs).max() / np.abs(users.x @ items.x.T).max()
            assert far <= ROUNDING, (out, far)


def bits(path):
    with h5py.File(path) as model:
        names = []
        model.visititems(lambda name, what: names.append(name) if isinstance(what, h5py.Dataset) else None)
        return hashlib.sha256(b"".join(model[name][()].tobytes() for name in sorted(names))).hexdigest()


def check_bits():
    """For any number of ranks and threads, and after any restart; steps of conjugate gradients keep both sides."""
    for steps in 0, 2:
        train = f"train --data d.h5 --factors 24 --sweeps 3 --cg-steps {steps} {GIVEN} --out "
        alster(train + f"alone{steps}", threads=1)
        expected = bits(f"alone{steps}/model.h5")
        for ranks, threads in (1, 2), (2, 1), (3, 1):
            alster(train + f"on{steps}{ranks}{threads}", ranks=ranks, threads=threads)
            assert bits(f"on{steps}{ranks}{threads}/model.h5") == expected, (steps, ranks, threads)
        out = train + f"parts{steps} --stop-after-minutes 1e-9"
        for ranks in 1, 2, 1, 2, 1:
            alster(out, ranks=ranks, code=75)
        alster(train + f"parts{steps}")
        assert bits(f"parts{steps}/model.h5") == expected, steps


class Served:
    """A model and its dataset, and each user's row solved for some items, pulled to the map of the users."""

    def __init__(self, model, data):
        with h5py.File(model) as file:
            self.attributes = dict(file.attrs)
            self.x, self.y = (file[f"{side}/factors"][:].astype(float) for side in ("users", "items"))
            self.ids = [list(file[f"{side}/id"].asstr()[:]) for side in ("users", "items")]
            self.maps, self.ridges = [], []
            for side in "users", "items":
                group = file[f"prior/{side}"]
                self.maps.append(group["map"][:][np.argsort(group["numeric"][:], kind="stable")])
                self.ridges.append(group["map"].attrs["ridge"])
            self.names = [list(file[f"prior/{side}/attribute"].asstr()[:]) for side in ("users", "items")]
        with h5py.File(data) as file:
            rows = file["train/by_user"]
            offsets = rows["offsets"][:]
            self.taken = [rows["columns"][a:b] for a, b in zip(offsets, offsets[1:])]
            self.f = [features(file["users"], ["age", "club"], len(self.ids[0])),
                      features(file["items"], ["tags", "year", "kind"], len(self.ids[1]))]

    def weight(self, n, others):
        return (n + self.attributes["alpha0"] * others) ** self.attributes["nu"]

    def fold_in(self, u, y, taken):
        if len(taken) == 0:
            return np.zeros(FACTORS)
        lam = self.attributes["lambda"] * self.weight(len(taken), len(y))
        system = self.attributes["alpha0"] * y.T @ y + y[taken].T @ y[taken] + lam * np.eye(FACTORS)
        return np.linalg.solve(system, y[taken].sum(axis=0) + lam * self.f[0][u] @ self.maps[0])


def check_cold():
    """Hidden titles, ranked by the map that is fitted again without them."""
    said = json.loads(alster("evaluate --model run --data d.h5 --cold-items 0.3 --seed 5 --features tags,kind "
                             "--feature-rows 3 --k 3,8 --json").stdout)
    model = Served("run/model.h5", "d.h5")
    drawn = np.array([mixed(id_hash(name) ^ mixed(5)) / 2.0 ** 64 for name in model.ids[1]])
    hidden = np.any(model.y != 0, axis=1) & (drawn < 0.3)
    wanted = np.flatnonzero(hidden)
    y = model.y * ~hidden[:, None]
    n = np.bincount(np.concatenate(model.taken), minlength=len(y))
    w = np.where((n > 0) & ~hidden, model.weight(n, len(model.taken)), 0)
    f = model.f[1]
    fitted = np.linalg.solve(f.T * w @ f + model.ridges[1] * np.eye(f.shape[1]), f.T * w @ y)
    x = np.array([model.fold_in(u, y, [i for i in taken if not hidden[i]]) for u, taken in enumerate(model.taken)])
    place = {item: n for n, item in enumerate(wanted)}
    relevant = [{place[i] for i in taken if hidden[i]} for taken in model.taken]
    for k in 3, 8:
        for metric in "recall_all", "ndcg":
            low, high = bounds(x @ (f[wanted] @ fitted).T, relevant, k, metric, 1e-4)
            found = said[f"prior_{metric}@{k}"]
            assert low - 1e-9 <= found <= high + 1e-9 and high - low < 0.02, (metric, k, low, found, high)
    assert said["map"] == max(("knn", "ridge", "prior"), key=lambda name: said[f"{name}_ndcg@3"])


def check_update():
    """Folded users are pulled to the map, which stays."""
    with open("more.csv", "w") as file:
        file.write("".join(f"u{u},i{i}\n" for u in (3, 40, 77) for i in range(u % 5, ITEMS, 9)))
    alster("update --model run --data d.h5 --input more.csv --out updated", ranks=2)
    before, after = Served("run/model.h5", "d.h5"), Served("updated/model.h5", "updated/dataset.h5")
    assert np.array_equal(before.maps[0], after.maps[0]) and np.array_equal(before.maps[1], after.maps[1])
    for name in "u3", "u40", "u77":
        u = after.ids[0].index(name)
        assert len(after.taken[u]) > len(before.taken[before.ids[0].index(name)])
        far = np.abs(after.fold_in(u, after.y, after.taken[u]) - after.x[u]).max()
        assert far <= 1e-5 * np.abs(after.x).max(), (name, far)


def check_leak():
    """Without features nothing changes, and a model without them has no prior."""
    alster("train --data d.h5 --factors 8 --sweeps 2 --out plain")
    with h5py.File("plain/model.h5") as model:
        assert "prior" not in model
        assert "feature" not in model.attrs["config_json"]


def check_refusals():
    for given, code, words in (("--item-features nothing", 64, "no such attribute"),
                               ("--item-features tags --feature-rows 100000", 64, "lower --feature-rows"),
                               ("--item-features tags --backend cuda", 64, "on CPUs alone")):
        said = alster(f"train --data d.h5 --out none {given}", code=code).stderr
        assert words in said.splitlines()[-1], said


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        make_world()
        check_training()
        check_bits()
        check_cold()
        check_update()
        check_leak()
        check_refusals()


if __name__ == "__main__":
    main()

"""Hidden items, mapped items and places for them, made again with h5py and numpy: cold_items_test.py ALSTER.

The users are solved again in fp64 from the recipe of docs/formats.md, the features are weighed and the maps solved by
their definitions. Scores of factors are fp32, so two titles may change places where their scores differ by less than
its rounding: a measure has to lie between what it is if all such titles go before the relevant ones, and after.
"""
import importlib
import json
import math
import os
import shutil
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "personalize"))
from program import alster  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "python"))
package = importlib.import_module("alster")

WORD = (1 << 64) - 1
USERS, ITEMS, NEW = 70, 60, 8
LEAST = 3
ROUNDING = 1e-4  # of the largest score: rows of 6 factors whose systems are well conditioned, in fp32
NAMES = "content", "knn", "ridge", "blend"


def mixed(bits):
    bits = (bits + 0x9E3779B97F4A7C15) & WORD
    bits = ((bits ^ bits >> 30) * 0xBF58476D1CE4E5B9) & WORD
    bits = ((bits ^ bits >> 27) * 0x94D049BB133111EB) & WORD
    return bits ^ bits >> 31


def id_hash(text):
    bits = 0xCBF29CE484222325
    for byte in text.encode():
        bits = ((bits ^ byte) * 0x100000001B3) & WORD
    return mixed(bits)


class World:
    def __init__(self):
        random = np.random.default_rng(11)
        self.tags = [sorted(set(random.integers(0, 24, random.integers(0, 7)))) for _ in range(ITEMS + NEW)]
        self.kind = [random.choice(["film", "series", ""]) for _ in range(ITEMS + NEW)]
        for n in range(0, ITEMS + NEW, 5):
            self.tags[n], self.kind[n] = [], ""
        with open("items.csv", "w") as file:
            file.write("id,tags,kind\n")
            for n, (tags, kind) in enumerate(zip(self.tags, self.kind)):
                file.write(f"i{n},{'|'.join(f't{t}' for t in tags)},{kind}\n")
        taste = random.integers(0, 24, (USERS, 3))
        with open("log.csv", "w") as file:
            for u in range(USERS):
                for i in range(ITEMS):
                    alike = sum(t in self.tags[i] for t in taste[u])
                    if random.random() < 0.06 + 0.25 * alike:
                        file.write(f"u{u},i{i}\n")
        alster("prepare --input log.csv --items items.csv --item-columns id=id,tags=tags:set,kind=kind:category "
               "--split none --out d.h5")
        alster("train --data d.h5 --factors 6 --sweeps 5 --out run")
        with h5py.File("run/model.h5") as model, h5py.File("d.h5") as data:
            self.attributes = dict(model.attrs)
            self.ids = list(model["items/id"].asstr()[:])
            self.y = model["items/factors"][:].astype(float)
            rows = data["train/by_user"]
            offsets = rows["offsets"][:]
            self.taken = [rows["columns"][a:b] for a, b in zip(offsets, offsets[1:])]
        self.learned = np.any(self.y != 0, axis=1)
        self.f = self.features()

    def features(self):
        """tf-idf of tags and kinds that at least LEAST items have, each row of length 1."""
        values = {}
        for row, name in enumerate(self.ids):
            n = int(name[1:])
            for value in [("t", t) for t in self.tags[n]] + [("k", self.kind[n])] * (self.kind[n] != ""):
                values.setdefault(value, []).append(row)
        values = {value: rows for value, rows in values.items() if LEAST <= len(rows) < len(self.ids)}
        f = np.zeros((len(self.ids), len(values)))
        for column, rows in enumerate(values.values()):
            f[rows, column] = math.log(len(self.ids) / len(rows))
        norm = np.linalg.norm(f, axis=1, keepdims=True)
        return f / np.where(norm > 0, norm, 1)

    def fold_in(self, y, taken):
        a = self.attributes
        if len(taken) == 0:
            return np.zeros(y.shape[1])
        penalty = a["lambda"] * (len(taken) + a["alpha0"] * a["n_items"]) ** a["nu"]
        rows = y[taken]
        return np.linalg.solve(a["alpha0"] * y.T @ y + rows.T @ rows + penalty * np.eye(y.shape[1]), rows.sum(axis=0))

    def hidden(self, fraction, seed):
        drawn = np.array([mixed(id_hash(name) ^ mixed(seed)) / 2.0 ** 64 for name in self.ids])
        return self.learned & (drawn < fraction)


def by_nearest(world, known, wanted, y):
    mapped = np.zeros((len(wanted), y.shape[1]))
    for n, row in enumerate(wanted):
        cosine = world.f[known] @ world.f[row]
        near = [k for k in np.argsort(-cosine, kind="stable")[:10] if cosine[k] > 1e-12]
        if near:
            mapped[n] = cosine[near] @ y[known[near]] / cosine[near].sum()
    return mapped


def by_ridge(world, known, wanted, y):
    f = world.f[known]
    return world.f[wanted] @ np.linalg.solve(f.T @ f + np.eye(f.shape[1]), f.T @ y[known])


def standardised(scores):
    """Of each user over the titles."""
    spread = scores.std(axis=1, keepdims=True)
    return (scores - scores.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)


def measure(scores, relevant, k, metric):
    """Mean over the users that have relevant titles; of equal scores the relevant ones come last."""
    values = []
    for score, wanted in zip(scores, relevant):
        if not wanted:
            continue
        is_wanted = np.isin(np.arange(len(score)), list(wanted))
        order = np.lexsort((is_wanted, -score))
        hits = is_wanted[order][:k]
        if metric == "recall_all":
            values.append(hits.sum() / len(wanted))
        else:
            gain = 1 / np.log2(np.arange(2, len(score) + 2))
            values.append((hits * gain[:len(hits)]).sum() / gain[:min(k, len(wanted))].sum())
    return np.mean(values)


def bounds(scores, relevant, k, metric, rounding):
    found = []
    for sign in 1, -1:
        moved = []
        for score, wanted in zip(scores, relevant):
            others = ~np.isin(np.arange(len(score)), list(wanted))
            moved.append(score + sign * rounding * np.abs(score).max() * others)
        found.append(measure(moved, relevant, k, metric))
    return found


def hidden_titles_are_ranked_as_numpy_does(world):
    said = json.loads(alster("evaluate --model run --data d.h5 --cold-items 0.3 --seed 5 --features tags,kind "
                             f"--feature-rows {LEAST} --k 3,8 --json").stdout)
    hidden = world.hidden(0.3, 5)
    wanted, known = np.flatnonzero(hidden), np.flatnonzero(world.learned & ~hidden)
    assert said["hidden"] == len(wanted) > 10 and said["items"] == world.learned.sum()
    assert said["hidden_without_features"] == np.sum(~world.f[wanted].any(axis=1)) > 0
    place = {item: n for n, item in enumerate(wanted)}
    relevant = [{place[i] for i in taken if hidden[i]} for taken in world.taken]
    left = [np.array([i for i in taken if not hidden[i]], int) for taken in world.taken]
    assert said["interactions"] == sum(map(len, relevant)) and said["users"] == sum(map(bool, relevant))
    y = world.y * ~hidden[:, None]
    x = np.array([world.fold_in(y, taken) for taken in left])
    content = np.array([world.f[taken].sum(axis=0) @ world.f[wanted].T for taken in left])
    plays = np.sum([[n in items for n in range(len(wanted))] for items in relevant], axis=0)
    scores = {"content": content, "knn": x @ by_nearest(world, known, wanted, y).T,
              "ridge": x @ by_ridge(world, known, wanted, y).T, "popularity": np.tile(plays, (USERS, 1)).astype(float)}
    assert said["map"] == max(("knn", "ridge"), key=lambda name: said[f"{name}_ndcg@3"])
    scores["blend"] = standardised(content) + standardised(scores[said["map"]])
    for name, score in scores.items():
        for k in 3, 8:
            for metric in "recall_all", "ndcg":
                low = high = measure(score.astype(np.float32), relevant, k, metric)
                if name in ("knn", "ridge", "blend"):
                    low, high = bounds(score, relevant, k, metric, ROUNDING)
                found = said[f"{name}_{metric}@{k}"]
                assert low - 1e-9 <= found <= high + 1e-9 and high - low < 0.02, (name, metric, k, low, found, high)
                assert said[f"{name}_{metric}@{k}_low"] < found < said[f"{name}_{metric}@{k}_high"]
    best = max(NAMES, key=lambda name: said[f"{name}_ndcg@3"])
    assert said["best"] == best and said[f"gain_over_{best}_ndcg@3"] == 0
    assert said["random_ndcg@8"] < said["content_ndcg@8"]


def ranks_and_threads_change_no_bit():
    command = f"evaluate --model run --data d.h5 --cold-items 0.3 --features tags --feature-rows {LEAST} --json"
    assert alster(command).stdout == alster(command, ranks=3, threads=1).stdout


def what_cannot_be_a_feature_is_refused():
    for features, words in ("none", "has no such attribute"), ("title", "no such attribute"):
        done = alster(f"evaluate --model run --data d.h5 --cold-items 0.3 --features {features}", code=64)
        assert words in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert "--features" in alster("evaluate --model run --data d.h5 --cold-items 0.3", code=64).stderr
    alster("evaluate --model run --data d.h5 --cold-items 0.3 --features tags --blend 0.5", code=64)


def new_items_are_mapped(world):
    said = json.loads(alster(f"map --model run --data d.h5 --features tags,kind --feature-rows {LEAST} --hide 0.3 "
                             "--out mapped.h5 --json").stdout)
    alster(f"map --model run --data d.h5 --features tags,kind --feature-rows {LEAST} --hide 0.3 --out three.h5", ranks=3)
    with h5py.File("run/model.h5") as old, h5py.File("mapped.h5") as new, h5py.File("three.h5") as three:
        assert old.attrs["space_id"] == new.attrs["space_id"]
        for name in "users/factors", "users/status", "gram/items", "gram/users", "items/id_order", "items/last_event":
            assert np.array_equal(old[name][:], new[name][:]), name
        for name in "items/factors", "items/status", "items/ann_cosine":
            assert np.array_equal(new[name][:], three[name][:]), name
        mapped = new["items/status"][:] == 3
        known, wanted = np.flatnonzero(world.learned), np.flatnonzero(mapped)
        assert np.array_equal(mapped, ~world.learned & world.f.any(axis=1)) and said["mapped"] == mapped.sum() > 3
        assert np.array_equal(old["items/factors"][:][~mapped], new["items/factors"][:][~mapped])
        assert np.array_equal(old["items/ann_cosine"][:][~mapped], new["items/ann_cosine"][:][~mapped])
        expected = {"knn": by_nearest, "ridge": by_ridge}[said["factors_by"]](world, known, wanted, world.y)
        longest = np.linalg.norm(world.y, axis=1).max()
        assert np.all(np.linalg.norm(expected, axis=1) < longest)
        close = 1e-5 * longest  # conjugate gradients end at 1e-6 of the gradient
        assert np.allclose(new["items/factors"][:][mapped], expected, rtol=0, atol=close)
        length = np.linalg.norm(new["items/ann_cosine"][:].astype(float), axis=1)
        assert np.allclose(length, length[0], rtol=1e-6)
        how = json.loads(new.attrs["config_json"])["new_items"]
    assert how["by"] == said["best"] and how["features"] == ["tags", "kind"]
    alster("inspect mapped.h5")
    return how["by"], mapped, expected


def lists_keep_places_for_new_titles(world, by, mapped, factors):
    command = "recommend --model {} --data d.h5 --all --k 7 --out {}"
    alster(command.format("run", "plain.h5"))
    alster(command.format("mapped.h5", "without.h5"))
    alster(command.format("mapped.h5", "slots.h5") + " --new-slots 2")
    alster(command.format("mapped.h5", "three_ranks.h5") + " --new-slots 2", ranks=3)
    titles = np.flatnonzero(mapped)
    with h5py.File("plain.h5") as plain, h5py.File("without.h5") as without, h5py.File("slots.h5") as slots, \
            h5py.File("three_ranks.h5") as three, h5py.File("run/model.h5") as model:
        x = model["users/factors"][:].astype(float)
        rows = {name: lists["topk/home/item"][:] for name, lists in
                (("plain", plain), ("without", without), ("slots", slots), ("three", three))}
        reasons = slots["topk/home/reason"][:]
        assert list(slots["vocab/reason"].asstr()[:])[3] == "new-title"
    assert np.array_equal(rows["plain"], rows["without"]) and np.array_equal(rows["slots"], rows["three"])
    assert not np.isin(rows["plain"], titles).any()
    content = np.array([world.f[taken].sum(axis=0) @ world.f[titles].T for taken in world.taken])
    dots = x @ factors.T
    for u, taken in enumerate(world.taken):
        if len(taken) == 0:
            continue
        score = {"content": content, "map": dots, "blend": standardised(content) + standardised(dots)}[
            by if by in ("content", "blend") else "map"][u]
        allowed = np.flatnonzero(score > 0) if by == "content" else np.arange(len(titles))
        order = sorted(allowed, key=lambda n: (-np.float32(score[n]), titles[n]))[:2]
        new = [place for place in range(7) if reasons[u, place] == 3]
        assert new == [1, 4][:len(order)], (u, new)
        assert [rows["slots"][u, place] for place in new] == [titles[n] for n in order], u
        others = [item for place, item in enumerate(rows["slots"][u]) if place not in new]
        assert others == list(rows["plain"][u][:len(others)]), u


def whole_lists_have_the_new_titles_where_they_belong(mapped):
    """Popularity fills with titles that nobody has played: these must not take a new title's turn."""
    titles = set(np.flatnonzero(mapped))
    alster("recommend --model mapped.h5 --data d.h5 --all --k 7 --new-slots 2 --out seven.h5")
    alster(f"recommend --model mapped.h5 --data d.h5 --all --k {ITEMS + NEW} --new-slots 2 --out whole.h5")
    with h5py.File("seven.h5") as seven, h5py.File("whole.h5") as whole:
        for u, (short, long) in enumerate(zip(seven["topk/home/item"][:], whole["topk/home/item"][:])):
            reasons = whole["topk/home/reason"][u]
            best = short[seven["topk/home/reason"][u] == 3]
            assert np.array_equal(long[reasons == 3], best), u
            listed = long[long >= 0]
            assert len(set(listed)) == len(listed) and np.array_equal(reasons != 255, long >= 0), u
            if len(best) == 2:
                third, all_places = len(listed), ITEMS + NEW
                assert list(np.flatnonzero(reasons == 3)) == [
                    min(n * (all_places + 1) // 3, third - 2 + n) - 1 for n in (1, 2)], (u, third)
            assert titles <= set(listed) or len(best) == 0, u
    text = alster("recommend --model mapped.h5 --data d.h5 --user u1 --k 7 --new-slots 2").stdout
    assert text.count("  (new)\n") == 2 and "(popular)" not in text, text


def mapped_items_are_candidates_nowhere_else(mapped):
    for command, group in (("similar --model {} --data d.h5 --all --k 9 --out {}.out.h5", "similar/items"),
                           ("page --model {} --data d.h5 --all --out {}.out.h5", None),
                           ("recommend --model {} --data d.h5 --all --k 9 --out {}.out.h5", "topk/home")):
        for model in "run", "mapped.h5":
            alster(command.format(model, model))
        with h5py.File("run.out.h5") as old, h5py.File("mapped.h5.out.h5") as new:
            names = [f"{group}/item"] if group else [f"page/{row}/item" for row in old["page"]]
            for name in names:
                assert np.array_equal(old[name][:], new[name][:]), (command, name)
                assert not np.isin(new[name][:], np.flatnonzero(mapped)).any(), (command, name)
    learned, with_mapped = (package.Model.open(model) for model in ("run", "mapped.h5"))
    for item in learned.items.ids:
        assert learned.similar(item, 9) == with_mapped.similar(item, 9), item
    measure = "evaluate --data d.h5 --cold-items 0.3 --features tags --feature-rows 3 --json --model "
    told = [json.loads(alster(measure + model).stdout) for model in ("run", "mapped.h5")]
    assert told[0] == told[1]
    for model in "run", "mapped.h5":
        alster(f"train --data d.h5 --factors 6 --sweeps 2 --align-to {model} --out to_{model}")
    with h5py.File("to_run/model.h5") as old, h5py.File("to_mapped.h5/model.h5") as new:
        assert old.attrs["align_residual"] == new.attrs["align_residual"] < 1
        assert np.array_equal(old["items/factors"][:], new["items/factors"][:])
    for options in "--factors 5", "--factors 6 --objective explicit":
        done = alster(f"train --data d.h5 {options} --sweeps 2 --align-to run --out refused", code=65)
        assert "has 6 factors of implicit feedback" in done.stderr and "sweep" not in done.stderr, done.stderr


def an_update_keeps_what_is_mapped(world, mapped):
    """A mapped item with new events is folded in; all else is what it is without mapped items, which stay as they are."""
    touched = world.ids[np.flatnonzero(mapped)[1]]
    with open("log.csv") as log, open("rated.csv", "w") as rated:
        rated.writelines(f"{line.strip()},{1 + n % 5}\n" for n, line in enumerate(log))
    alster("prepare --input rated.csv --items items.csv --item-columns id=id,tags=tags:set,kind=kind:category "
           "--split none --out rated.h5")
    alster("train --data rated.h5 --factors 4 --sweeps 3 --objective explicit --out rated")
    alster(f"map --model rated --data rated.h5 --features tags --feature-rows {LEAST} --hide 0.3 --out rated.mapped.h5")
    for data, model, with_mapped in ("d.h5", "run", "mapped.h5"), ("rated.h5", "rated", "rated.mapped.h5"):
        value = ",4" if model == "rated" else ""
        with open("tonight.csv", "w") as log:
            log.writelines(f"{pair}{value}\n" for pair in (f"u3,{touched}", f"u5,{touched}", "u5,i1", "u7,i2"))
        for keep in "", " --keep-items":
            for one, out in (model, "plain.up"), (with_mapped, "mapped.up"):
                alster(f"update --model {one} --data {data} --input tonight.csv --late add{keep} --out {out}{keep.strip()}")
            alster(f"update --model {with_mapped} --data {data} --input tonight.csv --late add{keep} --out three{keep.strip()}",
                   ranks=3)
            plain, ours, three = (f"{out}{keep.strip()}/model.h5" for out in ("plain.up", "mapped.up", "three"))
            with h5py.File(with_mapped) as before, h5py.File(plain) as old, h5py.File(ours) as new, h5py.File(three) as other:
                for name in "users/factors", "users/status", "gram/items", "gram/users":
                    assert np.array_equal(old[name][:], new[name][:]), (with_mapped, keep, name)
                ids = list(new["items/id"].asstr()[:])
                was = before["items/status"][:] == 3
                stays = was & (np.array(ids) != touched)
                assert list(new["items/status"][:][~stays]) == list(old["items/status"][:][~stays])
                assert new["items/status"][ids.index(touched)] == 1 and (new["items/status"][:][stays] == 3).all()
                assert stays.sum() == was.sum() - 1 > 2
                for of, rows in (old, ~stays), (before, stays):
                    assert np.array_equal(new["items/factors"][:][rows], of["items/factors"][:][rows]), (with_mapped, keep)
                for name in "items/factors", "items/status", "gram/items":
                    assert np.array_equal(new[name][:], other[name][:]), name
                how = [json.loads(model.attrs["config_json"])["new_items"] for model in (before, new)]
                assert how[0] == how[1]
            said = [alster(f"recommend --model {out}{keep.strip()}/model.h5 --data {out}{keep.strip()}/dataset.h5 --all "
                           f"--k 9 --out {out}.h5").stdout for out in ("plain.up", "mapped.up")]
            with h5py.File("plain.up.h5") as old, h5py.File("mapped.up.h5") as new:
                assert np.array_equal(old["topk/home/item"][:], new["topk/home/item"][:])
            for out in "plain.up", "mapped.up", "three":
                shutil.rmtree(f"{out}{keep.strip()}")


def a_second_map_forgets_the_first(mapped):
    alster("map --model mapped.h5 --data d.h5 --features kind --feature-rows 3 --hide 0.3 --out again.h5")
    alster("map --model run --data d.h5 --features kind --feature-rows 3 --hide 0.3 --out once.h5")
    with h5py.File("again.h5") as again, h5py.File("once.h5") as once:
        for name in "items/factors", "items/status", "items/ann_cosine", "gram/items":
            assert np.array_equal(again[name][:], once[name][:]), name
        assert (again["items/status"][:] == 3).sum() < mapped.sum()


def a_model_without_mapped_items_has_no_new_titles():
    done = alster("recommend --model run --data d.h5 --user u1 --new-slots 2", code=65)
    assert "alster map" in done.stderr
    alster("recommend --model mapped.h5 --data d.h5 --user u1 --k 3 --new-slots 4", code=64)


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        world = World()
        hidden_titles_are_ranked_as_numpy_does(world)
        ranks_and_threads_change_no_bit()
        what_cannot_be_a_feature_is_refused()
        by, mapped, factors = new_items_are_mapped(world)
        lists_keep_places_for_new_titles(world, by, mapped, factors)
        whole_lists_have_the_new_titles_where_they_belong(mapped)
        mapped_items_are_candidates_nowhere_else(mapped)
        an_update_keeps_what_is_mapped(world, mapped)
        a_second_map_forgets_the_first(mapped)
        a_model_without_mapped_items_has_no_new_titles()


if __name__ == "__main__":
    main()

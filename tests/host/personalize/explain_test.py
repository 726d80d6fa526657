"""Explanations against solving again, with h5py and numpy only: explain_test.py ALSTER [SLOTS].

The witness builds a user's equation from model.h5 and dataset.h5 as docs/formats.md has it, leaves one event out and
solves again. SLOTS places are drawn from the lists of MovieLens 1M where ALSTER_TEST_DATA has it.
"""
import json
import os
import sys
import tempfile

os.environ["OMP_NUM_THREADS"] = "1"
try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

from explanation_witness import Witness
from program import alster

SLOTS = int(sys.argv[2]) if len(sys.argv) > 2 else 50
K, E = 7, 3
EVENTS = """
[event.play]
base = 0.5
per_value = 2
[event.down]
preference = 0
base = 3
[event.shown]
role = "shown"
base = 0.1
preference = 0
"""
RULES = """
[[class]]
name = "kids"
users.profile = "kids"
items.genres = { any_of = ["Family"], none_of = ["Horror"] }
[[class]]
name = "all"
users.profile = "all"
block = ["i4"]
"""


def write_inputs():
    """u0 has no events, u1 a single one, u2 nearly all items; factors are 12, so rows are short and long."""
    random = np.random.default_rng(11)
    pairs = {(u, i) for u in range(3, 70) for i in range(40) if random.random() < (0.5 if u % 2 == i % 2 else 0.06)}
    pairs |= {("1", 5)} | {("2", i) for i in range(36)}
    pairs = sorted((str(u), i) for u, i in pairs)
    with open("log.csv", "w") as log:
        for user, item in pairs:
            kind = "play" if user == "1" else random.choice(["play", "play", "play", "down", "shown"])
            log.write(f"u{user},i{item},{random.integers(1, 6)},{random.integers(10**9, 2 * 10**9)},{kind}\n")
    with open("dense.csv", "w") as log:     # every row is longer than wide: biases need no regularization
        log.writelines(f"u{u},i{i},{random.integers(1, 6)},{10**9 + u + i}\n" for u in range(20) for i in range(16)
                       if (7 * u + 3 * i) % 4)
    with open("items.csv", "w") as items:
        items.write("item_id,title,genres\n")
        for i in range(40):
            genres = [name for name in ("Family", "Drama", "Horror") if random.random() < 0.6]
            items.write(f"i{i},Title {i},{'|'.join(genres)}\n")
    with open("users.csv", "w") as users:
        users.write("user_id,profile\n" + "".join(f"u{u},{'kids' if u % 4 < 2 else 'all'}\n" for u in range(70)))
    for name, text in (("events.toml", EVENTS), ("rules.toml", RULES)):
        with open(name, "w") as file:
            file.write(text)


def prepare():
    described = ("--format csv --items items.csv --item-columns id=item_id,title=title,genres=genres:set --users "
                 "users.csv --user-columns id=user_id,profile=profile:category")
    alster(f"prepare --input log.csv --columns user=0,item=1,value=2,time=3 {described} --split none --out plain.h5")
    alster(f"prepare --input log.csv --columns user=0,item=1,value=2,time=3 {described} --split random:0.1 "
           "--out split.h5")
    alster("prepare --input dense.csv --format csv --columns user=0,item=1,value=2,time=3 --split none --out dense.h5")
    alster(f"prepare --input log.csv --columns user=0,item=1,value=2,time=3,event=4 --rules events.toml {described} "
           "--split none --out rules.h5")


def check_explained(witness, explained, split):
    """All of one answer of `explain`: the score, each weight, the rest, and sums."""
    user = witness.users.index(explained["user"])
    columns, liked, *_ = witness.history(user)
    scale = witness.scale()
    assert explained["split"] == split and explained["events"] == len(columns)
    for item in explained["items"]:
        row = witness.items.index(item["item"])
        # targets of the classic form and of ratings are rounded to fp32 before they are solved for
        assert abs(item["score"] - witness.score(user, row)) < 2**-22 * scale, (user, row, item["score"])
        stored = witness.a["mean"] + witness.X[user] @ witness.Y[row]
        assert abs(item["stored_score"] - stored) < 1e-6 * scale and abs(stored - item["score"]) < 1e-5 * scale
        right = witness.weights(user, row, split)
        named = {witness.items.index(piece["item"]): piece["weight"] for piece in item["because"]}
        may = {column: weight for column, weight, like in zip(columns, right, liked) if like and column != row}
        assert set(named) <= set(may) and all(weight > 0 for weight in named.values())
        for column, weight in named.items():
            assert abs(weight - may[column]) < 1e-6 * scale, (split, user, row, weight, may[column])
        missed = [weight for column, weight in may.items() if column not in named]
        assert max(missed, default=0) < 1e-6 * scale, "with --evidence 1000 all that speaks for it is named"
        others = right.sum() - sum(named.values())
        assert item["others"]["events"] == len(columns) - len(named)
        assert abs(item["others"]["weight"] - others) < 1e-6 * scale * max(1, len(columns))
        whole = item["base"] + sum(named.values()) + item["others"]["weight"]
        assert abs(item["base"] - witness.base(row)) < 1e-6 * scale
        assert split == "leave-one-out" or abs(whole - item["score"]) <= 1e-5 * abs(item["score"]), (whole, item)


def check_evidence(witness, path, slots, may_name=lambda user, item: True):
    """`slots` places of a list file against solving again. Returns how many pieces there are in all."""
    random = np.random.default_rng(5)
    with h5py.File(path) as file:
        home = {name: file["topk/home"][name][()] for name in ("item", "reason", "filled", "evidence",
                                                               "evidence_weight")}
    each = home["evidence"].shape[1] // home["item"].shape[1]
    scale = witness.scale()
    places = np.argwhere(home["item"] >= 0)
    for user, place in places[random.permutation(len(places))[:slots]]:
        pieces = slice(place * each, (place + 1) * each)
        found, weights = home["evidence"][user][pieces], home["evidence_weight"][user][pieces]
        count = int((found >= 0).sum())
        assert (found[count:] == -1).all() and (weights[count:] == 0).all()
        if home["reason"][user, place] != 0:
            assert count == 0, "what is popular is due to nobody's history"
            continue
        item = home["item"][user, place]
        columns, liked, *_ = witness.history(user)
        right = {column: weight for column, weight, like
                 in zip(columns, witness.weights(user, item, "leave-one-out"), liked)
                 if like and column != item and weight > 0 and may_name(user, column)}
        assert count == min(each, len(right)) or min(right.values()) < 1e-6 * scale, (user, item, found, right)
        for column, weight in zip(found[:count], weights):
            assert abs(weight - right[column]) < 1e-6 * scale
        assert (np.diff(weights[:count]) <= 0).all()
        rest = max((weight for column, weight in right.items() if column not in found), default=0)
        assert count == 0 or weights[count - 1] > rest - 1e-6 * scale
    return int((home["evidence"] >= 0).sum())


FORMS = {"plain": ("plain", ""), "flat": ("plain", "--nu 0 --alpha0 0.5"), "weighted": ("rules", ""),
         "classic": ("plain", "--alpha 2 --reg 0.1"), "classic-weighted": ("rules", "--alpha 0.7 --reg 0.1 --nu 0.5"),
         "stars": ("split", "--objective explicit --bias-reg 0.3"),
         "free-bias": ("dense", "--factors 3 --objective explicit --nu 0 --reg 1 --bias-reg 0")}


def check_forms():
    for name, (data, options) in FORMS.items():
        factors = "" if "--factors" in options else "--factors 12"
        alster(f"train --data {data}.h5 {factors} --sweeps 4 --out {name} {options}")
        witness = Witness(f"{name}/model.h5", f"{data}.h5")
        common = f"--model {name}/model.h5 --data {data}.h5"
        for split in ("leave-one-out", "hu-koren", "dual"):
            for user in ("u1", "u2", "u9", "u10"):
                asked = f"explain {common} --user {user} --k 3 --evidence 1000 --split {split} --json"
                if name == "free-bias" and split == "dual":
                    assert "no such split" in alster(asked, code=64).stderr
                    continue
                explained = json.loads(alster(asked).stdout)
                explained["items"] = [item for item in explained["items"] if item["reason"] == "model"]
                assert explained["items"]
                check_explained(witness, explained, split)
        alster(f"recommend {common} --all --k {K} --evidence {E} --out {name}.lists.h5")
        pieces = check_evidence(witness, f"{name}.lists.h5", 40)
        assert pieces > (50 if data == "dense" else 200), (name, pieces)
        alster(f"inspect {name}.lists.h5")


def genres():
    with open("items.csv") as file:
        return {line.split(",")[0]: set(line.strip().split(",")[2].split("|")) for line in list(file)[1:]}


def check_eligibility():
    """Nothing is named that the user may not see, although it would be without rules."""
    of_item, witness = genres(), Witness("plain/model.h5", "plain.h5")

    def may_see(user, item):
        name, number = witness.items[item], int(witness.users[user][1:])
        if number % 4 < 2:
            return "Family" in of_item[name] and "Horror" not in of_item[name]
        return name != "i4"

    common = f"--model plain/model.h5 --data plain.h5 --eligibility rules.toml --at 2026-11-27"
    alster(f"recommend {common} --all --k {K} --evidence {E} --out ruled.h5")
    assert check_evidence(witness, "ruled.h5", 10**6, may_see) > 200
    report = json.loads(alster("audit ruled.h5 --data plain.h5 --eligibility rules.toml --json").stdout)
    assert report["violations"] == 0 and report["evidence"] > 200, report
    with h5py.File("plain.lists.h5") as file:
        free = file["topk/home/evidence"][()]
    forbidden = [(user, item) for user, item in zip(*np.nonzero(free >= 0)) if not may_see(user, free[user, item])]
    assert len(forbidden) > 50, "the rules would forbid much of what is named without them"
    check_explained_with_rules(common, witness, may_see)


def check_explained_with_rules(common, witness, may_see):
    for user in ("u8", "u10"):
        row = witness.users.index(user)
        asked = json.loads(alster(f"explain {common} --user {user} --evidence 1000 --json --item "
                                  + " ".join(witness.items)).stdout)
        consumed = set(witness.history(row)[0])
        assert len(asked["items"]) == len(witness.items)
        for item, explained in enumerate(asked["items"]):
            named = [witness.items.index(piece["item"]) for piece in explained.get("because", [])]
            assert all(may_see(row, one) for one in named)
            if not may_see(row, item):
                assert set(explained) == {"item", "remark"}, explained
                clause = "kids: items.genres" if user == "u8" else "block"
                assert clause in explained["remark"], explained
            else:
                assert ("consumed" in explained.get("remark", "")) == (item in consumed), explained
                assert ("place" in explained) == (item not in consumed) and "score" in explained
        listed = json.loads(alster(f"explain {common} --user {user} --json --k {K}").stdout)["items"]
        places = {explained["item"]: explained.get("place") for explained in asked["items"]}
        for item in listed:
            assert item["reason"] != "model" or places[item["item"]] == item["place"]
        text = alster(f"explain {common} --user {user} --item i4").stdout
        assert "Title 4" not in text and "may not be shown" in text, text


def content(path):
    if not path.endswith(".h5"):
        with open(path, "rb") as file:
            return file.read()
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()].tobytes()} if hasattr(item, "dtype") else {}))
    return found


def check_same_bits():
    for name in ("lists.h5", "lists.jsonl"):
        common = f"recommend --model plain/model.h5 --data plain.h5 --eligibility rules.toml --at 2026-11-27 --all " \
                 f"--k {K} --evidence {E} --out"
        alster(f"{common} one-{name}")
        for ranks, threads in ((1, 2), (1, 3), (2, 1), (3, 2)):
            alster(f"{common} many-{name} --threads {threads}", ranks, threads=threads)
            assert content(f"one-{name}") == content(f"many-{name}"), (name, ranks, threads)
    explained = {alster("explain --model plain/model.h5 --data plain.h5 --user u2 --json --threads "
                        f"{threads}", threads=threads).stdout for threads in (1, 2, 3)}
    assert len(explained) == 1


def check_users():
    """Users without history, with one event, and unknown ones; lists without evidence stay what they were."""
    common = "--model plain/model.h5 --data plain.h5"
    lists = json.loads(alster(f"recommend {common} --user u0 u1 nobody --k {K} --evidence {E} --json").stdout)["lists"]
    plain = json.loads(alster(f"recommend {common} --user u0 u1 nobody --k {K} --json").stdout)["lists"]
    for entry, without in zip(lists, plain):
        because = entry.pop("because")
        assert entry == without and len(because) == entry["filled"]
        assert (sum(because, []) == []) == (entry["user"] != "u1"), entry
        for score, pieces in zip(entry["scores"], because):
            for piece in pieces:
                assert piece["item"] == "i5" and piece["title"] == "Title 5" and len(pieces) == 1
                assert abs(piece["weight"] - score) < 1e-5 * abs(score), "all of the score is due to the only event"
    text = alster(f"recommend {common} --user u1 --k 1 --evidence 1").stdout
    assert "because" in text and "Title 5" in text
    for user, words in (("u0", "no history"), ("nobody", "unknown to the model")):
        explained = json.loads(alster(f"explain {common} --user {user} --json").stdout)
        assert words in explained["remark"] and explained["events"] == 0
        assert explained["items"] and not any("because" in item for item in explained["items"])
        asked = json.loads(alster(f"explain {common} --user {user} --item i3 --json").stdout)["items"][0]
        assert "score" not in asked and asked["item"] == "i3"
    assert "'i99' is unknown" in alster(f"explain {common} --user u1 --item i99", code=65).stderr
    held_out(Witness("stars/model.h5", "split.h5"))
    itself = json.loads(alster(f"recommend {common} --user u2 --k 40 --include-seen --evidence 10 --json").stdout)
    for item, pieces in zip(itself["lists"][0]["items"], itself["lists"][0]["because"]):
        assert item not in [piece["item"] for piece in pieces], "no item is evidence for itself"


def held_out(witness):
    with h5py.File("split.h5") as data:
        offsets, columns = data["holdout/by_user/offsets"][()], data["holdout/by_user/columns"][()]
    user = int(np.argmax(np.diff(offsets)))
    item = columns[offsets[user]]
    asked = json.loads(alster(f"explain --model stars/model.h5 --data split.h5 --user {witness.users[user]} --item "
                              f"{witness.items[item]} --json").stdout)["items"][0]
    assert "held-out part" in asked["remark"] and "place" not in asked, asked


def check_out_of_place():
    """Measures against their definitions, and flags at limits that none and all reach."""
    of_item, witness = genres(), Witness("plain/model.h5", "plain.h5")
    common = "explain --model plain/model.h5 --data plain.h5 --user u9 --json --k 5"
    user = witness.users.index("u9")
    learned = witness.X[witness.X.any(1)].mean(0)
    columns, liked, *_ = witness.history(user)
    scores = (witness.Y @ witness.X[user])[witness.Y.any(1)]
    popular = (witness.Y @ learned)[witness.Y.any(1)]
    likeness = scores @ popular / (popular @ popular)
    for item in json.loads(alster(common).stdout)["items"]:
        row, measures = witness.items.index(item["item"]), item["measures"]
        drops = witness.weights(user, row, "leave-one-out")
        named = sum(sorted((d for d, like in zip(drops, liked) if like and d > 0), reverse=True)[:3])
        right = {"evidence_share": named / drops[drops > 0].sum(),
                 "popularity_share": likeness * (witness.Y[row] @ learned) / item["score"],
                 "standard_score": (item["score"] - scores.mean()) / scores.std()}
        own = of_item[item["item"]] - {""}
        if own:
            right["genre_share"] = np.mean([bool(own & of_item[witness.items[c]]) for c in columns[liked]])
        assert set(right) == set(measures), (right, measures)
        for name, value in right.items():
            assert abs(measures[name] - value) < 1e-4 * max(1, abs(value)), (name, measures, right)
    limits = "--min-evidence {} --max-popularity {} --min-genre {} --min-score {}"
    none = json.loads(alster(f"{common} {limits.format(0, 1e9, 0, 0)}").stdout)["items"]
    everything = json.loads(alster(f"{common} {limits.format(2, -1, 2, 1e9)}").stdout)["items"]
    assert not any(item["out_of_place"] for item in none)
    assert all(len(item["out_of_place"]) == 2 + ("genre_share" in item["measures"]) for item in everything)


def check_movielens():
    log = os.path.join(os.environ.get("ALSTER_TEST_DATA", "/nowhere"), "ml-1m/ratings_ge4.dat.gz")
    if not os.path.exists(log):
        print("MovieLens 1M is not there (ALSTER_TEST_DATA)")
        return
    alster(f"prepare --input {log} --format movielens --split none --out ml.h5", threads=2)
    alster("train --data ml.h5 --factors 32 --sweeps 2 --out ml", threads=2)
    alster("recommend --model ml/model.h5 --data ml.h5 --all --k 20 --evidence 3 --out ml-lists.h5", threads=2)
    pieces = check_evidence(Witness("ml/model.h5", "ml.h5"), "ml-lists.h5", SLOTS)
    print(f"MovieLens 1M: {SLOTS} of its places hold, {pieces} pieces of evidence")


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        write_inputs()
        prepare()
        check_forms()
        check_eligibility()
        check_same_bits()
        check_users()
        check_out_of_place()
        check_movielens()
        os.chdir("/")


if __name__ == "__main__":
    main()

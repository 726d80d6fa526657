"""Lists under rules of who may see what, made again with h5py, numpy and tomllib only: eligibility_test.py ALSTER.

Each clause is evaluated by itself for each pair of user and item from the text of the files that prepare has read, so
nothing of alster's reading of rules or attributes is used.
"""
import json
import os
import sys
import tempfile

try:
    import h5py
    import numpy as np
    import tomllib
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

from eligibility_world import AT, RULES, allowed, write_inputs
from program import alster

K = 9


def read(path):
    with h5py.File(path) as file:
        ids = list(file["items/id"].asstr()[()])
        lists = {user: [ids[i] for i in row[:filled]] for user, row, filled in
                 zip(file["users/id"].asstr()[()], file["topk/home/item"][()], file["topk/home/filled"][()])}
        return lists, dict(file.attrs), "popular/all/item" in file and [ids[i] for i in file["popular/all/item"][()]]


def check_lists(items, users):
    rules = tomllib.loads(RULES)
    common = f"recommend --model run/model.h5 --data d.h5 --all --at {AT}"
    done = alster(f"{common} --k {K} --eligibility rules.toml --out masked.h5")
    assert "1 of 2 ids blocked for everyone are of no item, the first is 'gone-1'" in done.stderr, done.stderr
    masked, attributes, popular = read("masked.h5")
    alster(f"{common} --k {len(items)} --no-fill --out whole.h5")
    whole, _, _ = read("whole.h5")
    alster(f"{common} --k {len(items)} --out filled.h5")
    filled, _, _ = read("filled.h5")
    assert len(attributes["eligibility"]) == 64 and attributes["eligibility_at"] == 1795737600
    listed = 0
    for name, user in users.items():
        may_see = {key for key, item in items.items() if allowed(rules, user, key, item)}
        # the full list without rules, with what may not be seen taken out: neither more nor another order
        model = [item for item in whole[name] if item in may_see][:K]
        rest = [item for item in filled[name] if item in may_see and item not in model]
        assert masked[name][:len(model)] == model, (name, masked[name], model)
        assert set(masked[name]) <= may_see and len(masked[name]) == min(K, len(model) + len(rest)), name
        listed += len(masked[name])
    kinds = [sum(allowed(rules, user, key, item) for key, item in items.items()) for user in users.values()]
    assert listed > 100 and min(kinds) == 0 and len(set(kinds)) > 5, (listed, kinds)
    assert popular == [] and masked["u49"] == []  # who is unknown has no market
    return masked


def check_shortfall(items, users):
    shown = json.loads(alster(f"recommend --model run/model.h5 --data d.h5 --user u49 nobody --k 4 --json --at {AT} "
                              "--eligibility rules.toml").stdout)
    assert shown["no_class"] == 2 and shown["short_lists"] == 2 and shown["missing_places"] == 8, shown
    for entry in shown["lists"]:
        assert entry["items"] == [] and entry["shortfall"] == {
            "places": 4, "not_eligible": len(items), "excluded": 0, "not_learned": 0}, entry


def check_sameness(masked):
    common = f"recommend --model run/model.h5 --data d.h5 --all --at {AT} --k {K} --out again.h5 --eligibility"
    for ranks in (2, 3):
        alster(f"{common} rules.toml", ranks)
        assert read("again.h5")[0] == masked
    # the order of clauses and values says nothing
    head, *classes = RULES.split("[[class]]")
    with open("turned.toml", "w") as turned:
        turned.write(head.replace('["i3", "gone-1"]', '["gone-1", "i3"]') + "[[class]]" + classes[0].replace(
            '"Animation", "Family"', '"Family", "Animation"') + "[[class]]" + "[[class]]".join(classes[1:]))
    alster(f"{common} turned.toml")
    assert read("again.h5")[0] == masked


def check_similar(items):
    rules = tomllib.loads(RULES)
    common = f"similar --model run/model.h5 --data d.h5 --at {AT} --eligibility"
    with open("markets.toml", "w") as file:
        file.write('[[class]]\nname = "kids"\nitems.genres = "Family"\n')
    alster(f"{common} markets.toml --class kids --all --k 5 --out similar.h5")
    with h5py.File("similar.h5") as file:
        ids = list(file["items/id"].asstr()[()])
        for row, filled, name in zip(file["similar/items/item"][()], file["similar/items/filled"][()], ids):
            family = "Family" in items[name]["genres"]
            assert filled == 0 or family, name
            assert all("Family" in items[ids[i]]["genres"] for i in row[:filled]), name
        assert file["similar/items/filled"][()].sum() > 20
    alster(f"{common} rules.toml --class kids --item i1", code=64)
    alster(f"{common} rules.toml --item i1", code=64)
    shown = json.loads(alster(f"{common} rules.toml --for-user u0 --item i3 --json").stdout)
    assert "may not be shown" in shown["lists"][0]["remark"], shown
    assert rules["everyone"]["block"][0] == "i3"


def check_one_of_all(items):
    """Whatever is the only thing that may be seen is seen; nothing to be seen for a whole class is a mistake."""
    for only in ("i0", "i59"):
        with open("one.toml", "w") as file:
            file.write(f'[[class]]\nname = "x"\nitems.stars = {{ at_least = 99 }}\nallow = ["{only}"]\n')
        alster("recommend --model run/model.h5 --data d.h5 --user u5 --include-seen --k 3 --eligibility one.toml "
               "--out one.jsonl")
        with open("one.jsonl") as lists:
            assert json.loads(lists.readline())["items"] == [only]
    with open("one.toml", "w") as file:
        file.write('[[class]]\nname = "x"\nitems.stars = { at_least = 99 }\n')
    done = alster("recommend --model run/model.h5 --data d.h5 --all --out none.h5 --eligibility one.toml", code=78)
    assert "may see none of the 60 items" in done.stderr and not os.path.exists("none.h5"), done.stderr


def check_refusals():
    refused = {
        '': "no [[class]]",
        'x = 1': "unknown key 'x'",
        '[[class]]\nname = "a"\n[[class]]\nname = "a"': "'a' is there twice",
        '[[class]]\nname = "a"\nitems.genre = "Drama"': "have no attribute 'genre'; they have: closes, genres",
        '[[class]]\nname = "a"\nitems.genres = { none_of = ["Horor"] }': "nothing has 'Horor' for 'genres'",
        '[[class]]\nname = "a"\nusers.profile = "kid"': "nothing has 'kid' for 'profile'",
        '[[class]]\nname = "a"\nitems.rating = { at_most = "PG-13" }': "'PG-13' stands on no scale",
        '[[class]]\nname = "a"\nitems.genres = { at_least = 3 }': "numbers are compared with a number",
        '[[class]]\nname = "a"\nitems.released = { from = 2020-01-01, until = 2019-01-01 }': "can never hold",
        '[[class]]\nname = "a"\nitems.stars = { at_least = 5, at_most = 4 }': "can never hold",
        '[[class]]\nname = "a"\nitems.markets = { any_of_user = "country" }': "have no attribute 'country'",
        '[[class]]\nname = "a"\nitems.genres = []': "'genres' is empty",
        '[window]\nfrom = "stars"\n[[class]]\nname = "a"': "a window needs a time",
        'unknown_users = "b"\n[[class]]\nname = "a"': "'b', which is no class",
        '[scale]\na = ["1"]\nb = ["1"]\n[[class]]\nname = "a"': "'1' stands on the scales twice",
        '[[class]]\nname = "a': ":",
        '[[class]]\nname = "a"\nitems.stars = { at_most = nan }': "must be a number",
        '[[class]]\nname = "a"\nitems.stars = { from = 2020-01-01 }': "from and until ask a time",
        '[[class]]\nname = "a"\nitems.released = { at_least = 5 }': "only be asked for with from and until",
        '[[class]]\nname = "a"\nallow = ["i1"]': "'allow' adds nothing",
    }
    for text, words in refused.items():
        with open("bad.toml", "w") as file:
            file.write(text + "\n")
        done = alster("recommend --model run/model.h5 --data d.h5 --all --out bad.h5 --eligibility bad.toml", code=78)
        assert words in done.stderr and "bad.toml" in done.stderr and done.stderr.count("\n") == 1, (text, done.stderr)
        assert not os.path.exists("bad.h5")
    alster("recommend --model run/model.h5 --data d.h5 --user u1 --eligibility rules.toml --at someday", code=64)
    alster("similar --model run/model.h5 --item i1 --class kids", code=64)


def audit(lists, rules, code, extra=""):
    done = alster(f"audit {lists} --data d.h5 --eligibility {rules} --json {extra}", code=code)
    with open(f"{lists}.audit.json") as verdict:
        assert json.loads(done.stdout) == json.load(verdict)
    return json.loads(done.stdout)


def check_audit(items, users):
    """Lists that obey the rules pass; of lists made without rules each place that breaks them is found and counted."""
    good = audit("masked.h5", "rules.toml", 0)
    slots = sum(map(len, read("masked.h5")[0].values()))
    assert good["passed"] and good["slots"] == slots and good["violations"] == 0, good
    assert good["rules_sha256"] == good["made_with_rules_sha256"] and good["instant"] == 1795737600
    many = alster("audit masked.h5 --data d.h5 --eligibility rules.toml --json", ranks=3)
    assert json.loads(many.stdout) == good
    rules = tomllib.loads(RULES)
    lists, _, popular = read("filled.h5")
    wrong = [(name, item) for name, row in lists.items() for item in row if not allowed(rules, users[name], item, items[item])]
    bad = audit("filled.h5", "rules.toml", 10, f"--at {AT}")
    # of the popular ones those that an unknown user may not see: all, as it has no market
    assert bad["violations"] == len(wrong) + len(popular) > 100 and not bad["passed"], bad
    named = [v for v in bad["first"] if "of user" in v["list"]]
    for violation in named:
        user = violation["list"].split("of user ")[1]
        assert (user, violation["item"]) in wrong and lists[user][violation["place"] - 1] == violation["item"]
    alster("audit filled.h5 --data d.h5 --eligibility rules.toml", code=64)  # for which instant?
    similar = audit("similar.h5", "markets.toml", 0)
    assert similar["slots"] > 20 and similar["lists"] > 0


def check_planted():
    """One violation of each clause: a list of one place whose item a single clause forbids."""
    clauses = {
        "[window]\nuntil = 'closes'": "window",
        "[window]\nfrom = 'opens'": "window",
        "[everyone]\nblock = ['ITEM']": "everyone: block",
        "[everyone]\nitems.stars = { at_most = -1 }": "everyone: items.stars",
        "items.rating = 'unrated'": "all: items.rating",
        "items.genres = { none_of = ['Animation', 'Drama', 'Family', 'Horror'] }": "all: items.genres",
        "items.genres = { all_of = ['Animation', 'Snuff'] }\n[known]\ngenres = ['Snuff']": "all: items.genres",
        "items.stars = { at_least = 99 }": "all: items.stars",
        "items.released = { until = 1800-01-01 }": "all: items.released",
        "items.released = { from = 2500-01-01 }": "all: items.released",
        "items.rating = { at_most = 'nothing' }\n[scale]\nx = ['nothing']": "all: items.rating",
        "items.markets = { any_of_user = 'cap' }": "all: items.markets",
        "block = ['ITEM']": "all: block",
        "users.profile = 'nobody'\n[known]\nprofile = ['nobody']": "no class",
    }
    alster("recommend --model run/model.h5 --data d.h5 --all --k 1 --out one-each.h5")
    lists = read("one-each.h5")[0]
    ids = ", ".join(f"'{item}'" for item in sorted({row[0] for row in lists.values()}))
    for clause, name in clauses.items():
        text = clause.replace("'ITEM'", ids)
        own = text if not text.startswith("[") else ""
        top = text if text.startswith("[") else ""
        with open("planted.toml", "w") as file:
            head, *tables = own.split("\n[")
            file.write("\n[".join([top, *tables]) + "\n[[class]]\nname = 'all'\n" + head + "\n")
        found = audit("one-each.h5", "planted.toml", 10, "--at 2100-01-01" if "until = 'closes'" in clause else
                      "--at 2000-01-01")
        assert found["by_clause"].get(name, 0) >= len(lists) // 2, (clause, found["by_clause"])


def check_likeness():
    """Users whose values look alike are told apart, whoever else is asked for; numbers are numbers however written."""
    with open("alike.csv", "w") as file:
        file.write("user_id;sets\nu1;de,us\nu2;de|us\n")
    with open("places.csv", "w") as file:
        file.write("item_id,place,price\n" + "".join(f"i{n},{['de', 'us', 'de|us'][n % 3]},{n % 4}\n" for n in range(56)))
    alster("prepare --input log.csv --items places.csv --item-columns id=item_id,place=place:category,price=price:number "
           "--users alike.csv --user-columns id=user_id,sets=sets:set:, --out alike.h5")
    alster("train --data alike.h5 --factors 3 --sweeps 2 --out alike")
    with open("alike.toml", "w") as file:
        file.write('[[class]]\nname = "k"\nitems = { place = { any_of_user = "sets" }, price = { none_of = ["3.0", "1e0"] } }\n')
    common = f"recommend --model alike --data alike.h5 --include-seen --k 60 --eligibility alike.toml --at {AT} --json --user"
    found = {entry["user"]: entry["items"] for entry in json.loads(alster(f"{common} u1 u2").stdout)["lists"]}
    places = {f"i{n}": (n % 3 == 2, n % 4) for n in range(56)}
    assert found["u1"] and found["u2"]
    assert all(not places[i][0] and places[i][1] in (0, 2) for i in found["u1"]), found["u1"]
    assert all(places[i][0] and places[i][1] in (0, 2) for i in found["u2"]), found["u2"]
    alster(f"recommend --model alike --data alike.h5 --all --k 9 --out open.h5")
    bad = json.loads(alster(f"audit open.h5 --data alike.h5 --eligibility alike.toml --json --at {AT}", code=10).stdout)
    assert bad["by_clause"]["k: the user has no sets"] > 100, bad["by_clause"]


def check_tampering():
    """A place that is changed in the file is found by its checksum; other data or rules are named."""
    with open("masked.h5", "rb") as file, open("tampered.h5", "wb") as copy:
        copy.write(file.read())
    with h5py.File("tampered.h5", "r+") as file:
        home = file["topk/home/item"]
        row = int(np.argmax(file["topk/home/filled"][()] > 0))
        home[row, 0] = (home[row, 0] + 1) % 60
    assert "tampered.h5" in alster("audit tampered.h5 --data d.h5 --eligibility rules.toml", code=65).stderr
    alster("prepare --input log.csv --split last:1 --out other.h5")
    assert "other data" in alster("audit masked.h5 --data other.h5 --eligibility rules.toml", code=65).stderr


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        items, users = write_inputs()
        masked = check_lists(items, users)
        check_shortfall(items, users)
        check_sameness(masked)
        check_similar(items)
        check_one_of_all(items)
        check_refusals()
        check_audit(items, users)
        check_planted()
        check_tampering()
        check_likeness()
        os.chdir("/")


if __name__ == "__main__":
    main()

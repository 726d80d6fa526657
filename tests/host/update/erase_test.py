"""alster erase, looked at with h5py and numpy only: erase_test.py ALSTER.

A user and the most popular item are erased from a dataset, a model, lists, pages and neighbours. What each file must
then hold is made again here from the file as it was. Exit code 4: skipped.
"""
import fcntl
import json
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
from program import alster

USER, ITEM = "leaver-7f3a", "recalled-9c1d"  # the texts stand nowhere else
SECRETS = [USER, ITEM, "Sealed Title", "Onlyhers", "Onlyits"]
FILES = "d.h5 run lists.h5 pages.h5 similar.h5 neighbours.h5"
ERASE = f"erase {FILES} --user {USER} --item {ITEM}"


def write_inputs():
    random = np.random.default_rng(5)
    users = [USER if n == 7 else f"u{n}" for n in range(50)]
    items = [ITEM if n == 1 else f"i{n}" for n in range(40)]
    with open("users.csv", "w", encoding="utf-8") as file:
        file.write("user_id,market,hobbies\n")
        for n, user in enumerate(users):
            file.write(f"{user},{'Onlyhers' if user == USER else 'AB'[n % 2]},{'Onlyhers|' * (user == USER)}chess\n")
    with open("items.csv", "w", encoding="utf-8") as file:
        file.write("item_id,title,genres,studio,year,released\n")
        for n, item in enumerate(items):
            mine = item == ITEM
            file.write(f"{item},{'Sealed Title' if mine else f'Film {n}'},{'Aaa|Rarest|' * mine}{'DHS'[n % 3]}ram,"
                       f"{'Onlyits' if mine else 'Studio'},{1990 + n},2026-11-{n % 20 + 1:02}\n")
    with open("log.csv", "w", encoding="utf-8") as file:
        for time in range(1500):
            user, item = users[random.integers(48)], items[min(random.geometric(0.08), 38)]
            file.write(f"{user},{item},{random.integers(1, 6)},{1_600_000_000 + 60 * time}\n")
        file.write(f"{USER},{ITEM},5,{1_600_000_000 + 60 * 1500}\n")
        file.write(f"u3,i38,4,{1_600_000_000 + 60 * 1501}\n")
    with open("later.csv", "w", encoding="utf-8") as file:
        for n, (user, item) in enumerate([(USER, "i3"), ("u3", ITEM), ("erased:0", "i4"), ("u4", "i39"), ("new", "i2")]):
            file.write(f"{user},{item},5,{1_700_000_000 + n}\n")
    with open("rules.toml", "w", encoding="utf-8") as file:
        file.write('[[class]]\nname = "all"\n')


def make_files():
    write_inputs()
    layout = "--columns user=0,item=1,value=2,time=3 --duplicates last"
    described = ("--items items.csv --item-columns id=item_id,title=title,genres=genres:set,studio=studio:category,"
                 "year=year:number,released=released:time --users users.csv "
                 "--user-columns id=user_id,market=market:category,hobbies=hobbies:set")
    alster(f"prepare --input log.csv {layout} {described} --split random:0.15 --out d.h5")
    alster("train --data d.h5 --factors 5 --sweeps 3 --out run")
    alster("neighbours --data d.h5 --out neighbours.h5")
    alster("recommend --model run --data d.h5 --all --k 8 --evidence 2 --out lists.h5")
    alster("page --model run --data d.h5 --all --out pages.h5")
    alster(f"similar --model run --data d.h5 --all --k 5 --eligibility rules.toml --for-user {USER} --out similar.h5")
    return layout, described


def contents(path):
    """All datasets of a file; texts without padding."""
    found = {}
    with h5py.File(path) as file:
        def keep(name, node):
            if isinstance(node, h5py.Dataset):
                found[name] = node.asstr()[()] if node.dtype.kind in "SO" else node[()]
        file.visititems(keep)
        return found, dict(file.attrs)


def bytes_of(folder):
    for directory, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(directory, name)
            with open(path, "rb") as file:
                yield path, file.read()


def require_no_trace(folder, secrets):
    for path, data in bytes_of(folder):
        for secret in secrets:
            assert secret.encode() not in data, (path, secret)


def others(ids, gone):
    return [n for n, text in enumerate(ids) if text != gone]


def same_but(before, after, name, rows):
    np.testing.assert_array_equal(before[name][rows], after[name][rows], err_msg=name)


def check_interactions(before, after, group, user, item):
    """A part by user or by item is what it was without the row and the column."""
    row, column = (user, item) if group.endswith("by_user") else (item, user)
    offsets = before[f"{group}/offsets"]
    rows = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    kept = (rows != row) & (before[f"{group}/columns"] != column)
    assert not kept.all(), group
    for name in before:
        if name.startswith(f"{group}/") and not name.endswith("/offsets"):
            np.testing.assert_array_equal(before[name][kept], after[name], err_msg=name)
    counts = np.bincount(rows[kept], minlength=len(offsets) - 1)
    np.testing.assert_array_equal(after[f"{group}/offsets"], np.concatenate([[0], np.cumsum(counts)]))
    return rows, kept


def values(file, side, name):
    """Of each row what it is, whatever the codes."""
    group = f"{side}/attributes/{name}"
    column = file[f"{group}/values"]
    if f"{group}/offsets" in file:
        words, offsets = file[f"{group}/vocabulary"], file[f"{group}/offsets"]
        return [tuple(words[code] for code in column[offsets[r]:offsets[r + 1]]) for r in range(len(offsets) - 1)]
    if f"{group}/vocabulary" in file:
        return [None if code < 0 else file[f"{group}/vocabulary"][code] for code in column]
    return list(column)


def check_dataset(before, after, was, now):
    user, item = list(before["users/id"]).index(USER), list(before["items/id"]).index(ITEM)
    for group in ("train/by_user", "train/by_item", "holdout/by_user"):
        check_interactions(before, after, group, user, item)
    rows, kept = check_interactions(before, after, "train/by_user", user, item)
    columns, times = before["train/by_user/columns"], before["train/by_user/times"]
    for side, gone, of in (("users", user, rows), ("items", item, columns)):
        mine = others(before[f"{side}/id"], USER if side == "users" else ITEM)
        same_but(before, after, f"{side}/id", mine)
        assert after[f"{side}/id"][gone] == f"erased:{gone}"
        np.testing.assert_array_equal(after[f"{side}/id_order"], sorted(range(len(mine) + 1),
                                                                        key=lambda r: after[f"{side}/id"][r].encode()))
        touched = np.zeros(len(mine) + 1, bool)
        touched[of[~kept]] = True
        lost = np.bincount(of[~kept], minlength=len(touched))
        last = np.zeros(len(touched), np.int64)
        np.maximum.at(last, of[kept], times[kept])
        last = np.where(touched, last, before[f"{side}/last_event"])
        events = np.where(lost > 0, np.maximum(0, before[f"{side}/n_events"] - lost), before[f"{side}/n_events"])
        events[gone] = 0
        events[touched & (np.bincount(of[kept], minlength=len(touched)) == 0)] = 0
        np.testing.assert_array_equal(after[f"{side}/n_events"], events)
        np.testing.assert_array_equal(after[f"{side}/last_event"], last)
        for name in {n.split("/")[2] for n in before if n.startswith(f"{side}/attributes/")}:
            old, new = values(before, side, name), values(after, side, name)
            assert [old[r] for r in mine] == [new[r] for r in mine], name
            assert str(new[gone]) in ("", "()", "None", str(-2**63), "nan"), (name, new[gone])
        assert after[f"{side}/tombstones"].shape == (2, 32)
    stays = before["train/by_user/values"][kept].astype(np.float64)
    np.testing.assert_allclose(now["value_mean"], stays.mean(), rtol=1e-14)
    assert (now["nnz"], now["value_min"], now["value_max"]) == (len(stays), stays.min(), stays.max())
    assert now["erased_from"] == was["fingerprint"] != now["fingerprint"] and now["watermark"] == was["watermark"]


def check_model(before, after, now, fingerprint):
    explicit = now["objective"] == "explicit"
    for side, gone_id in (("users", USER), ("items", ITEM)):
        mine = others(before[f"{side}/id"], gone_id)
        gone = list(before[f"{side}/id"]).index(gone_id)
        for name in ("factors", "id", "n_events", "last_event", "status"):
            same_but(before, after, f"{side}/{name}", mine)
        row = after[f"{side}/factors"][gone]
        nothing = np.zeros(len(row), np.float32)
        if explicit:
            nothing[-1 if side == "users" else -2] = 1
        np.testing.assert_array_equal(row, nothing)
        assert before[f"{side}/factors"][gone].any() and after[f"{side}/id"][gone] == f"erased:{gone}"
        facts = [int(after[f"{side}/{name}"][gone]) for name in ("n_events", "last_event", "status")]
        assert facts == [0, 0, 255], facts
        factors = after[f"{side}/factors"].astype(np.float64)
        np.testing.assert_allclose(after[f"gram/{side}"], factors.T @ factors, rtol=0,
                                   atol=1e-12 * np.abs(before[f"gram/{side}"]).max())
    item, mine = list(before["items/id"]).index(ITEM), others(before["items/id"], ITEM)
    same_but(before, after, "items/ann_cosine", mine)
    np.testing.assert_array_equal(after["items/ann_cosine"][item][:-1], after["items/factors"][item])
    norms = np.linalg.norm(after["items/ann_cosine"].astype(np.float64), axis=1)
    np.testing.assert_allclose(norms, norms[0], rtol=1e-6)
    stays = before["popular/all/item"] != item
    assert not stays.all()
    for name in ("item", "count"):
        np.testing.assert_array_equal(before[f"popular/all/{name}"][stays], after[f"popular/all/{name}"])
    assert now["data_fingerprint"] == fingerprint


def shortened(before, group, row, item, of_page):
    """The places that stay of a list: [(item, score, reason, evidence)]."""
    kept = []
    each = 0 if f"{group}/evidence" not in before else before[f"{group}/evidence"].shape[1] // before[f"{group}/item"].shape[1]
    for place in range(before[f"{group}/filled"][row]):
        pieces = [(e, w) for e, w in zip(*(before[f"{group}/{name}"][row][place * each:(place + 1) * each]
                                           for name in ("evidence", "evidence_weight")))] if each else []
        named = [(e, w) for e, w in pieces if e != item]
        if before[f"{group}/item"][row][place] == item or (of_page and len(named) < len(pieces)):
            continue
        named += [(-1, 0)] * (each - len(named))
        reason = before[f"{group}/reason"][row][place] if f"{group}/reason" in before else None
        kept.append((before[f"{group}/item"][row][place], before[f"{group}/score"][row][place], reason, named))
    return kept


def check_lists(before, after, now, fingerprint):
    item = list(before["items/id"]).index(ITEM)
    user = list(before["users/id"]).index(USER) if "users/id" in before else -1
    changed = 0
    for group in sorted(name[:-len("/item")] for name in before if name.endswith("/item") and "popular" not in name):
        of_items = group.startswith("similar/")
        for row in range(len(before[f"{group}/filled"])):
            gone = row == (item if of_items else user)
            wanted = [] if gone else shortened(before, group, row, item, group.startswith("page/"))
            found = shortened(after, group, row, -2, False)
            assert found == wanted, (group, row, found, wanted)
            filled = len(wanted)
            changed += filled < before[f"{group}/filled"][row]
            assert (after[f"{group}/item"][row][filled:] == -1).all()
            assert (after[f"{group}/score"][row][filled:] == -np.inf).all()
            if f"{group}/evidence" in after:
                each = after[f"{group}/evidence"].shape[1] // after[f"{group}/item"].shape[1]
                assert (after[f"{group}/evidence"][row][filled * each:] == -1).all()
    assert changed > 0
    if "popular/all/item" in before:
        assert item in before["popular/all/item"] and item not in after["popular/all/item"]
    assert now["data_fingerprint"] == fingerprint


def check_neighbours(before, after, now, fingerprint):
    item = list(before["items/id"]).index(ITEM)
    offsets, rows = before["items/neighbours/offsets"], before["items/neighbours/row"]
    of = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    kept = (of != item) & (rows != item)
    assert not kept.all() and now["data_fingerprint"] == fingerprint
    for name in ("row", "weight"):
        np.testing.assert_array_equal(before[f"items/neighbours/{name}"][kept], after[f"items/neighbours/{name}"])
    np.testing.assert_array_equal(np.diff(after["items/neighbours/offsets"]),
                                  np.bincount(of[kept], minlength=len(offsets) - 1))


def test_every_file_is_what_it_was_without_them():
    paths = {"d": "d.h5", "m": "run/model.h5", "l": "lists.h5", "p": "pages.h5", "s": "similar.h5", "n": "neighbours.h5"}
    before = {key: contents(path) for key, path in paths.items()}
    shutil.copytree(".", "../before", dirs_exist_ok=True)
    said = json.loads(alster(ERASE + " --json").stdout)
    assert [file["kind"] for file in said["files"]] == ["dataset", "model"] + 3 * ["lists"] + ["neighbours"]
    assert all(file["written"] for file in said["files"]) and said["warnings"] == []
    after = {key: contents(path) for key, path in paths.items()}
    fingerprint = after["d"][1]["fingerprint"]
    check_dataset(before["d"][0], after["d"][0], before["d"][1], after["d"][1])
    check_model(before["m"][0], after["m"][0], after["m"][1], fingerprint)
    for key in "lps":
        check_lists(before[key][0], after[key][0], after[key][1], fingerprint)
    assert after["s"][1]["eligibility_viewer"] == "user (erased)"
    check_neighbours(before["n"][0], after["n"][0], after["n"][1], fingerprint)
    for path in paths.values():
        alster(f"inspect {path}")
    os.makedirs("outputs")
    for path in ("d.h5", "run", "lists.h5", "pages.h5", "similar.h5", "neighbours.h5"):
        shutil.move(path, f"outputs/{path}")
        os.symlink(f"outputs/{path}", path)
    require_no_trace("outputs", SECRETS)
    require_no_trace("outputs/run", ["Rarest"])  # pages name genres, which are nobody's
    with open("outputs/d.h5", "rb") as file:
        assert b"Rarest" not in file.read()
    with open("outputs/run/manifest.json", encoding="utf-8") as file:
        listed = {entry["file"]: entry["bytes"] for entry in json.load(file)["files"]}
    assert listed["model.h5"] == os.path.getsize("run/model.h5")


def test_once_more_changes_nothing():
    held = dict(bytes_of("outputs"))
    said = json.loads(alster(ERASE + " --json").stdout)
    assert not any(file["written"] for file in said["files"]), said
    assert held == dict(bytes_of("outputs"))


def test_logs_and_former_files_do_not_bring_them_back(layout, described):
    alster(f"prepare --input log.csv {layout} {described} --split random:0.15 --extend d.h5 --out outputs/e.h5")
    erased, again = contents("d.h5"), contents("outputs/e.h5")
    assert again[1]["fingerprint"] == erased[1]["fingerprint"] and again[1]["value_mean"] == erased[1]["value_mean"]
    for name in ("users/id", "items/id", "users/tombstones", "items/tombstones", "holdout/by_user/columns",
                 "users/last_event", "items/last_event"):
        np.testing.assert_array_equal(erased[0][name], again[0][name], err_msg=name)
    said = json.loads(alster(f"prepare --input log.csv {layout} {described} --erased-in d.h5 --out outputs/f.h5 --json",
                             ranks=2).stdout)
    assert said["erased"] > 0 and said["users"] == len(erased[0]["users/id"]) - 1
    columns = layout.split(" --dup")[0]
    alster(f"update --model run --data d.h5 --input later.csv {columns} --out outputs/u")
    updated, model = contents("outputs/u/dataset.h5"), contents("outputs/u/model.h5")
    assert updated[1]["nnz"] == erased[1]["nnz"] + 2 and "new" in updated[0]["users/id"]
    gone = [list(updated[0][f"{side}/id"]).index(f"erased:{row}")
            for side, row in (("users", np.flatnonzero(model[0]["users/status"] == 255)[0]),
                              ("items", np.flatnonzero(model[0]["items/status"] == 255)[0]))]
    assert updated[0]["users/n_events"][gone[0]] == 0 and updated[0]["items/n_events"][gone[1]] == 0
    alster("train --data d.h5 --factors 5 --sweeps 2 --start-from ../before/run/model.h5 "
           "--align-to ../before/run/model.h5 --out outputs/again")
    trained = contents("outputs/again/model.h5")[0]
    assert trained["users/status"][gone[0]] == 255 and not trained["items/factors"][gone[1]].any()
    alster("recommend --model outputs/again --data d.h5 --all --k 8 --out outputs/l.h5")
    lists = contents("outputs/l.h5")[0]
    assert gone[1] not in lists["topk/home/item"] and gone[1] not in lists["popular/all/item"]
    require_no_trace("outputs", SECRETS)
    message = alster(f"update --model ../before/run --data d.h5 --input later.csv {columns} --out outputs/v", code=65).stderr
    assert "fingerprints differ" in message, message


def test_a_model_follows_a_dataset_that_was_erased_before_it():
    for path in ("d.h5", "run"):
        (shutil.copytree if path == "run" else shutil.copy)(f"../before/{path}", f"part-{path}")
    alster(f"erase part-d.h5 --user {USER}")
    assert contents("part-run/model.h5")[1]["data_fingerprint"] != contents("part-d.h5")[1]["fingerprint"]
    alster(f"erase part-run part-d.h5 --user {USER}")
    assert contents("part-run/model.h5")[1]["data_fingerprint"] == contents("part-d.h5")[1]["fingerprint"]
    alster(f"erase part-run part-d.h5 --item {ITEM} --user nobody")  # a second time, one that nobody knows among them
    assert contents("part-run/model.h5")[1]["data_fingerprint"] == contents("part-d.h5")[1]["fingerprint"]
    assert contents("part-d.h5")[0]["users/tombstones"].shape == (3, 32)
    require_no_trace("part-run", [USER, ITEM])


def test_a_file_that_follows_keeps_nobody_who_was_erased_before(layout, described):
    os.makedirs("late")
    for path in ("d.h5", "lists.h5", "pages.h5", "neighbours.h5"):
        shutil.copy(f"../before/{path}", f"late/{path}")
    alster("train --data late/d.h5 --factors 4 --sweeps 2 --item-features genres --feature-rows 1 --out late/run")
    shutil.copytree("late/run/", "late/run/ckpt")
    before = contents("late/run/model.h5")
    other = [id for id in before[0]["users/id"] if id != USER][0]
    alster(f"erase late/d.h5 --user {USER} --item {ITEM}")
    said = alster(f"erase late/d.h5 late/run late/lists.h5 late/pages.h5 late/neighbours.h5 --user {other}")
    assert "ckpt holds checkpoints" in said.stderr, said.stderr
    shutil.rmtree("late/run/ckpt")
    require_no_trace("late", [USER, ITEM, other])
    after = contents("late/run/model.h5")
    assert set(after[0]) == set(before[0]) and any(name.startswith("prior/") for name in before[0])
    for name in before[0]:
        if name.startswith("prior/"):
            np.testing.assert_array_equal(before[0][name], after[0][name], err_msg=name)
    assert after[0]["users/status"].tolist().count(255) == 2 and after[0]["items/status"].tolist().count(255) == 1
    held = bytes_of("late")
    alster(f"erase late/d.h5 late/run late/lists.h5 late/pages.h5 late/neighbours.h5 --user {other}")
    assert dict(held) == dict(bytes_of("late")), "nothing was left to do"
    alster(f"prepare --input log.csv {layout} {described} --split random:0.15 --validation random:0.2 --out v.h5")
    alster(f"erase v.h5 v.validation.h5 --user {USER}")
    alster("tune --data v.h5 --trials 1 --sweeps 1 --factors 4 --out tuned")


def test_numbers_and_ratings():
    with open("numbers.csv", "w", encoding="utf-8") as file:
        for time in range(400):
            file.write(f"{7_000_000_000_000_001 + time % 19},{8_000_000_000_000_001 + time % 23 * (time % 7)},"
                       f"{time % 5 + 1},{1_600_000_000 + time}\n")
    os.makedirs("numbers")
    alster("prepare --input numbers.csv --columns user=0,item=1,value=2,time=3 --out numbers/d.h5")
    alster("train --data numbers/d.h5 --objective explicit --factors 3 --sweeps 2 --out numbers/run")
    before = contents("numbers/run/model.h5")[0]
    for wrong in ("7000000000000001.0", "07", "7e0", "somebody"):
        refuses(f"erase numbers/d.h5 --user {wrong}", 65, "whose ids are numbers")
    user, item = before["users/id"][4], before["items/id"][2]
    with open("ids.txt", "w", encoding="utf-8") as file:
        file.write(f"{user}\n")
    alster(f"erase numbers/d.h5 numbers/run --users-from ids.txt --item {item}")
    after, now = contents("numbers/run/model.h5")
    assert list(after["users/id"][[4]]) == [-2**63 + 4] and after["items/id"][2] == -2**63 + 2
    row = after["items/factors"][2]
    assert list(row) == [0, 0, 0, 1, 0] and now["objective"] == "explicit"
    factors = after["users/factors"].astype(np.float64)
    np.testing.assert_allclose(after["gram/users"], factors.T @ factors, rtol=0, atol=1e-9)
    for path, data in bytes_of("numbers"):
        for gone in (user, item):
            assert str(gone).encode() not in data and int(gone).to_bytes(8, "little") not in data, path
    alster("inspect numbers/d.h5")
    alster("inspect numbers/run/model.h5")
    alster("recommend --model numbers/run --data numbers/d.h5 --all --k 3 --out numbers/l.h5")
    assert 2 not in contents("numbers/l.h5")[0]["topk/home/item"]


def refuses(arguments, code, words):
    message = alster(arguments, code=code).stderr
    assert words in message and len(message.strip().splitlines()) == 1, message


def test_what_cannot_be_erased_is_refused_before_anything_is_written():
    for path in ("d.h5", "lists.h5"):
        shutil.copy(f"../before/{path}", f"bad-{path}")
    held = open("bad-d.h5", "rb").read()
    with h5py.File("foreign.h5", "w") as file:
        file["x"] = [1]
    with open("lists.jsonl", "w", encoding="utf-8") as file:
        file.write('{"user": "leaver-7f3a"}\n')
    one = f"--user {USER}"
    refuses("erase bad-d.h5", 64, "name the ids to erase")
    refuses(f"erase {one}", 64, "files")
    refuses(f"erase bad-d.h5 ./bad-d.h5 {one}", 64, "is given twice")
    refuses(f"erase bad-d.h5 foreign.h5 {one}", 65, "but not of alster")
    refuses(f"erase bad-d.h5 lists.jsonl {one}", 65, "lists.jsonl")
    refuses(f"erase bad-d.h5 gone.h5 {one}", 65, "gone.h5")
    refuses("erase bad-lists.h5 --user nobody", 65, "none of the 1 ids")
    with open("padded.txt", "w", encoding="utf-8") as file:
        file.write(f"{USER} \n")
    refuses("erase bad-d.h5 --users-from padded.txt", 65, "begins or ends with a blank")
    refuses("erase bad-d.h5 --users-from gone.txt", 65, "gone.txt")
    with h5py.File("bad-lists.h5", "a"):
        refuses(f"erase bad-d.h5 bad-lists.h5 {one}", 74, "bad-lists.h5")
    with open(".bad-lists.h5.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refuses(f"erase bad-d.h5 bad-lists.h5 {one}", 73, "bad-lists.h5")
    os.remove(".bad-lists.h5.lock")
    assert open("bad-d.h5", "rb").read() == held
    names = ",".join(contents("bad-d.h5")[0]["users/id"]).split(",")
    with open("everyone.txt", "w", encoding="utf-8") as file:
        file.write("\n".join(names))
    refuses("erase bad-d.h5 --users-from everyone.txt", 65, "no interaction is left")
    assert open("bad-d.h5", "rb").read() == held and not [n for n in os.listdir(".") if n.endswith(".tmp")]


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.makedirs(os.path.join(directory, "work"))
        os.chdir(os.path.join(directory, "work"))
        layout, described = make_files()
        test_every_file_is_what_it_was_without_them()
        test_once_more_changes_nothing()
        test_logs_and_former_files_do_not_bring_them_back(layout, described)
        test_a_model_follows_a_dataset_that_was_erased_before_it()
        test_a_file_that_follows_keeps_nobody_who_was_erased_before(layout, described)
        test_numbers_and_ratings()
        test_what_cannot_be_erased_is_refused_before_anything_is_written()
        os.chdir("/")


if __name__ == "__main__":
    main()

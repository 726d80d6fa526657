"""Pages looked at with h5py and numpy only: page_test.py ALSTER.

Candidate rows are made again in fp64 from factors and log, and each row of each page is held against all others that
could have stood in its place.
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

from program import ALSTER, alster

ROWS, TITLES, LEAST, POOL = 7, 6, 3, 14
TASTE, SIMILARITY, GENRE_ROWS, LEAST_SHARE = 0.6, 0.4, 4, 0.05
GENRES = ["Action", "Comedy", "Drama", "Horror", "Sport"]
AT = "2026-11-27T12:00:00Z"
PAGE = f"""
rows = {ROWS}
titles = {TITLES}
least = {LEAST}
pool = {POOL}
genre_rows = {GENRE_ROWS}
least_share = {LEAST_SHARE}
because = 2
fresh = "released"
fresh_days = 40
trending_days = 0.004  # 345.6 seconds
taste = {TASTE}
similarity = {SIMILARITY}
top_first = false
"""
RULES = '[[class]]\nname = "kids"\nusers.kids = true\nitems.genres = { none_of = ["Horror"] }\n[[class]]\nname = "all"\n'


def make_model():
    random = np.random.default_rng(11)
    with open("items.csv", "w") as file:
        file.write("item_id,title,genres,released\n")
        for n in range(70):
            genres = "|".join(g for g in GENRES if random.random() < 0.35)
            day = ["2026-11-01", "2026-10-19", "2026-10-17", "2026-12-01", "1999-01-01", ""][random.integers(6)]
            file.write(f"i{n},Film {n},{genres},{day}\n")
    with open("users.csv", "w") as file:
        file.write("user_id,kids\n" + "".join(f"u{n},{n % 3 == 0}\n" for n in range(61)))
    with open("log.csv", "w") as file:
        for time in range(1100):
            user, item = random.integers(60), min(random.geometric(0.05) - 1, 66)
            file.write(f"u{user},i{item},{(time % 20 + 1) / 20},{1_600_000_000 + time}\n")
    with open("page.toml", "w") as file:
        file.write(PAGE)
    with open("rules.toml", "w") as file:
        file.write(RULES)
    alster("prepare --input log.csv --items items.csv --item-columns id=item_id,title=title,genres=genres:set,"
           "released=released:time --users users.csv --user-columns id=user_id,kids=kids:bool --split random:0.15 "
           "--out d.h5")
    alster("train --data d.h5 --factors 7 --sweeps 5 --out run")


class Data:
    def __init__(self):
        with h5py.File("run/model.h5") as model:
            self.X, self.Y = (model[f"{side}/factors"][()].astype(np.float64) for side in ("users", "items"))
        with h5py.File("d.h5") as data:
            self.users, self.items = (list(data[f"{side}/id"].asstr()[()]) for side in ("users", "items"))
            rows = [data[f"{part}/by_user"] for part in ("train", "holdout")]
            latest = data["train/by_user/times"][()].astype(np.int64) > data.attrs["watermark"] - 346
            self.lately = np.bincount(data["train/by_user/columns"][()][latest], minlength=len(self.items))
            self.train, self.holdout = ([set(g["columns"][g["offsets"][u]:g["offsets"][u + 1]].tolist())
                                         for u in range(len(self.users))] for g in rows)
        self.genres = {i: set() for i in range(len(self.items))}
        self.fresh = set()
        with open("items.csv") as file:
            for line in list(file)[1:]:
                key, _, genres, day = line.rstrip("\n").split(",")
                if key not in self.items:
                    continue
                self.genres[self.items.index(key)] = set(genres.split("|")) - {""}
                if day and "2026-10-18T12" <= day + "T00" and day <= "2026-11-27":
                    self.fresh.add(self.items.index(key))
        self.counts = np.array([sum(i in row for row in self.train) for i in range(len(self.items))])
        self.learned = self.Y.any(1)
        self.base = self.shares([i for row in self.train for i in row])
        norms = np.linalg.norm(self.Y, axis=1, keepdims=True)
        self.directions = np.divide(self.Y, norms, out=np.zeros_like(self.Y), where=norms > 0)

    def shares(self, items):
        mass = {g: 0.0 for g in GENRES}
        for i in items:
            for g in self.genres[i]:
                mass[g] += 1 / len(self.genres[i])
        total = sum(mass.values())
        return {g: m / total if total else 0 for g, m in mass.items()}

    def allowed(self, user, masked):
        seen = self.train[user]
        kids = masked and int(self.users[user][1:]) % 3 == 0
        # a title without genres is not known to be none of them
        return [i for i in range(len(self.items)) if i not in seen
                and not (kids and (not self.genres[i] or "Horror" in self.genres[i]))]

    def rows(self, user, masked, seeds):
        """{(reason, seed): (items, scores, worth, taste)} of the rows that could be on the page."""
        allowed = self.allowed(user, masked)
        scores = self.Y @ self.X[user]
        popular, trending = ([i for i in sorted(allowed, key=lambda i: (-counts[i], i)) if counts[i] > 0]
                             for counts in (self.counts, self.lately))
        found = {}
        if not self.X[user].any():
            most = self.counts.max()
            places = trending[:POOL]
            found["trending", None] = (places, self.lately[places], self.lately[places] / self.lately.max(), 0)
            for name, members in [("popularity", popular)] + [
                    (f"genre: {g}", [i for i in popular if g in self.genres[i]]) for g in GENRES]:
                taste = self.base.get(name.removeprefix("genre: "), 0)
                found[name, None] = (members[:POOL], [self.counts[i] for i in members[:POOL]],
                                     [self.counts[i] / most for i in members[:POOL]], taste)
            return found
        best = sorted((i for i in allowed if self.learned[i]), key=lambda i: -scores[i])
        shares = self.shares(self.train[user])
        lifted = [g for g in GENRES if shares[g] >= LEAST_SHARE and shares[g] > 0]
        lifted = sorted(lifted, key=lambda g: -shares[g] / max(1e-12, self.base[g]))[:GENRE_ROWS]
        rows = [("top-picks", best, 0), ("new", [i for i in best if i in self.fresh], 0)]
        rows += [(f"genre: {g}", [i for i in best if g in self.genres[i]], shares[g]) for g in lifted]
        for name, members, taste in rows:
            found[name, None] = (members[:POOL], scores[members[:POOL]], np.maximum(0, scores[members[:POOL]]), taste)
        for seed in seeds:
            like = self.directions @ self.directions[seed]
            near = sorted((i for i in allowed if self.learned[i] and i != seed), key=lambda i: -like[i])[:POOL]
            found["because-you-watched", seed] = (near, like[near], np.maximum(0, scores[near]), 0)
        for name, order, counts in (("trending", trending, self.lately), ("popularity", popular, self.counts)):
            found[name, None] = (order[:POOL], counts[order[:POOL]], np.maximum(0, scores[order[:POOL]]), 0)
        return found


def offer(row, shown):
    items, _, worth, _ = row
    looked, gain, made, met = 0, 0.0, [], 0
    for item, value in zip(items, worth):
        if len(made) == TITLES:
            break
        looked += 1
        met += item in shown and looked <= TITLES
        if item not in shown:
            made.append(item)
            gain += value / np.log2(len(made) + 1)
    return made, gain, met / min(looked, TITLES) if looked else 0


def read(path):
    with h5py.File(path) as file:
        vocabulary = list(file["vocab/reason"].asstr()[()])
        groups = sorted(name for name in file["page"])
        pages = []
        for user in range(len(file["users/id"])):
            page = []
            for name in groups:
                group = file["page"][name]
                filled = group["filled"][user]
                if filled == 0:
                    continue
                reasons = set(group["reason"][user][:filled])
                seeds = set(group["evidence"][user][:filled])
                assert len(reasons) == 1 and len(seeds) == 1
                seed = seeds.pop()
                page.append((vocabulary[reasons.pop()], None if seed < 0 else int(seed),
                             group["item"][user][:filled].tolist(), group["score"][user][:filled].tolist()))
            pages.append(page)
        return pages


def check_pages(data, pages, masked):
    reasons = set()
    for user, page in enumerate(pages):
        seeds = [seed for reason, seed, _, _ in page if reason == "because-you-watched"]
        assert len(seeds) <= 2 and all(seed in data.train[user] for seed in seeds)
        allowed = set(data.allowed(user, masked))
        if masked and int(data.users[user][1:]) % 3 == 0:
            assert all("Horror" not in data.genres[seed] for seed in seeds)
        candidates = data.rows(user, masked, seeds)
        greatest = max(offer(row, set())[1] for row in candidates.values())
        shown, covered, used = set(), set(), set()

        def value(key):
            made, gain, overlap = offer(candidates[key], shown)
            taste = candidates[key][3] if key[0] not in covered else 0
            return (made, gain / greatest + TASTE * taste - SIMILARITY * overlap) if len(made) >= LEAST else (made, -9)

        for reason, seed, items, scores in page:
            key = reason, seed
            made, own = value(key)
            assert set(items) <= allowed and not shown & set(items) and len(items) >= LEAST
            right = dict(zip(candidates[key][0], candidates[key][1]))
            assert len(items) == len(made) and np.allclose([right[i] for i in items], scores, rtol=1e-5, atol=1e-6), (
                data.users[user], key, items, made, scores)
            others = [value(other)[1] for other in candidates if other not in used]
            assert own >= max(others) - 1e-5, (data.users[user], key, own, others)
            shown |= set(items)
            covered.add(reason)
            used.add(key)
            reasons.add(reason)
        if len(page) < ROWS:
            assert all(value(other)[1] == -9 for other in candidates if other not in used
                       and other[0] != "because-you-watched"), data.users[user]
    assert {"top-picks", "popularity", "trending", "because-you-watched", "new", "genre: Drama"} <= reasons, reasons


def check_measure(data, pages):
    """N2DCG of all users, from the formula."""
    gains, hits = [], []
    for user, page in enumerate(pages):
        if not data.holdout[user]:
            continue
        nearest, places = {}, []
        for r, (_, _, items, _) in enumerate(page, 1):
            for c, item in enumerate(items, 1):
                places.append(r + c)
                if item in data.holdout[user]:
                    nearest[item] = min(nearest.get(item, 99), r + c)
        ideal = sum(1 / np.log2(d) for d in sorted(places)[:len(data.holdout[user])])
        gains.append(sum(1 / np.log2(d) for d in nearest.values()) / ideal if ideal else 0)
        hits.append(bool(nearest))
    found = json.loads(alster("evaluate --pages open.h5 --data d.h5 --json").stdout)
    assert abs(found["n2dcg"]["value"] - np.mean(gains)) < 1e-12 and found["users"] == len(gains)
    assert abs(found["hit_rate"]["value"] - np.mean(hits)) < 1e-12
    assert found["n2dcg"]["low"] < np.mean(gains) < found["n2dcg"]["high"]
    assert found["distinct_titles"] == len({i for page in pages for row in page for i in row[2]})
    assert json.loads(alster("evaluate --pages open.h5 --data d.h5 --json", 3).stdout) == found


def check_history_rows():
    """Rows because of what was taken last, and of what was begun, from times and values of the dataset."""
    with open("lately.toml", "w") as file:
        file.write("rows = 30\ntitles = 6\nleast = 2\nbecause = 1\nbecause_recent = 2\ncontinue_from = 0.2\n"
                   "continue_below = 0.6\nrecent_days = 0.008\n")  # 691.2 seconds
    common = f"page --model run/model.h5 --data d.h5 --all --page lately.toml --allow-held-out --at {AT}"
    alster(f"{common} --eligibility rules.toml --out lately.h5")
    pages = read("lately.h5")
    with h5py.File("d.h5") as data:
        train, ids = data["train/by_user"], data["users/id"].asstr()[()]
        offsets, columns, values, times = (train[name][()] for name in ("offsets", "columns", "values", "times"))
        since = data.attrs["watermark"] - 691
    genres = Data().genres
    begun_rows = recent_rows = 0
    for user, page in enumerate(pages):
        own = slice(offsets[user], offsets[user + 1])
        kids = int(ids[user][1:]) % 3 == 0
        lately = sorted((-int(t), int(i), v) for i, v, t in zip(columns[own], values[own], times[own]) if t >= since
                        and not (kids and (not genres[i] or "Horror" in genres[i])))
        begun = [(i, -t) for t, i, v in lately if np.float32(0.2) <= v < 0.6]
        found = [row for row in page if row[0] == "continue"]
        assert [row[2] for row in found] == ([[i for i, _ in begun[:6]]] if begun else []), (ids[user], found, begun)
        assert all(row[3] == [float(np.float32(t)) for _, t in begun[:6]] for row in found)
        begun_rows += len(found)
        liked = [row[1] for row in page if row[0] == "because-you-watched"]
        seeds = [row[1] for row in page if row[0] == "because-you-recently-watched"]
        assert set(seeds) <= {i for _, i, _ in lately[:3]} and len(liked) <= 1 and not set(seeds) & set(liked)
        recent_rows += len(seeds)
    assert begun_rows > 20 and recent_rows > 40, (begun_rows, recent_rows)
    audit = json.loads(alster("audit lately.h5 --data d.h5 --eligibility rules.toml --json").stdout)
    assert audit["violations"] == 0 and audit["slots"] == sum(len(row[2]) for page in pages for row in page)
    alster("inspect lately.h5")
    alster(f"{common} --eligibility rules.toml --out again.h5", 2)
    assert read("again.h5") == pages
    alster("prepare --input log.csv --columns user=0,item=1,value=2 --out timeless.h5")
    alster("train --data timeless.h5 --factors 3 --sweeps 2 --out timeless")
    for text in ("because_recent = 1", "continue_below = 0.5"):
        with open("bad.toml", "w") as file:
            file.write(f"genres = ''\n{text}\n")
        said = alster("page --model timeless --data timeless.h5 --user u1 --page bad.toml", code=78).stderr
        assert "need to know when" in said and said.count("\n") == 1, said


def check_blend():
    """Top picks are the lists that recommend makes."""
    alster("neighbours --data d.h5 --out run/neighbours.h5")
    with open("top.toml", "w") as file:
        file.write("titles = 6\nleast = 1\n")
    some = "--model run/model.h5 --data d.h5 --all --allow-held-out"
    rows = {}
    for blend in ("", " --blend 0.5"):
        alster(f"page {some} --page top.toml{blend} --out top.h5")
        alster(f"recommend {some} --k 6{blend} --out lists.h5")
        with h5py.File("top.h5") as pages, h5py.File("lists.h5") as lists:
            learned = lists["topk/home/reason"][:, 0] == 0  # made by the model
            for name in ("item", "score", "filled"):
                page, made = pages["page/row00"][name][()], lists["topk/home"][name][()]
                model_only = learned & (lists["topk/home/reason"][()] == 0).all(axis=1)
                np.testing.assert_array_equal(page[model_only], made[model_only])
            assert model_only.sum() > 30
            rows[blend] = pages["page/row00/item"][()][model_only]
    assert (rows[""] != rows[" --blend 0.5"]).any()
    alster(f"page {some} --page top.toml --blend 0.5 --out again.h5", 3)
    assert read("again.h5") == read("top.h5")
    alster(f"page {some} --blend 0.5 --neighbours d.h5 --out none.h5", code=65)


def check_change(data):
    """Churn against former pages, from the titles of both files."""
    common = f"page --model run/model.h5 --data d.h5 --all --page page.toml --allow-held-out --at {AT}"
    said = json.loads(alster(f"{common.replace('11-27', '11-28')} --previous open.h5 --out next.h5 --json").stdout)
    before, after = read("open.h5"), read("next.h5")
    titles = [[{i for row in page for i in row[2]} for page in pages] for pages in (before, after)]
    fresh = sum(len(new - old) for old, new in zip(*titles))
    common_titles = sum(len(new & old) for old, new in zip(*titles))
    either = sum(len(new | old) for old, new in zip(*titles))
    changed = said["previous"]
    assert changed["users"] == sum(bool(old and new) for old, new in zip(*titles))
    assert abs(changed["churn"] - fresh / sum(map(len, titles[1]))) < 1e-12 and fresh > 0
    assert abs(changed["overlap"] - common_titles / either) < 1e-12
    assert abs(said["coverage"] - len(set().union(*titles[1])) / len(data.items)) < 1e-12
    assert abs(changed["coverage"] - len(set().union(*titles[0])) / len(data.items)) < 1e-12
    same = f"{common} --previous open.h5 --out again.h5"
    assert json.loads(alster(f"{same} --json", 2).stdout)["previous"]["churn"] == 0
    assert "new to their page" in alster(same).stdout
    alster(f"{common} --previous d.h5 --out again.h5", code=65)
    alster(f"{common} --previous gone.h5 --out again.h5", code=65)


def file_bytes(path):
    """Of all values but the words of reasons."""
    with h5py.File(path) as file:
        sizes = []
        file.visititems(lambda name, node: sizes.append(0 if name == "vocab/reason" or not hasattr(node, "nbytes")
                                                        else node.nbytes))
        return sum(sizes)


def peak_of(command):
    """Bytes that a run takes at most, by itself."""
    code = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True); "
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)")
    done = subprocess.run([sys.executable, "-c", code, ALSTER, *command.split()], capture_output=True, text=True,
                          env={**os.environ, "OMP_NUM_THREADS": "2"})
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def check_plan():
    """What plan says of pages, against a file and a run of 60,000 items."""
    plan = json.loads(alster("plan --data d.h5 --factors 7 --threads 2 --gflops 1 --pages --page page.toml --json").stdout)
    size = file_bytes("open.h5")
    with h5py.File("open.h5") as file:  # not all items are popular here
        size += 8 * (len(file["items/id"]) - len(file["popular/all/item"]))
    assert plan[0]["pages"]["file_bytes"] == size
    alster("synth --users 1500 --items 60000 --events 90000 --log ratings --out log")
    alster("prepare --input log/events.csv --header --columns user=0,item=1,value=2,time=3 --items log/items.csv "
           "--split none --out large.h5")
    alster("train --data large.h5 --factors 32 --sweeps 1 --out large")
    with open("large.toml", "w") as file:
        file.write("rows = 20\n")
    rest = "--threads 2 --pages --page large.toml --json"
    planned = json.loads(alster(f"plan --data large.h5 --factors 32 {rest}").stdout)[0]["pages"]
    small = peak_of("page --model run/model.h5 --data d.h5 --all --out again.h5")
    taken = peak_of("page --model large --data large.h5 --all --page large.toml --out pages.h5 --threads 2") - small
    assert taken <= planned["memory_bytes"] <= 1.6 * taken, (planned, taken)
    with h5py.File("pages.h5") as file:
        lacking = 8 * (10_000 - len(file["popular/all/item"]))
    assert planned["file_bytes"] == file_bytes("pages.h5") + lacking
    headers = os.path.getsize("pages.h5") - file_bytes("pages.h5")
    assert 0 < headers < 20 * 6 * 12_288, headers  # a dataset of each kind for each row of the page
    assert planned["seconds"] > 0
    by_counts = json.loads(alster("plan --users 100000000 --items 1000000 --interactions 5000000000 --factors 128 "
                                  "--ranks 64 --threads 64 --gflops 1000 --pages --page large.toml --classes 100 "
                                  "--json").stdout)[0]["pages"]
    assert by_counts["file_bytes"] == 20 * 10**8 * (20 * 17 + 2) + 8 * 10**8 + 8 * 10**6 + 80_000
    pairs = 10**8 / 64 * 10**6
    assert abs(by_counts["seconds"] - pairs * 3 * 128 / 500e9) < 1e-6 * by_counts["seconds"]
    alster("plan --data d.h5 --page page.toml", code=64)
    with open("bad.toml", "w") as file:
        file.write("genres = 'kind'\n")
    alster("plan --data d.h5 --gflops 1 --pages --page bad.toml", code=78)


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        make_model()
        data = Data()
        common = f"page --model run/model.h5 --data d.h5 --all --page page.toml --allow-held-out --at {AT}"
        alster(f"{common} --out open.h5")
        pages = read("open.h5")
        check_pages(data, pages, masked=False)
        check_measure(data, pages)
        alster(f"{common} --eligibility rules.toml --out masked.h5")
        masked = read("masked.h5")
        check_pages(data, masked, masked=True)
        audit = json.loads(alster("audit masked.h5 --data d.h5 --eligibility rules.toml --json").stdout)
        assert audit["violations"] == 0 and audit["evidence"] > 0
        assert audit["slots"] == sum(len(row[2]) for page in masked for row in page)
        assert json.loads(alster(f"audit open.h5 --data d.h5 --eligibility rules.toml --json --at {AT}",
                                 code=10).stdout)["violations"] > 0
        for ranks in (2, 3):
            alster(f"{common} --eligibility rules.toml --out again.h5", ranks)
            assert read("again.h5") == masked
        # a page stays as it is within a day
        alster(f"{common.replace('T12', 'T23')} --eligibility rules.toml --out again.h5")
        assert read("again.h5") == masked
        alster(f"{common.replace('11-27', '11-28')} --eligibility rules.toml --out again.h5")
        assert read("again.h5") != masked
        # as JSON lines, and for users that the model does not know
        some = "page --model run/model.h5 --data d.h5 --page page.toml --allow-held-out --user u1 nobody u60"
        alster(f"{some} --at {AT} --out some.jsonl")
        with open("some.jsonl") as lines:
            first, unknown, silent = map(json.loads, lines)
        user = data.users.index("u1")
        assert [row["items"] for row in first["rows"]] == [[data.items[i] for i in row[2]] for row in pages[user]]
        assert unknown["rows"] == silent["rows"] and unknown["rows"][0]["titles"]
        for text, words in (("row = 3", "unknown key 'row'"), ("rows = 0", "from 1 to 99"), ("least = 30", "above titles"),
                            ("genres = 'kind'", "no such attribute"), ("fresh = 'genres'", "it is a set"),
                            ("pool = 2", "below titles"), ("because_recent = 11", "from 0 to 10"),
                            ("continue_below = 0.01", "below continue_below"), ("recent_days = -1", "must be a number"), ("taste = 'much'", "must be a number")):
            with open("bad.toml", "w") as file:
                file.write(text + "\n")
            done = alster("page --model run/model.h5 --data d.h5 --user u1 --page bad.toml", code=78)
            assert words in done.stderr and "bad.toml" in done.stderr and done.stderr.count("\n") == 1, done.stderr
        alster("evaluate --pages masked.h5 --model run/model.h5 --data d.h5", code=64)
        alster(f"{common.replace(' --allow-held-out', '')} --out closed.h5")
        assert "--allow-held-out" in alster("evaluate --pages closed.h5 --data d.h5", code=65).stderr
        check_history_rows()
        check_blend()
        check_change(data)
        check_plan()
        os.chdir("/")


if __name__ == "__main__":
    main()

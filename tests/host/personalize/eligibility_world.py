"""Users, items, rules and a log for tests of eligibility, and who may see what by them: written from the docs, and from
the text of the files that prepare has read, so that nothing of alster's reading of rules or attributes is used."""
import numpy as np

from program import alster

AT = "2026-11-27T00:00:00Z"
SCALES = {"film": ["G", "PG", "R", "X"], "tv": ["TV-Y", "TV-PG", "TV-MA"]}
RULES = """
unknown_users = "kids"
[scale]
film = ["G", "PG", "R", "X"]
tv = ["TV-Y", "TV-PG", "TV-MA"]
[known]
genres = ["Snuff"]
[window]
from = "opens"
until = "closes"
open_ended = true
[everyone]
items.markets = { any_of_user = "market" }
block = ["i3", "gone-1"]
[[class]]
name = "kids"
users.profile = "kids"
items = [
  { genres = { any_of = ["Animation", "Family"], none_of = ["Horror", "Snuff"] }, rating = { at_most = ["G", "TV-Y"] } },
  { stars = { at_least = 4.5 }, rating = "TV-Y" },
]
allow = ["i7"]
block = ["i4"]
[[class]]
name = "capped"
users = { profile = ["teen", "guest"], age = { at_least = 10, at_most = 99 } }
items.rating = { at_most_user = "cap" }
items.released = { from = 1950-01-01, until = 2020-01-01 }
[[class]]
name = "all"
users.adult = true
"""


def pick(random, values, missing=0.05):
    return "" if random.random() < missing else str(values[random.integers(len(values))])


def some(random, values):
    return "|".join(v for v in values if random.random() < 0.7)


def write_inputs():
    random = np.random.default_rng(7)
    items = {}
    for n in range(60):
        items[f"i{n}"] = {
            "genres": some(random, ["Animation", "Drama", "Family", "Horror"]),
            "rating": pick(random, SCALES["film"] + SCALES["tv"] + ["unrated"]),
            "stars": pick(random, [1, 3.5, 4.5, 5]),
            "markets": some(random, ["de", "fr", "us"]),
            "released": pick(random, ["1939-08-25", "1950-01-01", "1999-03-31", "2019-12-31", "2020-01-01"]),
            "opens": pick(random, ["2020-01-01", "2026-11-27", "2026-11-27", "2026-11-28"], 0.4),
            "closes": pick(random, ["2026-11-26", "2026-11-27", "2027-01-01", "2030-01-01", "2031-01-01"], 0.5)}
    users = {}
    for n in range(50):
        users[f"u{n}"] = {"profile": pick(random, ["kids", "teen", "guest", "other"]), "age": pick(random, [5, 10, 40]),
                          "cap": pick(random, ["PG", "R", "TV-PG", "none"]), "market": pick(random, ["de", "de", "fr", "xx"]),
                          "adult": pick(random, ["yes", "no"])}
    users["u49"] = {name: "" for name in users["u0"]}
    for path, rows in (("items.csv", items), ("users.csv", users)):
        with open(path, "w") as file:
            names = list(next(iter(rows.values())))
            file.write("item_id," * (path == "items.csv") + "user_id," * (path == "users.csv") + ",".join(names) + "\n")
            file.writelines(",".join([key, *row.values()]) + "\n" for key, row in rows.items())
    with open("log.csv", "w") as log:
        for time in range(900):
            user, item = random.integers(49), min(random.geometric(0.06) - 1, 55)
            log.write(f"u{user},i{item},1,{1_600_000_000 + time}\n")
    with open("rules.toml", "w") as rules:
        rules.write(RULES)
    alster("prepare --input log.csv --items items.csv --item-columns id=item_id,genres=genres:set,rating=rating:category,"
           "stars=stars:number,markets=markets:set,released=released:time,opens=opens:time,closes=closes:time "
           "--users users.csv --user-columns id=user_id,profile=profile:category,age=age:number,cap=cap:category,"
           "market=market:category,adult=adult:bool --out d.h5")
    alster("train --data d.h5 --factors 6 --sweeps 4 --out run")
    return items, users


def place(value):
    return next(((name, scale.index(value)) for name, scale in SCALES.items() if value in scale), None)


def below(value, cap):
    mine, limit = place(value), place(cap)
    return mine is not None and limit is not None and mine[0] == limit[0] and mine[1] <= limit[1]


def allowed(rules, user, item_id, item):
    """Whether a user (None: an unknown one) may see an item, written from docs/eligibility.md, not from the code."""
    day = AT[:10]
    if item_id in rules["everyone"]["block"]:
        return False
    if (item["opens"] and item["opens"] > day) or (item["closes"] and not day < item["closes"]):
        return False
    kind = None
    if user is not None and user["profile"] == "kids":
        kind = "kids"
    elif user is not None and user["profile"] in ("teen", "guest") and user["age"] and 10 <= float(user["age"]) <= 99:
        kind = "capped"
    elif user is not None and user["adult"] == "yes":
        kind = "all"
    market = user["market"] if user is not None else ""
    if kind is None:
        kind = rules["unknown_users"]
    if not market or market not in item["markets"].split("|"):
        return False
    genres = item["genres"].split("|") if item["genres"] else []
    if kind == "kids":
        if item_id == "i4":
            return False
        mild = bool({"Animation", "Family"} & set(genres)) and "Horror" not in genres and (
            below(item["rating"], "G") or below(item["rating"], "TV-Y"))
        good = item["stars"] != "" and float(item["stars"]) >= 4.5 and item["rating"] == "TV-Y"
        return item_id == "i7" or mild or good
    if kind == "capped":
        return (user["cap"] != "" and item["rating"] != "" and below(item["rating"], user["cap"])
                and item["released"] != "" and "1950-01-01" <= item["released"] < "2020-01-01")
    return True

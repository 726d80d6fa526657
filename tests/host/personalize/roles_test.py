"""Recounts the roles of a dataset from its log with h5py and numpy only: roles_test.py ALSTER."""
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
early_exit_below = 0.1
[event.stars]
like_from = 4
dislike_to = 2
[event.down]
preference = 0
[event.shown]
role = "shown"
base = 0.1
"""
CONSUMED, DISLIKED, SHOWN = 1, 2, 4
KINDS = ["play", "stars", "down", "shown"]


def random_log():
    """Rows (user, item, kind, value, time); the values of plays are fractions, those of stars 1 to 5."""
    random = np.random.default_rng(1)
    for time in range(1, 501):
        kind = random.integers(4)
        value = random.integers(1, 6) if kind == 1 else round(random.random(), 2)
        yield f"u{random.integers(20)}", f"i{random.integers(30)}", KINDS[kind], float(value), time


def role_of(kind, value):
    if kind == "shown":
        return SHOWN
    return DISLIKED if kind == "down" or (kind == "stars" and value <= 2) else CONSUMED


def recount(events):
    """Roles of each pair, and how many events of each user consumed something."""
    roles, counts = {}, {}
    for user, item, kind, value, _ in events:
        role = role_of(kind, value)
        roles[user, item] = roles.get((user, item), 0) | role
        counts[user] = counts.get(user, 0) + (role == CONSUMED)
    return roles, counts


def times_of(events):
    """When each pair was: its latest event that consumed, else its latest."""
    times = {}
    for user, item, kind, value, time in events:  # in the order of time
        rank = role_of(kind, value) == CONSUMED
        if (user, item) not in times or rank >= times[user, item][0]:
            times[user, item] = (rank, time)
    return {pair: time for pair, (_, time) in times.items()}


def stored_times(file, part):
    users, items = ([name.decode() for name in file[f"/{side}/id"][()]] for side in ("users", "items"))
    offsets, columns, times = (file[f"{part}/by_user/{name}"][()] for name in ("offsets", "columns", "times"))
    assert times.dtype == np.uint32 and "times" not in file["/train/by_item"]
    return {(users[row], items[columns[n]]): int(times[n])
            for row in range(len(offsets) - 1) for n in range(offsets[row], offsets[row + 1])}


def stored(file, part):
    """The same as the file has it."""
    names = {side: [name.decode() for name in file[f"/{side}/id"][()]] for side in ("users", "items")}
    users, items = (names["users"], names["items"]) if part.endswith("by_user") else (names["items"], names["users"])
    offsets, columns, roles = (file[f"{part}/{name}"][()] for name in ("offsets", "columns", "role"))
    assert roles.dtype == np.uint8
    found = {}
    for row in range(len(offsets) - 1):
        for n in range(offsets[row], offsets[row + 1]):
            pair = (users[row], items[columns[n]])
            found[pair if part.endswith("by_user") else pair[::-1]] = int(roles[n])
    return found


def main():
    events = list(random_log())
    with tempfile.TemporaryDirectory() as directory:
        log, rules, out = (os.path.join(directory, name) for name in ("log.csv", "rules.toml", "d.h5"))
        with open(log, "w") as file:
            file.writelines(f"{u},{i},{kind},{value},{time}\n" for u, i, kind, value, time in events)
        with open(rules, "w") as file:
            file.write(RULES)
        subprocess.run([sys.argv[1], "prepare", "--input", log, "--columns", "user=0,item=1,event=2,value=3,time=4",
                        "--rules", rules, "--split", "time:0.3", "--out", out], check=True, stdout=subprocess.DEVNULL)
        with h5py.File(out, "r") as file:
            latest = file.attrs["watermark"]
            roles, counts = recount([event for event in events if event[4] <= latest])
            assert stored(file, "/train/by_user") == roles
            assert stored(file, "/train/by_item") == roles
            held, _ = recount([event for event in events if event[4] > latest])
            held = {pair: role for pair, role in held.items() if not roles.get(pair, 0) & CONSUMED}
            assert stored(file, "/holdout/by_user") == held and any(pair in roles for pair in held)
            assert stored_times(file, "/train") == times_of([event for event in events if event[4] <= latest])
            of_held = times_of([event for event in events if event[4] > latest])
            assert stored_times(file, "/holdout") == {pair: of_held[pair] for pair in held}
            users = [name.decode() for name in file["/users/id"][()]]
            assert list(file["/users/n_events"][()]) == [counts.get(user, 0) for user in users]


if __name__ == "__main__":
    main()

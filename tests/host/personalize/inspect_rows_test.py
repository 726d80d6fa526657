"""What alster inspect says of one user and one item, against the log and the rules: inspect_rows_test.py ALSTER."""
import datetime
import json
import os
import sys
import tempfile

try:
    import tomllib

    from eligibility_world import AT, RULES, allowed, write_inputs
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

from program import alster


def check_inspect(items, users):
    """What inspect says of a user and of an item, by the rules as they are read here, and by the log."""
    rules = tomllib.loads(RULES)
    with open("log.csv") as log:
        events = [line.strip().split(",") for line in log]
    common = f"inspect d.h5 --eligibility rules.toml --at {AT} --json"
    for name in ("u1", "u7", "u20"):
        facts = json.loads(alster(f"{common} --user {name}").stdout)["user"]
        assert facts["may_see"] == sum(allowed(rules, users[name], key, item) for key, item in items.items()), facts
        assert facts["attributes"] == {key: value for key, value in users[name].items() if value} | (
            {"adult": "true" if users[name]["adult"] == "yes" else "false"} if users[name]["adult"] else {}), facts
        latest = {}
        for user, item, _, time in events:
            if user == name:
                latest[item] = int(time)
        shown = {event["item"]: event["time"] for event in facts["training"]}
        assert shown == {item: datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
                         for item, time in latest.items()}, shown
        assert list(shown.values()) == sorted(shown.values(), reverse=True)
    for key in ("i0", "i4", "i7", "i30"):
        facts = json.loads(alster(f"{common} --item {key}").stdout)["item"]
        assert sum(view["users"] for view in facts["classes"]) == len(users)
        may = sum(view["users"] for view in facts["classes"] if view["may_see"])
        assert may == sum(allowed(rules, user, key, items[key]) for user in users.values()), (key, facts)
        for name in ("u1", "u7", "u20"):
            verdict = json.loads(alster(f"{common} --user {name} --item {key}").stdout)["verdict"]
            assert verdict["may_see"] == allowed(rules, users[name], key, items[key]), (name, key, verdict)
            assert bool(verdict["forbidden_by"]) != verdict["may_see"]
    assert "has no item 'i999'" in alster("inspect d.h5 --item i999", code=65).stderr
    assert "name --user" in alster("inspect d.h5 --eligibility rules.toml", code=64).stderr


with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    check_inspect(*write_inputs())
    os.chdir("/")

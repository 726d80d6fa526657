"""Runs the Python of README.md and docs/formats.md as it is printed there: snippets_test.py ALSTER SOURCE_DIRECTORY.

The files that it names (ml.h5, run/model.h5, lists.h5) are made first, of a log whose first user and first title have
nothing in the training part: row 0 of both sides has factors of 0.
"""
import contextlib
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

ALSTER, SOURCE = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])


def alster(arguments):
    done = subprocess.run([ALSTER] + arguments.split(), capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stderr)
    return done


def make_files():
    """Text ids for titles, numbers for users; the first line of the log is its last in time."""
    chance = random.Random(7)
    with open("log.csv", "w") as log:
        log.write("1000,a-new-film,2000000000\n")
        for user in range(150):
            liked = [item for item in range(40) if item % 2 == user % 2]
            for n, item in enumerate(chance.sample(liked, 12)):
                log.write(f"{2000 + user},film-{item},{1000000000 + 1000 * n + user}\n")
    alster("prepare --input log.csv --format csv --columns user=0,item=1,time=2 --split time:0.1 --out ml.h5")
    alster("train --data ml.h5 --factors 8 --sweeps 4 --out run")
    alster("recommend --model run/model.h5 --data ml.h5 --all --k 10 --out lists.h5")
    with h5py.File("run/model.h5") as model:
        assert model["users/status"][0] == 2 and model["items/status"][0] == 2
        assert not model["users/factors"][0].any() and model["users/factors"][1].any()


def snippets(document):
    with open(os.path.join(SOURCE, document), encoding="utf-8") as text:
        found = re.findall(r"^```python\n(.*?)^```$", text.read(), re.MULTILINE | re.DOTALL)
    assert found, f"{document} has no Python"
    return found


def run(document, number, code):
    """Returns what the snippet left behind and what it printed."""
    space = {"__name__": "__main__"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, f"{document}[{number}]", "exec"), space)
    return space, printed.getvalue()


def check_best(document, space, printed):
    """What is called best has the highest scores of all that is learned, by plain fp64, and is shown by its id."""
    with h5py.File("run/model.h5") as model:
        users, items = (model[side]["factors"][:].astype(np.float64) for side in ("users", "items"))
        learned = np.flatnonzero(items.any(axis=1))
        first = np.flatnonzero(users.any(axis=1))[0]
        assert space["user"] == first
        scores = users[first] @ items.T
        expected = sorted(learned, key=lambda item: -scores[item])[:10]
        found = list(space["best"])
        assert np.allclose(scores[found], scores[expected], rtol=1e-5), (document, found, expected)
        assert len(set(found)) == 10 and scores[found].min() > 0.1, scores[found]
        for item in found:
            name = model["items/id"][item].decode()
            assert name in printed and f"b'{name}" not in printed, printed
        assert str(model["users/id"][first]) in printed


def check_lists(space, printed):
    """What the snippet about lists gives is what `recommend` prints as JSON."""
    printed_by_alster = json.loads(alster("recommend --model run/model.h5 --data ml.h5 --user 2000 2149 nobody --json").stdout)
    for user, shown in zip((2000, 2149, "nobody"), printed_by_alster["lists"]):
        found = space["list_of"](user)[:10]
        assert [item for item, _, _ in found] == shown["items"], (user, found, shown)
        assert np.allclose([score for _, score, _ in found], shown["scores"], rtol=1e-6)
        assert {reason for _, _, reason in found} == {shown["reason"]}
    assert "unknown-user" in printed and "b'" not in printed, printed


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        make_files()
        checked = 0
        for document in ("README.md", "docs/formats.md"):
            for number, code in enumerate(snippets(document)):
                space, printed = run(document, number, code)
                if "best" in space:
                    check_best(document, space, printed)
                    checked += 1
                if "list_of" in space:
                    check_lists(space, printed)
                    checked += 1
        assert checked == 3, checked
        os.chdir("/")


if __name__ == "__main__":
    main()

"""alster update against numpy: update_test.py ALSTER. What is folded in is the exact solution of its own system, the
dataset is what prepare makes of the whole log, and nothing else moves. Exit code 4: skipped."""
import json
import os
import random
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

COLUMNS = "--columns user=0,item=1,value=2,time=3,event=4"


def write_logs():
    """230 users and 90 items in two groups; later come 12 users and 6 items more, and old users with old pairs."""
    draw = random.Random(4)
    old, new = [], []
    for u in range(242):
        for i in range(96):
            if draw.random() >= (0.12 if u % 2 == i % 2 else 0.02):
                continue
            line = f"u{u},{i},{draw.randint(1, 5)},{{}},{'up' if draw.random() < 0.8 else 'down'}\n"
            late = u >= 230 or i >= 90 or (u % 5 == 0 and draw.random() < 0.3)
            (new if late else old).append(line.format(2 * 10**9 + draw.randint(0, 999) if late else 10**9 + u))
            if not late and u % 5 == 0 and draw.random() < 0.2:
                new.append(line.format(2 * 10**9))  # the pair again
    for name, lines in (("old.csv", old), ("new.csv", new), ("all.csv", old + new)):
        with open(name, "w", encoding="utf-8") as log:
            log.writelines(lines)
    with open("rules.toml", "w", encoding="utf-8") as rules:
        rules.write("[event.up]\nbase = 0.5\nper_value = 2\n[event.down]\npreference = 0\nbase = 3\n")


class File:
    """A model and its dataset in memory, rows of both sides."""

    def __init__(self, model, data):
        with h5py.File(model) as f:
            self.attrs = dict(f.attrs)
            self.rows = {side: f[side]["factors"][:].astype(np.float64) for side in ("users", "items")}
            self.bits = {side: f[side]["factors"][:] for side in ("users", "items")}
            self.status = {side: f[side]["status"][:] for side in ("users", "items")}
            self.folded = {side: f[side]["folded_at"][:] if "folded_at" in f[side] else None
                           for side in ("users", "items")}
            self.gram = {side: f["gram"][side][:] for side in ("users", "items")}
        with h5py.File(data) as f:
            self.fingerprint = f.attrs["fingerprint"]
            self.events = {side: (f[side]["n_events"][:], f[side]["last_event"][:]) for side in ("users", "items")}
            self.train = {side: {name: f["train"][group][name][:] for name in f["train"][group]}
                          for side, group in (("users", "by_user"), ("items", "by_item"))}

    def row(self, side, r):
        train = self.train[side]
        first, last = train["offsets"][r:r + 2]
        return {name: values[first:last] for name, values in train.items() if name != "offsets"}


def solve(a, side, row, fixed):
    """One row's exact solution for the other side's rows, as docs/mathematics.md has it."""
    n = len(row["columns"])
    own, of_fixed = (-2, -1) if side == "users" else (-1, -2)  # the columns of biases
    Y = fixed[row["columns"]]
    if a["objective"] == "explicit":
        f = a["factors"]
        target = row["values"] - a["mean"] - Y[:, of_fixed]
        Z = np.column_stack([Y[:, :f], np.ones(n)])
        penalty = np.append(np.full(f, a["lambda"]), a["bias_lambda"]) * float(n) ** a["nu"]
        z = np.linalg.solve(Z.T @ Z + np.diag(penalty), Z.T @ target)
        x = np.empty(f + 2)
        x[:f], x[own], x[of_fixed] = z[:f], z[f], 1
        return x
    p = row.get("preferences", np.ones(n)).astype(np.float64)
    c = row.get("confidences", np.ones(n)).astype(np.float64)
    cp = c * p
    if a["alpha"] > 0:
        c = a["alpha"] * row.get("confidences", row["values"]).astype(np.float64)
        cp = (1 + c) * p
    penalty = a["lambda"] * (n + a["alpha0"] * len(fixed)) ** a["nu"]
    A = a["alpha0"] * fixed.T @ fixed + Y.T @ (c[:, None] * Y) + penalty * np.eye(Y.shape[1])
    return np.linalg.solve(A, Y.T @ cp)


def far(a, b):
    return max(np.linalg.norm(x - y) / max(np.linalg.norm(y), 1e-30) for x, y in zip(a, b))


def with_rows(rows, count, explicit, side):
    """Rows of an old model, and what stands for those that it does not have."""
    more = np.zeros((count - len(rows), rows.shape[1]))
    if explicit:
        more[:, -1 if side == "users" else -2] = 1
    return np.vstack([rows, more])


def changed(old, new, side):
    marks = []
    for r in range(len(new.rows[side])):
        row = new.row(side, r)
        before = old.row(side, r) if r < len(old.rows[side]) else {name: row[name][:0] for name in row}
        marks.append(any(not np.array_equal(before[name], row[name]) for name in row if name not in ("role", "times")))
    return np.array(marks)


def check_update(name, prepare, train, ranks=()):
    alster(f"prepare --input old.csv {COLUMNS} {prepare} --out {name}.h5")
    alster(f"prepare --input all.csv {COLUMNS} {prepare} --extend {name}.h5 --out {name}-all.h5")
    alster(f"train --data {name}.h5 --factors 12 --sweeps 4 {train} --out {name}")
    report = json.loads(alster(f"update --json --model {name} --data {name}.h5 --input new.csv --out {name}-new").stdout)
    old, new = File(f"{name}/model.h5", f"{name}.h5"), File(f"{name}-new/model.h5", f"{name}-new/dataset.h5")
    whole = File(f"{name}-new/model.h5", f"{name}-all.h5")
    assert new.fingerprint == whole.fingerprint == new.attrs["data_fingerprint"], "the dataset is that of the whole log"
    for side in ("users", "items"):
        for ours, theirs in zip(new.events[side], whole.events[side]):
            assert np.array_equal(ours, theirs), "numbers and times of events"
    check_factors(name, old, new, report)
    alster(f"inspect {name}-new/model.h5")
    for count in ranks:
        alster(f"update --model {name} --data {name}.h5 --input new.csv --out {name}-{count}", ranks=count, threads=1)
        other = File(f"{name}-{count}/model.h5", f"{name}-{count}/dataset.h5")
        assert other.fingerprint == new.fingerprint
        for side in ("users", "items"):
            assert np.array_equal(other.bits[side], new.bits[side]), (count, side)
    return old, new


def check_factors(name, old, new, report):
    a = new.attrs
    explicit = a["objective"] == "explicit"
    users, items = changed(old, new, "users"), changed(old, new, "items")
    assert report["users"]["folded"] == users.sum() and report["items"]["folded"] == items.sum()
    X = with_rows(old.rows["users"], len(users), explicit, "users")
    Y = with_rows(old.rows["items"], len(items), explicit, "items")
    for u in np.flatnonzero(users):
        X[u] = solve(a, "users", new.row("users", u), Y)
    for i in np.flatnonzero(items):
        Y[i] = solve(a, "items", new.row("items", i), X)
    of_items = far(new.rows["items"], Y)
    exact = [solve(a, "users", new.row("users", u), new.rows["items"]) for u in np.flatnonzero(users)]
    of_users = far(new.rows["users"][users], exact)
    print(f"{name}: {users.sum()} users {of_users:.1e}, {items.sum()} items {of_items:.1e}")
    assert of_users < 1e-5 and of_items < 1e-4
    for side, marks in (("users", users), ("items", items)):
        known = np.arange(len(old.bits[side]))[~marks[:len(old.bits[side])]]
        assert np.array_equal(new.bits[side][known], old.bits[side][known]), "what is not touched keeps its bits"
        learned = new.status[side] != 2
        assert (new.status[side][marks] == 1).all() and (new.status[side][~marks & learned] == 0).all()
        assert ((new.folded[side] > 10**9) == marks).all()
        gram = new.rows[side].T @ new.rows[side]
        assert np.abs(gram - new.gram[side]).max() < 1e-6 * np.abs(gram).max()
    assert a["space_id"] == old.attrs["space_id"] == a["parent_space_id"] and a["updates"] == 1
    assert a["parent_run_id"] == old.attrs["run_id"] != a["run_id"]


def check_chain(name):
    """An update of an update is one update with both logs; items that are kept keep their bits."""
    with open("new.csv", encoding="utf-8") as log:
        lines = sorted(log.readlines(), key=lambda line: line.split(",")[3])
    half = len(lines) // 2
    while lines[half].split(",")[3] == lines[half - 1].split(",")[3]:
        half += 1
    for part, some in (("first.csv", lines[:half]), ("second.csv", lines[half:])):
        with open(part, "w", encoding="utf-8") as log:
            log.writelines(some)
    alster(f"update --model {name} --data {name}.h5 --input first.csv --out one")
    alster("update --model one --data one/dataset.h5 --input second.csv --keep-items --out two")
    one, two = File("one/model.h5", "one/dataset.h5"), File("two/model.h5", "two/dataset.h5")
    assert two.fingerprint == File("two/model.h5", f"{name}-all.h5").fingerprint and two.attrs["updates"] == 2
    known = one.status["items"] != 2
    assert np.array_equal(two.bits["items"][:len(known)][known], one.bits["items"][known])
    kept = changed(one, two, "users")
    same = ~kept[:len(one.folded["users"])]
    assert np.array_equal(two.folded["users"][:len(same)][same], one.folded["users"][same])


def common(old, new, names):
    """Rows of both of the items in common of which something was learned; an extended dataset keeps rows."""
    both = min(len(rows.status["items"]) for rows in (old, new))
    known = np.flatnonzero((old.status["items"][:both] != 2) & (new.status["items"][:both] != 2))
    return old.rows["items"][known][:, :names], new.rows["items"][known][:, :names]


def check_training_again(name, ranks):
    """Warm sweeps begin lower; aligned factors are the trained ones, turned by the matrix that numpy finds."""
    form = "--objective explicit" if name == "explicit" else ""
    train = f"train --json --data {name}-all.h5 --factors 12 {form}"
    cold = json.loads(alster(f"{train} --sweeps 2 --out {name}-cold").stdout)
    warm = json.loads(alster(f"{train} --sweeps 2 --out {name}-warm --start-from {name}").stdout)
    assert warm["objective"] < cold["objective"], (warm, cold)
    alster(f"{train} --sweeps 2 --out {name}-turned --start-from {name}/model.h5 --align-to {name}", ranks=ranks)
    old = File(f"{name}/model.h5", f"{name}.h5")
    plain, turned = (File(f"{name}-{kind}/model.h5", f"{name}-all.h5") for kind in ("warm", "turned"))
    B, A = common(old, plain, 12)
    U, _, Vt = np.linalg.svd(A.T @ B)
    R = np.eye(plain.rows["items"].shape[1])
    R[:12, :12] = U @ Vt
    for side in ("users", "items"):
        away = np.linalg.norm(plain.rows[side] @ R - turned.rows[side]) / np.linalg.norm(plain.rows[side])
        assert away < 1e-5, (name, side, away)
    residual = np.linalg.norm(A @ U @ Vt - B) / np.linalg.norm(B)
    print(f"{name}: residual {residual:.3f}, unturned {np.linalg.norm(A - B) / np.linalg.norm(B):.3f}")
    assert abs(turned.attrs["align_residual"] - residual) < 1e-5
    assert turned.attrs["parent_space_id"] == old.attrs["space_id"] != turned.attrs["space_id"]
    alster(f"{train} --sweeps 1 --out no --start-from missing.h5", code=65)
    other = "explicit" if name != "explicit" else "implicit"
    error = alster(f"{train} --sweeps 1 --out no2 --align-to {other}", code=65).stderr
    assert f"of {other} feedback" in error and "sweep" not in error and not os.path.exists("no2/metrics.jsonl"), error


def check_refusals(name):
    def refused(code, words, *says):
        error = alster(f"update --model {name} --input new.csv {words}", code=code).stderr
        assert all(say in error for say in says) and error.count("\n") == 1, error

    refused(73, f"--data {name}.h5 --out {name}-new", "holds a model already")
    refused(65, "--data explicit.h5 --out no", "fingerprints differ")
    error = alster(f"update --model {name} --data {name}.h5 --input old.csv --out no", code=65).stderr
    assert "no later than its latest" in error and "--late" in error
    alster(f"update --model {name} --data {name}.h5 --input all.csv --late drop --out late")
    assert File("late/model.h5", "late/dataset.h5").fingerprint == File("late/model.h5", f"{name}-all.h5").fingerprint
    with open("decay.toml", "w", encoding="utf-8") as rules:
        rules.write("[event.up]\nhalf_life_days = 9\n[event.down]\npreference = 0\n")
    alster(f"prepare --input old.csv {COLUMNS} --rules decay.toml --out decay.h5")
    alster("train --data decay.h5 --factors 4 --sweeps 1 --out decay")
    error = alster("update --model decay --data decay.h5 --input new.csv --out no", code=65).stderr
    assert "half_life_days" in error and "--extend" in error
    assert not os.path.exists("no/model.h5")


with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    write_logs()
    check_update("implicit", "--duplicates last", "--reg 0.02")
    check_update("classic", "--duplicates sum", "--alpha 2 --reg 0.1")
    check_update("rules", "--rules rules.toml", "--reg 0.02 --nu 0.5", ranks=(2, 4))
    check_update("explicit", "--duplicates last", "--objective explicit --bias-reg 0.3", ranks=(3,))
    check_chain("rules")
    check_refusals("rules")
    check_training_again("implicit", 3)
    check_training_again("explicit", 1)
    os.chdir("/")

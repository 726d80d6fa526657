"""Recounts host/statistics with numpy, from the formulas of docs/evaluate.md and docs/experiments.md, on random cases
with ties, empty lists and repetitions. statistics_witness_test.py PRINT_STATISTICS"""
import itertools
import json
import math
import subprocess
import sys

try:
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)
try:
    from scipy import stats
except ImportError:
    stats = None  # the same numbers by integration

NORMAL = 1.959963984540054
random = np.random.default_rng(11)


def answers(cases):
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    done = subprocess.run([sys.argv[1]], input=lines, check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(what, cases, recount, tolerance=1e-9):
    for case, told in zip(cases, answers([{"what": what, **case} for case in cases]), strict=True):
        expected = recount(**case)
        assert np.allclose(told, expected, rtol=tolerance, atol=tolerance), (what, case, told, expected)
    print(f"{what}: {len(cases)} cases")


def mixed(x):
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def pairs(keys, values, seed):
    keys, values = np.array(keys, np.uint64), np.array(values)
    if len(values) == 0:
        return [0, 0, 0, 1]
    with np.errstate(over="ignore"):
        streams = mixed(np.uint64(seed) ^ mixed(keys))
        uniform = mixed(streams + np.arange(1, 2001, dtype=np.uint64)[:, None]) & np.uint64(0xFFFFFFFF)
        changed = values != 0
        draws = mixed(streams[changed] + np.uint64(2**32) + np.arange(156, dtype=np.uint64)[:, None])
    chances = np.exp(-1.0) / np.cumprod([1, *range(1, 8)])
    weights = np.searchsorted(np.floor(np.cumsum(chances) * 2**32), uniform, side="right").astype(float)
    total = weights.sum(axis=1)
    means = np.sort((weights @ values)[total > 0] / total[total > 0])  # of the others there is none
    cut = len(means) // 40
    some = values[changed]
    bound = abs(some.sum()) - 1e-12 * abs(some).sum()
    if len(some) <= 13:
        sums = np.array([np.dot(signs, some) for signs in itertools.product([1, -1], repeat=len(some))])
        p = (abs(sums) >= bound).mean()
    else:
        flips = (draws[:, None, :] >> np.arange(64, dtype=np.uint64)[None, :, None]) & np.uint64(1)
        sums = (1 - 2 * flips.reshape(-1, len(some)).astype(float)) @ some
        p = (1 + (abs(sums) >= bound).sum()) / (1 + len(sums))
    return [values.mean(), means[cut], means[-1 - cut], p]


def first_come(items, scores):
    kept = [n for n, item in enumerate(items) if item not in items[:n]]
    return [items[n] for n in kept], [scores[n] for n in kept] if scores else list(range(len(kept)))


def orders(items, scores):
    """All orders of the ties, each a list."""
    groups = [[item for item, _ in group] for _, group in itertools.groupby(zip(items, scores), key=lambda pair: pair[1])]
    for choice in itertools.product(*(itertools.permutations(group) for group in groups)):
        yield [item for group in choice for item in group]


def strict_lists(a, b, p=0.9):
    """Equation 32 of Webber, Moffat and Zobel as it is printed, the shorter list S and the longer L."""
    if not a and not b:
        return [1.0, 1.0, 1.0, 1.0]
    if not a or not b:
        return [0.0, 0.0, 0.0, 0.0]
    S, L = sorted((a, b), key=len)
    s, l = len(S), len(L)
    X = [len(set(S[:d]) & set(L[:d])) for d in range(l + 1)]
    rbo = (1 - p) / p * (sum(X[d] / d * p**d for d in range(1, l + 1))
                         + sum(X[s] * (d - s) / (s * d) * p**d for d in range(s + 1, l + 1)))
    rbo += ((X[l] - X[s]) / l + X[s] / s) * p**l
    truncated = (1 - p) * sum(p ** (d - 1) * X[d] / d for d in range(1, l + 1))
    return [rbo, truncated, np.mean([X[d] / d for d in range(1, l + 1)]), len(set(S) & set(L)) / len(set(S) | set(L))]


def lists(a, b, a_scores, b_scores):
    (a, a_scores), (b, b_scores) = first_come(a, a_scores), first_come(b, b_scores)
    both = itertools.product(list(orders(a, a_scores)), list(orders(b, b_scores)))
    return np.mean([strict_lists(one, other) for one, other in both], axis=0)


def list_cases():
    for round in range(300):
        sides = {}
        for side in "ab":
            length = int(random.integers(0, 7))
            sides[side] = random.integers(0, 9, length).tolist()  # repeated ones too
            sides[side + "_scores"] = sorted(random.integers(0, 4, length).tolist(), reverse=True) if round % 3 else []
        yield sides


def groups(control, treatment, planned):
    control, treatment = np.array(control), np.array(treatment)
    difference = treatment.mean() - control.mean()
    squared = control.var(ddof=1) / len(control) + treatment.var(ddof=1) / len(treatment)
    error, n = math.sqrt(squared), len(control) + len(treatment)
    p = math.erfc(abs(difference) / error / math.sqrt(2))
    alpha = 0.05
    rho2 = (1 - 2 * math.log(alpha) + math.log(-2 * math.log(alpha))) / planned
    sigma = math.sqrt(n * squared)
    half = sigma * math.sqrt(2 * (n * rho2 + 1) / (n * n * rho2) * math.log(math.sqrt(n * rho2 + 1) / alpha))
    return [difference, difference - NORMAL * error, difference + NORMAL * error, p, difference - half, difference + half]


def cuped(outcomes, before):
    y, x = np.array(outcomes), np.array(before)
    theta = np.cov(y, x)[0, 1] / np.var(x, ddof=1) if np.var(x) > 0 else 0.0
    adjusted = y - theta * (x - x.mean())
    return [theta, 1 - adjusted.var() / y.var() if theta else 0.0, adjusted[0], adjusted[-1]]


def policies(p, t, r, q, qt):
    p, t, r, q, qt = map(np.array, (p, t, r, q, qt))
    w = t / p
    told = [w.sum() ** 2 / (w**2).sum(), w.mean(), w.max(), r.mean()]

    def normal(terms):
        half = NORMAL * terms.std(ddof=1) / math.sqrt(len(terms))
        return [terms.mean(), terms.mean() - half, terms.mean() + half]
    snips = (w * r).sum() / w.sum()
    half = NORMAL * math.sqrt((w**2 * (r - snips) ** 2).sum()) / w.sum()
    return told + normal(w * r) + [snips, snips - half, snips + half] + normal(qt + w * (r - q))


def holm(p):
    return [max(min(1, (len(p) - sum(other < q for other in p)) * q) for q in p if q <= own) for own in p]


def bh(p):
    return [min(min(1, len(p) / sum(other <= q for other in p) * q) for q in p if q >= own) for own in p]


def chi2(x, freedom):
    """The density integrated from x on, in u = √t: smooth for one degree of freedom too."""
    if stats:
        return [stats.chi2.sf(x, freedom)]
    u = np.linspace(math.sqrt(x), math.sqrt(x) + 40, 400_001)
    density = 2 * np.exp((freedom - 1) * np.log(np.maximum(u, 1e-300)) - u * u / 2 - freedom / 2 * math.log(2)
                         - math.lgamma(freedom / 2))
    step = u[1] - u[0]
    return [step / 3 * (density[0] + density[-1] + 4 * density[1:-1:2].sum() + 2 * density[2:-1:2].sum())]


def ratio(units, shares):
    expected = np.array(shares) / sum(shares) * sum(units)
    x = ((np.array(units) - expected) ** 2 / expected).sum()
    return [x, chi2(x, len(units) - 1)[0]]


def main():
    pair_cases = []
    for n in [0, 1, 2, 5, 13, 14, 40, 300]:
        values = np.round(random.normal(0.1, 1, n), 1) * (random.random(n) < 0.8)  # equal ones and zeros too
        pair_cases.append({"keys": random.integers(0, 2**60, n).tolist(), "values": values.tolist(), "seed": 3})
    check("pairs", pair_cases, pairs)
    check("lists", list(list_cases()), lists)
    normal = lambda n, mean: random.normal(mean, 2, n).tolist()
    check("groups", [{"control": normal(50, 1), "treatment": normal(70, 2), "planned": 500} for _ in range(20)], groups)
    check("cuped", [{"outcomes": normal(40, 3), "before": normal(40, 1)} for _ in range(20)]
          + [{"outcomes": normal(9, 3), "before": [2.0] * 9}], cuped)
    uniform = lambda n, low, high: random.uniform(low, high, n).tolist()
    check("policies", [{"p": uniform(30, 0.05, 1), "t": uniform(30, 0, 1), "r": normal(30, 1), "q": normal(30, 1),
                        "qt": normal(30, 1)} for _ in range(20)], policies)
    tests = [np.round(random.random(n) ** 3, 2).tolist() for n in (1, 2, 5, 9, 20)]  # with ties
    check("holm", [{"p": p} for p in tests], holm)
    check("bh", [{"p": p} for p in tests], bh)
    check("chi2", [{"x": x, "freedom": k} for x in (0.01, 1.0, 7.5, 18.0, 60.0) for k in (1, 2, 3, 7, 10)], chi2)
    check("ratio", [{"units": [1003000, 997000], "shares": [0.5, 0.5]}, {"units": [500, 260, 240], "shares": [2, 1, 1]}],
          ratio)


if __name__ == "__main__":
    main()

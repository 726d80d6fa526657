"""Quality beside speed: MovieLens 1M, leave-one-out with 99 given negatives (the NCF split)."""
import gzip
import re

import numpy


class LeaveOneOut:
    """Users' positives and negatives as rows of the factors, -1 for what training lacks."""

    def __init__(self, path, data):
        user_row = {user: row for row, user in enumerate(data.users)}
        item_row = {item: row for row, item in enumerate(data.items)}
        users, candidates = [], []
        with gzip.open(path, "rt") as file:
            for line in file:
                user, *items = map(int, re.findall(r"\d+", line))
                users.append(user_row.get(user, -1))
                candidates.append([item_row.get(item, -1) for item in items])
        self.users, self.candidates = numpy.array(users), numpy.array(candidates)

    def measure(self, factors, k=10):
        """HR and NDCG at k; ties count against the positive, which comes first."""
        items = numpy.vstack([factors.items, numpy.zeros((1, factors.items.shape[1]), factors.items.dtype)])
        scores = numpy.einsum("uf,ucf->uc", factors.users[self.users], items[self.candidates])
        ranks = (scores[:, 1:] >= scores[:, :1]).sum(axis=1)
        hits = ranks < k
        return float(hits.mean()), float((hits / numpy.log2(ranks + 2)).mean())


def alster_curve(system, data, split, iterations, **options):
    """(seconds since the start, NDCG) after each iteration: a run of n repeats the first n of a longer one."""
    curve = []
    for count in range(1, iterations + 1):
        seconds = system.run(data, iterations=count, **options)
        curve.append((sum(seconds), split.measure(system.factors())[1]))
    return curve


def implicit_curve(system, data, split, iterations, **options):
    ndcg = []
    seconds = system.run(data, iterations=iterations, each=lambda _, factors: ndcg.append(split.measure(factors)[1]),
                         **options)
    return list(zip(numpy.cumsum(seconds).tolist(), ndcg))


def time_to(curve, target):
    """Seconds until NDCG first reaches target; None: never."""
    return next((seconds for seconds, ndcg in curve if ndcg >= target), None)


def best_options(system, data, split, iterations, factors, grid):
    """The options of the grid with the best NDCG of any iteration, and what each gave."""
    tried = []
    for options in grid:
        curve = implicit_curve(system, data, split, iterations, factors=factors, **options)
        tried.append({**options, "ndcg": max(ndcg for _, ndcg in curve)})
    best = max(tried, key=lambda entry: entry["ndcg"])
    return {key: best[key] for key in grid[0]}, tried

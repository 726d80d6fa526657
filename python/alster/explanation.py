"""Why an item has its score: what each event of the history adds to it."""
from __future__ import annotations

from typing import List, NamedTuple

import numpy as np

from .errors import AlsterError
from .ids import Id
from .row_system import RowSystem, Vector, solve


class Reason(NamedTuple):
    """An event of the history, and what it does to the score."""

    item: Id
    #: how far the score falls had the event not happened: solved again without it, exactly
    drop: float
    #: its part of the score by Hu, Koren and Volinsky: parts and base sum to the score
    part: float
    #: its part by the dual weights: what it says that the rest of the history does not; these sum to the score as well.
    #: NaN where biases were trained without regularization: there is no such split
    dual: float


class Explanation(NamedTuple):
    """A score taken apart. `score` = `base` + sum of parts = `base` + sum of duals."""

    item: Id
    score: float
    base: float              # explicit feedback: mean and bias of the item; implicit: 0
    reasons: List[Reason]    # the largest drop first


class Split(NamedTuple):
    """What each event does to y · x, (n,) each."""

    drop: Vector
    part: Vector
    dual: Vector


def split(system: RowSystem, y: Vector) -> Split:
    """Takes y · x apart.

    drop_i: without event i, D staying as it is, x falls by M⁻¹ y_i a_i / (1 − c_i h_i), by Sherman and Morrison, where
    a_i = t_i − c_i y_i · x and h_i = y_i · M⁻¹ y_i.
    """
    if len(system.Y) == 0:
        return Split(np.zeros(0), np.zeros(0), np.zeros(0))
    solved = solve(system.M(), np.column_stack([system.Y.T, y, system.Y.T @ system.t]))   # (w, n + 2)
    events, target, x = solved[:, :-2], solved[:, -2], solved[:, -1]
    along = system.Y @ target                                   # y · M⁻¹ y_i
    a = system.t - system.C * (system.Y @ x)
    h = np.einsum("iw,wi->i", system.Y, events)
    try:
        dual = a * (system.Y @ solve(system.D, y))
    except AlsterError:
        dual = np.full(len(a), np.nan)
    return Split(along * a / (1 - system.C * h), along * system.t, dual)

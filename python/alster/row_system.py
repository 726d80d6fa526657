"""The equation that a user's vector solves, in fp64: fold-in and explanations are two ways to read it.

    M x = b,    M = D + Yᵀ C Y,    b = Yᵀ t,    score of item j = base_j + y_j · x

Y (n, w) are the items of the history, C their confidences. t is c·p, and D what regularization and unobserved pairs
add. For explicit feedback w = f + 1: the last column, of ones, finds the user's bias.
"""
from __future__ import annotations

from typing import Any, Mapping, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import AlsterError
from .events import Interactions

Vector = NDArray[np.float64]


def solve(A: Vector, b: Vector) -> Vector:
    """A⁻¹ b. Raises AlsterError where A is singular, which takes a regularization of 0."""
    try:
        return np.asarray(np.linalg.solve(A, b), np.float64)
    except np.linalg.LinAlgError:
        raise AlsterError("the user's equation is singular: the model was trained without regularization") from None


class RowSystem(NamedTuple):
    """One user's equation."""

    Y: Vector   # (n, w)
    C: Vector   # (n,)
    t: Vector   # (n,)
    D: Vector   # (w, w)

    def M(self) -> Vector:
        """(w, w)"""
        return self.D + self.Y.T @ (self.C[:, None] * self.Y)

    def solve(self) -> Vector:
        """(w,) x"""
        return solve(self.M(), self.Y.T @ self.t)


def implicit_system(attributes: Mapping[str, Any], gramian: Vector, Y: Vector, events: Interactions) -> RowSystem:
    """`gramian`: (f, f) of all items. With alpha the classic form: 1 + αr on what was seen, α0 = 1."""
    alpha, alpha0, n = float(attributes["alpha"]), float(attributes["alpha0"]), len(Y)
    if alpha > 0:
        C = alpha * events.confidences
        t = np.where(C > 0, 1 + C, 0) * events.preferences  # a confidence of 0 says nothing
    else:
        C = events.confidences
        t = C * events.preferences
    penalty = float(attributes["lambda"]) * (n + alpha0 * int(attributes["n_items"])) ** float(attributes["nu"])
    return RowSystem(Y, C, t, alpha0 * gramian + penalty * np.eye(len(gramian)))


def explicit_system(attributes: Mapping[str, Any], Y: Vector, events: Interactions) -> RowSystem:
    """`Y`: (n, f + 2) as stored, [y, 1, b_i]. x is [x, b_u]."""
    factors, n = int(attributes["factors"]), max(len(Y), 1)
    penalty = np.full(factors + 1, float(attributes["lambda"]))
    penalty[-1] = float(attributes["bias_lambda"])
    t = events.values - float(attributes["mean"]) - Y[:, -1]
    return RowSystem(Y[:, :-1], np.ones(len(Y)), t, np.diag(penalty * float(n) ** float(attributes["nu"])))

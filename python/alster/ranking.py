"""The best of many by their scores."""
from __future__ import annotations

from typing import NamedTuple, Optional

import numpy as np
from numpy.typing import NDArray

from .ids import Id


class Place(NamedTuple):
    """A place of a list."""

    item: Id
    score: float
    reason: str
    title: Optional[str] = None


def best(scores: NDArray[np.float32], allowed: NDArray[np.bool_], k: int) -> NDArray[np.int64]:
    """Rows of the k highest scores among those allowed, the best first; of equal ones the lower row first."""
    candidates = np.flatnonzero(allowed)
    among = scores[candidates]
    if k <= 0 or len(candidates) == 0:
        return candidates[:0]
    if len(candidates) > k:
        least = np.partition(among, len(among) - k)[len(among) - k]
        kept = among >= least
        candidates, among = candidates[kept], among[kept]
    return candidates[np.argsort(-among, kind="stable")][:k]

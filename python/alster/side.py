"""The users or the items of a model."""
from __future__ import annotations

from typing import Any, List, Optional

import numpy as np
from numpy.typing import NDArray

from .dataset import Dataset
from .ids import Id, Ids
from .mapped_file import MappedFile

NOTHING_LEARNED, MAPPED, ERASED = 2, 3, 255


class Side:
    """One side of a model: its arrays have a row for each user or item, and are mapped from the file."""

    def __init__(self, file: MappedFile, name: str) -> None:
        self.name = name
        self.ids = Ids(file, name)
        #: (rows, W) f4
        self.factors: NDArray[np.float32] = file.array(f"{name}/factors")
        #: (rows,) u1: 0 trained, 2 nothing learned, 1, 3, 255: folded in, mapped from features, erased
        self.status: NDArray[np.uint8] = file.array(f"{name}/status")
        #: (rows,) i4: training events that consumed an item
        self.n_events: NDArray[np.int32] = file.array(f"{name}/n_events")
        #: (rows,) i8: the latest event, Unix seconds; 0: unknown
        self.last_event: NDArray[np.int64] = file.array(f"{name}/last_event")
        self._learned: Optional[NDArray[np.bool_]] = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def learned(self) -> NDArray[np.bool_]:
        """(rows,) whether the factors were learned: of the others they are 0, or were mapped from features."""
        if self._learned is None:
            status = np.asarray(self.status)
            self._learned = ~np.isin(status, (NOTHING_LEARNED, MAPPED, ERASED))
        return self._learned

    def vector(self, one: Id) -> NDArray[np.float32]:
        """(W,) the factors of an id, a copy. Raises UnknownIdError."""
        return np.array(self.factors[self.ids.row(one)])


class Items(Side):
    """The items, with their titles where the dataset has any."""

    def __init__(self, file: MappedFile, data: Optional[Dataset]) -> None:
        super().__init__(file, "items")
        self._titles = data.item_texts("title") if data else None

    @property
    def titles(self) -> Optional[List[str]]:
        """(I) None without a dataset, or where it has no titles."""
        return None if self._titles is None else [_decoded(title) for title in self._titles]

    def title(self, row: int) -> Optional[str]:
        """Of one row."""
        return None if self._titles is None else _decoded(self._titles[row])


def _decoded(title: Any) -> str:
    return str(title.decode("utf-8", "replace"))

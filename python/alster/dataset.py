"""dataset.h5: who did what, and what the items are called."""
from __future__ import annotations

from typing import Any, List, Optional

import numpy as np
from numpy.typing import NDArray

from .errors import MissingDataError
from .events import Event, Interactions
from .ids import Id, Ids
from .mapped_file import MappedFile, PathLike

CONSUMED, DISLIKED = 1, 2


class Dataset:
    """A dataset that `alster prepare` wrote, mapped into memory."""

    def __init__(self, file: MappedFile) -> None:
        self._file = file
        self.attributes = file.attributes
        self.path = file.path
        self.users, self.items = Ids(file, "users"), Ids(file, "items")
        self._counts: Optional[NDArray[np.int64]] = None

    @classmethod
    def open(cls, path: PathLike) -> Dataset:
        """Raises BadFileError."""
        return cls(MappedFile(path, "alster-dataset"))

    @property
    def fingerprint(self) -> str:
        return str(self.attributes["fingerprint"])

    def verify(self) -> None:
        """Compares every dataset of the file with its checksum. Raises BadFileError."""
        self._file.verify()

    def item_texts(self, name: str) -> Optional[NDArray[np.bytes_]]:
        """A text attribute of the items, (I,) UTF-8; None where there is none. Files of 1.1 have no other attributes."""
        for full in (f"items/attributes/{name}/values", f"items/metadata/{name}"):
            if full in self._file and self._file.array(full).dtype.kind == "S":
                return self._file.array(full)
        return None

    def _rows(self, part: str, name: str, user: int) -> Optional[NDArray[Any]]:
        group = f"{part}/by_user"
        if f"{group}/{name}" not in self._file:
            return None
        first, last = self._file.array(f"{group}/offsets")[user:user + 2]
        return np.array(self._file.array(f"{group}/{name}")[first:last])

    def interactions(self, user: int, alpha: float = 0.0) -> Interactions:
        """What training learned from of a row of /users; `alpha` of the model decides what confidences default to."""
        columns, values = self._rows("train", "columns", user), self._rows("train", "values", user)
        assert columns is not None and values is not None
        confidences, preferences = (self._rows("train", name, user) for name in ("confidences", "preferences"))
        ones = np.ones(len(columns))
        default = values if alpha > 0 else ones
        return Interactions(columns.astype(np.int64), values.astype(np.float64),
                            (default if confidences is None else confidences).astype(np.float64),
                            (ones if preferences is None else preferences).astype(np.float64))

    def events(self, user: Id) -> List[Event]:
        """What training learned from of a user, as fold_in takes it. Raises UnknownIdError."""
        row = self.users.row(user)
        columns, values = self._rows("train", "columns", row), self._rows("train", "values", row)
        assert columns is not None and values is not None
        confidences, preferences = (self._rows("train", name, row) for name in ("confidences", "preferences"))
        none: List[Optional[float]] = [None] * len(columns)
        return [Event(*fields) for fields in zip(
            self.items.of(columns), values.tolist(),
            none if confidences is None else confidences.tolist(),
            none if preferences is None else preferences.tolist())]

    def seen(self, user: int) -> NDArray[np.int64]:
        """Rows of the items that a row of /users has consumed, those of a held-out part too, ascending."""
        found = []
        for part in ("train", "holdout"):
            columns = self._rows(part, "columns", user)
            if columns is None:
                continue
            role = self._rows(part, "role", user)
            found.append(columns if role is None else columns[(role & CONSUMED) != 0])
        return np.unique(np.concatenate(found)).astype(np.int64)

    def positive_counts(self) -> NDArray[np.int64]:
        """(I,) training interactions of each item that consumed it and say that it is liked."""
        if self._counts is None:
            group = "train/by_user"
            columns = self._file.array(f"{group}/columns")
            positive = np.ones(len(columns), bool)
            if f"{group}/role" in self._file:
                positive &= (self._file.array(f"{group}/role") & CONSUMED) != 0
            if f"{group}/preferences" in self._file:
                positive &= self._file.array(f"{group}/preferences") > 0
            self._counts = np.bincount(columns[positive], minlength=len(self.items)).astype(np.int64)
        return self._counts

    def matrix(self, part: str = "train", values: str = "values") -> Any:
        """(U, I) scipy.sparse.csr_matrix of the interactions; `values`: "values", "confidences" or "preferences".

        Raises MissingDataError where scipy, the part or the values are missing.
        """
        try:
            from scipy.sparse import csr_matrix
        except ImportError:
            raise MissingDataError("a sparse matrix needs scipy: pip install 'alster[scipy]'") from None
        group = f"{part}/by_user"
        if f"{group}/{values}" not in self._file:
            raise MissingDataError(f"{self.path}: has no /{group}/{values}")
        arrays = (self._file.array(f"{group}/{name}") for name in (values, "columns", "offsets"))
        return csr_matrix(tuple(np.array(array) for array in arrays), shape=(len(self.users), len(self.items)))

"""The ids by which the user's world knows the rows of one side."""
from __future__ import annotations

from typing import Any, Iterable, Iterator, List, Optional, Sequence, Union, overload

import numpy as np
from numpy.typing import NDArray

from .errors import UnknownIdError
from .mapped_file import MappedFile

Id = Union[int, str]


class Ids(Sequence[Id]):
    """All ids of one side, as int or str, in the order of rows. Nothing is read before it is asked for."""

    def __init__(self, file: MappedFile, side: str) -> None:
        """`side`: "users" or "items"."""
        self._stored = file.array(f"{side}/id")
        self._order = file.array(f"{side}/id_order") if f"{side}/id_order" in file else None
        self._what, self._path = side[:-1], file.path
        self.is_text = self._stored.dtype.kind == "S"

    def __len__(self) -> int:
        return len(self._stored)

    @overload
    def __getitem__(self, row: int) -> Id: ...

    @overload
    def __getitem__(self, row: slice) -> List[Id]: ...

    def __getitem__(self, row: Union[int, slice]) -> Union[Id, List[Id]]:
        if isinstance(row, slice):
            return list(self.decoded(self._stored[row]))
        return self._decode(self._stored[row])

    def __iter__(self) -> Iterator[Id]:
        for first in range(0, len(self), 65536):
            yield from self.decoded(self._stored[first:first + 65536])

    def __contains__(self, one: object) -> bool:
        return self.find(one) is not None

    def _decode(self, value: Any) -> Id:
        return value.decode("utf-8", "surrogateescape") if self.is_text else int(value)

    def decoded(self, values: NDArray[Any]) -> Iterator[Id]:
        return map(self._decode, values)

    def of(self, rows: Iterable[int]) -> List[Id]:
        """The ids of some rows."""
        return [self[int(row)] for row in rows]

    def _key(self, one: object) -> Optional[NDArray[Any]]:
        """The id as the file has it; None where no id of the file can be this one."""
        if self.is_text:
            if not isinstance(one, (str, np.str_)):
                return None
            key = one.encode("utf-8", "surrogateescape")
            fits = 0 < len(key) <= self._stored.dtype.itemsize and b"\0" not in key
            return np.array([key], self._stored.dtype) if fits else None
        if isinstance(one, (bool, np.bool_)) or not isinstance(one, (int, np.integer)):
            return None
        return np.array([one], "<i8") if -2**63 <= int(one) < 2**63 else None

    def find(self, one: object) -> Optional[int]:
        """The row of an id, by binary search on the mapped file; None where there is none.

        Numbers and texts are different: the row of 7 is not that of "7".
        """
        key = self._key(one)
        if key is None or len(self) == 0:
            return None
        if self._order is None:   # lists have no order of ids
            self._order = np.argsort(self._stored, kind="stable")
        place = int(np.searchsorted(self._stored, key, sorter=self._order)[0])
        if place == len(self):
            return None
        row = int(self._order[place])
        return row if self._stored[row] == key[0] else None

    def row(self, one: object) -> int:
        """The row of an id. Raises UnknownIdError."""
        row = self.find(one)
        if row is not None:
            return row
        kind = "texts" if self.is_text else "numbers"
        other = isinstance(one, (str, np.str_)) != self.is_text
        hint = f": {self._what} ids of this file are {kind}" if other else ""
        raise UnknownIdError(f"{self._what} {one!r} is unknown to {self._path}{hint}")

    def rows(self, ids: Iterable[object]) -> NDArray[np.int64]:
        """The rows of some ids, (n,). Raises UnknownIdError at the first unknown one."""
        return np.array([self.row(one) for one in ids], np.int64)

"""lists.h5: what `alster recommend --all` and `alster similar --all` wrote."""
from __future__ import annotations

from typing import Dict, List, Optional

from .errors import BadFileError, UnknownIdError
from .ids import Id, Ids
from .mapped_file import MappedFile, PathLike
from .ranking import Place


class Lists:
    """A file of lists, mapped into memory."""

    def __init__(self, file: MappedFile) -> None:
        self._file = file
        self.attributes = file.attributes
        self.items = Ids(file, "items")
        self.users: Optional[Ids] = Ids(file, "users") if "users/id" in file else None
        #: names of the groups of lists: "topk/home", "similar/items"
        self.groups = [name[:-len("/filled")] for name in file.names() if name.endswith("/filled")]
        if not self.groups:
            raise BadFileError(f"{file.path}: has no lists")
        names = file.array("vocab/reason").tolist() if "vocab/reason" in file else []
        self._reasons: Dict[int, str] = {n: name.decode() for n, name in enumerate(names)}

    @classmethod
    def open(cls, path: PathLike) -> Lists:
        """Raises BadFileError."""
        return cls(MappedFile(path, "alster-lists"))

    def verify(self) -> None:
        """Compares every dataset of the file with its checksum. Raises BadFileError."""
        self._file.verify()

    def of(self, one: Id, group: Optional[str] = None, *, fallback: bool = False) -> List[Place]:
        """The list of a user, or of an item in a group below similar/. `group` may be left out where there is one.

        With `fallback` an unknown user gets what is popular. Raises UnknownIdError.
        """
        group = self._group(group)
        owners = self.items if group.startswith("similar/") else self.users
        row = owners.find(one) if owners is not None else None
        if row is None:
            if owners is self.items or not fallback:
                what = "item" if owners is self.items else "user"
                raise UnknownIdError(f"{what} {one!r} is unknown to {self._file.path}")
            return self.popular()
        filled = int(self._file.array(f"{group}/filled")[row])
        items, scores = (self._file.array(f"{group}/{name}")[row, :filled].tolist() for name in ("item", "score"))
        reasons = (self._file.array(f"{group}/reason")[row, :filled].tolist()
                   if f"{group}/reason" in self._file else [None] * filled)
        return [Place(self.items[item], score, self._reasons.get(reason, "similar"))
                for item, score, reason in zip(items, scores, reasons)]

    def popular(self) -> List[Place]:
        """What a service shows to whom the file does not know, the most popular first; the score is the count."""
        if "popular/all/item" not in self._file:
            return []
        items, counts = (self._file.array(f"popular/all/{name}").tolist() for name in ("item", "count"))
        return [Place(self.items[item], float(count), "unknown-user") for item, count in zip(items, counts)]

    def _group(self, group: Optional[str]) -> str:
        if group is None and len(self.groups) == 1:
            return self.groups[0]
        if group is None or group.strip("/") not in self.groups:
            raise BadFileError(f"{self._file.path}: has no group {group!r}, only {', '.join(self.groups)}")
        return group.strip("/")

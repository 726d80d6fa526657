"""A trained model: recommends, finds similar items, folds in users and explains scores."""
from __future__ import annotations

from pathlib import Path
from typing import Any, Iterable, List, Optional, Tuple, Union

import numpy as np
from numpy.typing import NDArray

from .dataset import Dataset
from .errors import AlsterError, BadFileError, MissingDataError
from .events import Event, Events, Interactions, interactions_of
from .explanation import Explanation, Reason, split
from .ids import Id
from .mapped_file import MappedFile, PathLike
from .ranking import Place, best
from .row_system import RowSystem, explicit_system, implicit_system
from .side import Items, Side

#: items that may be listed: their ids, or a mask (I,)
Only = Union[Iterable[Id], NDArray[np.bool_]]


class Model:
    """A model file, mapped into memory, and the dataset that it was trained on where one was named."""

    def __init__(self, file: MappedFile, data: Optional[Dataset] = None) -> None:
        if data is not None and data.fingerprint != file.attributes["data_fingerprint"]:
            raise BadFileError(f"{data.path}: is not the dataset that {file.path} was trained on")
        self._file = file
        #: of the root: docs/formats.md, "model.h5"
        self.attributes = file.attributes
        self.data = data
        self.users = Side(file, "users")
        self.items = Items(file, data)
        self.is_explicit = file.attributes["objective"] == "explicit"
        #: part of every score of explicit feedback; 0 for implicit feedback
        self.mean = float(file.attributes["mean"])
        self._lengths: Optional[NDArray[np.float32]] = None

    @classmethod
    def open(cls, run: PathLike, data: Optional[PathLike] = None) -> Model:
        """`run`: the directory of a run, or a model file. `data`: the dataset it was trained on, for titles, histories,
        explanations and for leaving out what a user has seen.

        Raises BadFileError, also where the model was trained on another dataset.
        """
        path = Path(run)
        path = path / "model.h5" if path.is_dir() else path
        return cls(MappedFile(path, "alster-model"), None if data is None else Dataset.open(data))

    def verify(self) -> None:
        """Compares every dataset of the model file with its checksum: reads all of it. Raises BadFileError."""
        self._file.verify()

    # -- lists ---------------------------------------------------------------------------------------------------

    def recommend(self, user: Id, k: int = 10, exclude_seen: bool = True, only: Optional[Only] = None,
                  fill: bool = True) -> List[Place]:
        """The k best items for a user, as `alster recommend` lists them; `only`: the items that may be listed,
        ids or a mask (I,) of bool.

        Where the model has fewer, the rest is filled with what is popular, whose score is its count: their reason is
        "popularity". Raises UnknownIdError; MissingDataError with `exclude_seen` and without a dataset.
        """
        row = self.users.ids.row(user)
        allowed = self._allowed(only)
        if exclude_seen:
            allowed[self._need_data("exclude_seen").seen(row)] = False
        if not self.users.learned[row]:
            return self._fill([], allowed, k)
        places = self._ranked(self.users.factors[row], allowed, k)
        return self._fill(places, allowed, k) if fill else places

    def rank(self, vector: NDArray[Any], k: int = 10, exclude: Iterable[Id] = (),
             only: Optional[Only] = None) -> List[Place]:
        """The k best items for the vector (W,) of a user, such as fold_in() returns. Raises UnknownIdError."""
        allowed = self._allowed(only)
        allowed[self.items.ids.rows(exclude)] = False
        return self._ranked(np.asarray(vector, np.float32), allowed, k)

    def similar(self, item: Id, k: int = 10, only: Optional[Only] = None) -> List[Place]:
        """The k items most like an item, by the cosine of their factors; none where nothing was learned of it, or it is
        not among `only` itself.

        Raises UnknownIdError.
        """
        row = self.items.ids.row(item)
        lengths, allowed = self._item_lengths(), self._allowed(only)
        if lengths[row] == 0 or not allowed[row]:
            return []
        factors = self.items.factors[:, :int(self.attributes["factors"])]
        allowed &= lengths > 0
        allowed[row] = False
        scores = (factors @ (factors[row] / lengths[row])) / np.where(allowed, lengths, 1)
        return [self._place(i, float(scores[i]), "similar") for i in best(scores, allowed, k)]

    @property
    def ann_cosine(self) -> NDArray[np.float32]:
        """(I, W + 1) items of equal norm: their cosine with a user's [x, 0] ranks like the dot product."""
        return self._file.array("items/ann_cosine")

    @property
    def popular(self) -> List[Tuple[Id, int]]:
        """The most popular items and their positive training interactions, at most 10,000: for unknown users."""
        if "popular/all/item" not in self._file:
            return []
        items, counts = (self._file.array(f"popular/all/{name}").tolist() for name in ("item", "count"))
        return list(zip(self.items.ids.of(items), counts))

    # -- one user ------------------------------------------------------------------------------------------------

    def fold_in(self, events: Events) -> NDArray[np.float64]:
        """(W,) the vector of a user with these events, by the equation that training ends with.

        For the events of a user of the dataset it is the stored vector, to rounding in fp32. Raises UnknownIdError for
        an unknown item, AlsterError for one that comes twice.
        """
        return self._vector(interactions_of(events, self.items.ids, float(self.attributes["alpha"])))

    def explain(self, user: Optional[Id], item: Id, events: Optional[Events] = None) -> Explanation:
        """What each event of a user's history adds to the score of an item, in fp64. With `events` these are the
        history, and the user may be None.

        Raises UnknownIdError; MissingDataError without a dataset and without events.
        """
        if events is not None:
            history = interactions_of(events, self.items.ids, float(self.attributes["alpha"]))
        elif user is None:
            raise AlsterError("explain() needs a user or events")
        else:
            history = self._interactions(user)
        row = self.items.ids.row(item)
        system = self._system(history)
        y = self.items.factors[row].astype(np.float64)
        base = self.mean + y[-1] if self.is_explicit else 0.0
        parts = split(system, y[:-1] if self.is_explicit else y)
        reasons = [Reason(*fields) for fields in zip(self.items.ids.of(history.columns), *(p.tolist() for p in parts))]
        reasons.sort(key=lambda reason: -reason.drop)
        return Explanation(self.items.ids[row], float(base + parts.part.sum()), float(base), reasons)

    def events(self, user: Id) -> List[Event]:
        """What training learned from of a user. Raises UnknownIdError, MissingDataError."""
        return self._need_data("events").events(user)

    # -- to other packages ---------------------------------------------------------------------------------------

    @property
    def history(self) -> Any:
        """(U, I) scipy.sparse.csr_matrix of the training values. Raises MissingDataError without dataset or scipy."""
        return self._need_data("history").matrix()

    def to_implicit(self) -> Any:
        """An implicit.cpu.als.AlternatingLeastSquares with these factors: recommends and finds similar items by rows.

        Its `recalculate_user` solves implicit's equation, not the one of this model: use fold_in(). Scores of explicit
        feedback lack the mean. Raises MissingDataError where implicit is not installed.
        """
        try:
            from implicit.cpu.als import AlternatingLeastSquares
        except ImportError:
            raise MissingDataError("to_implicit() needs implicit: pip install 'alster[implicit]'") from None
        made = AlternatingLeastSquares(factors=self.items.factors.shape[1],
                                       regularization=float(self.attributes["lambda"]))
        made.user_factors, made.item_factors = np.array(self.users.factors), np.array(self.items.factors)
        return made

    def to_pandas(self, side: str = "items") -> Any:
        """A pandas.DataFrame of "users" or "items", indexed by id: status, n_events, last_event, title where there is
        one, and the factors as columns f0, f1 … Raises MissingDataError where pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise MissingDataError("to_pandas() needs pandas: pip install 'alster[pandas]'") from None
        if side not in ("users", "items"):
            raise AlsterError(f"side is {side!r}, it must be 'users' or 'items'")
        rows = self.users if side == "users" else self.items
        columns = {name: np.array(getattr(rows, name)) for name in ("status", "n_events", "last_event")}
        frame = pandas.DataFrame(columns, index=pandas.Index(list(rows.ids), name="id"))
        if side == "items" and self.items.titles is not None:
            frame["title"] = self.items.titles
        factors = pandas.DataFrame(np.array(rows.factors), index=frame.index,
                                   columns=[f"f{n}" for n in range(rows.factors.shape[1])])
        return pandas.concat([frame, factors], axis=1)

    # -- inside --------------------------------------------------------------------------------------------------

    def _need_data(self, what: str) -> Dataset:
        if self.data is None:
            raise MissingDataError(f"{what} needs the dataset: Model.open({str(self._file.path)!r}, data='dataset.h5')")
        return self.data

    def _interactions(self, user: Id) -> Interactions:
        row = self.users.ids.row(user)
        return self._need_data("explain").interactions(row, float(self.attributes["alpha"]))

    def _system(self, events: Interactions) -> RowSystem:
        if "prior/users/map" in self._file:
            raise AlsterError("the model was trained with --user-features, which this package does not know of users")
        Y = self.items.factors[events.columns].astype(np.float64)
        if self.is_explicit:
            return explicit_system(self.attributes, Y, events)
        return implicit_system(self.attributes, np.array(self._file.array("gram/items")), Y, events)

    def _vector(self, events: Interactions) -> NDArray[np.float64]:
        width = self.items.factors.shape[1]
        if len(events.columns) == 0:
            vector = np.zeros(width)
            if self.is_explicit:
                vector[-1] = 1
            return vector
        x = self._system(events).solve()
        return np.append(x, 1.0) if self.is_explicit else x

    def _allowed(self, only: Optional[Only]) -> NDArray[np.bool_]:
        """(I,) a new array."""
        if only is None:
            return np.ones(len(self.items), bool)
        if isinstance(only, np.ndarray) and only.dtype == bool:
            if only.shape != (len(self.items),):
                raise AlsterError(f"a mask of this model's items has {len(self.items)} values, not {only.shape}")
            return only.copy()
        allowed = np.zeros(len(self.items), bool)
        allowed[self.items.ids.rows(only)] = True
        return allowed

    def _ranked(self, vector: NDArray[np.float32], allowed: NDArray[np.bool_], k: int) -> List[Place]:
        if vector.shape != (self.items.factors.shape[1],):
            raise AlsterError(f"a vector of this model has {self.items.factors.shape[1]} numbers, not {vector.shape}")
        scores = self.items.factors @ vector
        rows = best(scores, allowed & self.items.learned, k)
        return [self._place(row, self.mean + float(scores[row]), "model") for row in rows]

    def _fill(self, places: List[Place], allowed: NDArray[np.bool_], k: int) -> List[Place]:
        """Appends what is popular, of those allowed and not listed yet."""
        if len(places) >= k:
            return places
        allowed = allowed.copy()
        allowed[self.items.ids.rows(place.item for place in places)] = False
        if self.data is not None:
            counts = self.data.positive_counts()
        else:
            counts = np.zeros(len(self.items), np.int64)
            if "popular/all/item" in self._file:
                counts[self._file.array("popular/all/item")] = self._file.array("popular/all/count")
        rows = best(counts.astype(np.float32), allowed, k - len(places))
        return places + [self._place(row, float(counts[row]), "popularity") for row in rows]

    def _item_lengths(self) -> NDArray[np.float32]:
        """(I,) of the factors, without biases; 0 where nothing was learned."""
        if self._lengths is None:
            factors = self.items.factors[:, :int(self.attributes["factors"])]
            self._lengths = np.concatenate(
                [np.sqrt((factors[first:first + 8192].astype(np.float64) ** 2).sum(1))
                 for first in range(0, max(len(factors), 1), 8192)]).astype(np.float32) * self.items.learned
        return self._lengths

    def _place(self, row: int, score: float, reason: str) -> Place:
        return Place(self.items.ids[int(row)], score, reason, self.items.title(int(row)))

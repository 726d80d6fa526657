"""What a user did with an item, as fold-in and explanations take it."""
from __future__ import annotations

from typing import Iterable, List, Mapping, NamedTuple, Optional, Tuple, Union

import numpy as np
from numpy.typing import NDArray

from .errors import AlsterError
from .ids import Id, Ids


class Event(NamedTuple):
    """One interaction. What is not given is what the dataset would have without rules: all of them are 1."""

    item: Id
    #: the rating of explicit feedback; with --alpha the strength r; else not looked at
    value: float = 1.0
    #: of implicit feedback, where event rules gave one
    confidence: Optional[float] = None
    preference: Optional[float] = None


#: Item ids, pairs (item, value), Events, or a mapping of item to value
Events = Union[Mapping[Id, float], Iterable[Union[Id, Tuple[Id, float], Event]]]


class Interactions(NamedTuple):
    """The same as rows of the items, (n,) each."""

    columns: NDArray[np.int64]
    values: NDArray[np.float64]
    confidences: NDArray[np.float64]   # 1 where none was given, or with --alpha the value
    preferences: NDArray[np.float64]


def _as_event(one: Union[Id, Tuple[Id, float], Event]) -> Event:
    if isinstance(one, Event):
        return one
    if isinstance(one, tuple):
        return Event(one[0], float(one[1]))
    return Event(one)


def as_list(events: Events) -> List[Event]:
    if isinstance(events, (str, bytes)):
        raise AlsterError(f"events are {events!r}: one text is no list of events, write [{events!r}]")
    if isinstance(events, Mapping):
        return [Event(item, float(value)) for item, value in events.items()]
    return [_as_event(one) for one in events]


def interactions_of(events: Events, items: Ids, alpha: float) -> Interactions:
    """Raises UnknownIdError, and AlsterError for an item that comes twice or a number that is not finite."""
    listed = as_list(events)
    columns = items.rows(event.item for event in listed)
    names, counts = np.unique(columns, return_counts=True)
    if (counts > 1).any():
        twice = items[int(names[np.argmax(counts > 1)])]
        raise AlsterError(f"item {twice!r} comes twice in the events: merge them into one, as prepare does")
    values = np.array([event.value for event in listed], np.float64)
    given = [event.confidence for event in listed]
    confidences = np.array([(value if alpha > 0 else 1.0) if c is None else c for c, value in zip(given, values)])
    preferences = np.array([1.0 if event.preference is None else event.preference for event in listed])
    made = Interactions(columns, values, confidences.astype(np.float64), preferences.astype(np.float64))
    for array in made[1:]:
        if not np.isfinite(array).all():
            raise AlsterError(f"the event of item {listed[int(np.argmin(np.isfinite(array)))].item!r} "
                              "has a number that is not finite")
    if (made.confidences < 0).any():
        raise AlsterError(f"the event of item {listed[int(np.argmax(made.confidences < 0))].item!r} "
                          "has a negative confidence, or a negative value with --alpha")
    return made

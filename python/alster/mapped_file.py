"""An HDF5 file of alster whose datasets are mapped into memory: opening it reads a few pages, whatever its size."""
from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Union

import h5py
import numpy as np
from numpy.typing import NDArray

from .errors import BadFileError

PathLike = Union[str, "os.PathLike[str]"]
MAJOR_VERSION = 1


class _Place(NamedTuple):
    offset: Optional[int]   # None: not contiguous, or empty
    shape: tuple[int, ...]
    dtype: np.dtype[Any]    # as in memory: text is S
    attributes: Dict[str, Any]


def _text(value: Any) -> Any:
    """Attributes of format 1.0 come as bytes, later ones as str."""
    return value.decode("utf-8") if isinstance(value, bytes) else value


def _place(item: Any) -> _Place:
    text = h5py.check_string_dtype(item.dtype)
    if text is not None and text.length is None:
        raise ValueError("text of variable length")
    dtype = np.dtype(f"S{text.length}") if text is not None else item.dtype
    contiguous = item.chunks is None and item.size > 0
    return _Place(item.id.get_offset() if contiguous else None, item.shape, dtype,
                  {key: _text(value) for key, value in item.attrs.items()})


class MappedFile:
    """The root's `attributes`, and arrays by the name of their dataset.

    The file is held open, so that all arrays are of the same file even where a new one takes its name meanwhile.
    """

    def __init__(self, path: PathLike, wanted: str) -> None:
        """`wanted`: the format, such as "alster-model". Raises BadFileError."""
        self.path = Path(path)
        self._places: Dict[str, _Place] = {}
        self.attributes: Dict[str, Any] = {}
        try:
            while not self._open():
                pass
        except (OSError, ValueError) as error:
            raise BadFileError(f"{self.path}: cannot be read as an HDF5 file: {error}") from None
        self._check(wanted)

    def _open(self) -> bool:
        """False where another file took the name between the two openings."""
        with open(self.path, "rb") as raw, h5py.File(self.path, "r") as file:
            self.attributes = {key: _text(value) for key, value in file.attrs.items()}
            self._places = {}

            def visit(name: str, item: Any) -> None:
                if isinstance(item, h5py.Dataset):
                    self._places[name] = _place(item)

            file.visititems(visit)
            self._copies: Dict[str, NDArray[Any]] = {
                name: file[name][()].astype(place.dtype) for name, place in self._places.items() if place.offset is None}
            self._bytes = np.memmap(raw, np.uint8, "r")
            same: bool = os.path.samestat(os.fstat(raw.fileno()), os.stat(self.path))
            return same

    def _check(self, wanted: str) -> None:
        found = self.attributes.get("format")
        if found != wanted:
            raise BadFileError(f"{self.path}: is of format {found!r}, {wanted!r} is needed")
        if self.attributes.get("complete") != 1:
            raise BadFileError(f"{self.path}: was not finished: make it again")
        version = list(self.attributes.get("format_version", []))
        if not version or version[0] > MAJOR_VERSION:
            raise BadFileError(f"{self.path}: is of format version {version}, this package reads {MAJOR_VERSION}: "
                               "install a newer one")

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def names(self) -> List[str]:
        """Of all datasets: "users/factors"."""
        return sorted(self._places)

    def array(self, name: str) -> NDArray[Any]:
        """A dataset, read-only. It is a numpy.memmap where the file has it contiguously, as alster writes it.

        Raises BadFileError where there is none.
        """
        place = self._places.get(name)
        if place is None:
            raise BadFileError(f"{self.path}: has no /{name}")
        if place.offset is None:
            return self._copies[name]
        size = int(np.prod(place.shape)) * place.dtype.itemsize
        if place.offset + size > len(self._bytes):
            raise BadFileError(f"{self.path}: ends before the end of /{name}: it is truncated")
        return self._bytes[place.offset:place.offset + size].view(place.dtype).reshape(place.shape)

    def attributes_of(self, name: str) -> Dict[str, Any]:
        """The attributes of a dataset; texts are str."""
        place = self._places.get(name)
        return place.attributes if place else {}

    def verify(self) -> None:
        """Compares every dataset with its checksum: reads the whole file. Raises BadFileError.

        `alster inspect FILE` checks more: attributes, shapes and what values can be.
        """
        for name, place in self._places.items():
            data = np.ascontiguousarray(self.array(name)).reshape(-1).view(np.uint8)
            crc = 0
            for first in range(0, len(data), 1 << 26):
                crc = zlib.crc32(data[first:first + (1 << 26)].data, crc)
            if "crc32" not in place.attributes or crc != int(place.attributes["crc32"]):
                raise BadFileError(f"{self.path}: /{name} does not match its checksum: the file is damaged")

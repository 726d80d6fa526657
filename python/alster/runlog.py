"""metrics.jsonl: what a run did and measured."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Union, overload

from .errors import BadFileError
from .mapped_file import PathLike

Record = Dict[str, Any]


class RunLog(Sequence[Record]):
    """The records of a run in order; each is a dict with "event", "t" (Unix seconds) and fields of its event."""

    def __init__(self, records: List[Record]) -> None:
        self._records = records

    @classmethod
    def read(cls, run: PathLike) -> RunLog:
        """`run`: the directory of a run, or its metrics.jsonl. A last line that is not whole yet is left out.

        Raises BadFileError.
        """
        path = Path(run)
        path = path / "metrics.jsonl" if path.is_dir() else path
        try:
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        except (OSError, UnicodeDecodeError) as error:
            raise BadFileError(f"{path}: cannot be read: {error}") from None
        records = []
        for number, line in enumerate(lines, start=1):
            if not line.endswith("\n"):
                break
            try:
                records.append(json.loads(line))
            except ValueError:
                raise BadFileError(f"{path}: line {number} is no JSON object") from None
        return cls(records)

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, n: int) -> Record: ...

    @overload
    def __getitem__(self, n: slice) -> List[Record]: ...

    def __getitem__(self, n: Union[int, slice]) -> Union[Record, List[Record]]:
        return self._records[n]

    def of(self, event: str) -> List[Record]:
        """The records of one kind: "start", "half_step", "sweep", "end" …"""
        return [record for record in self._records if record.get("event") == event]

    def column(self, event: str, field: str) -> List[Any]:
        """One field of them: column("sweep", "objective")."""
        return [record[field] for record in self.of(event) if field in record]

    @property
    def end(self) -> Optional[Record]:
        """How the run ended: "end", "stopped" or "failed"; None: it still runs, or was killed."""
        last = self._records[-1] if self._records else {}
        return last if last.get("event") in ("end", "stopped", "failed") else None

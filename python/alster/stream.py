"""Events from other systems as lines for `alster prepare --input -`: python -m alster.stream parquet FILES …

    python -m alster.stream parquet events/*.parquet --columns user,item,rating,ts |
        alster prepare --input - --format csv --header --columns user=user,item=item,value=rating,time=ts --out d.h5

Needs pyarrow: pip install 'alster[stream]'. Whole numbers stay whole, instants become milliseconds since 1970 (UTC),
decimals become their digits, truth values 1 and 0, and a missing value an empty field. Row groups are read one after
another, so memory does not grow with the files.
"""
from __future__ import annotations

import argparse
import sys
from typing import Any, BinaryIO, List, Optional, Sequence

from .errors import AlsterError, BadFileError, MissingDataError


def _arrow() -> Any:
    try:
        import pyarrow
        import pyarrow.compute
        import pyarrow.csv
        import pyarrow.parquet
    except ImportError:
        raise MissingDataError("parquet files need pyarrow: pip install 'alster[stream]'") from None
    return pyarrow


def _as_text_fields(pa: Any, column: Any, name: str, path: str) -> Any:
    """A column of a type whose text in CSV is read back as the same value."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("ms", kind.tz), safe=False).cast(pa.int64())
    if pa.types.is_date(kind):
        return column.cast(pa.timestamp("ms")).cast(pa.int64())
    if pa.types.is_boolean(kind):
        return column.cast(pa.int8())
    if pa.types.is_decimal(kind):
        return column.cast(pa.string())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        try:
            return column.cast(pa.string())
        except pa.ArrowInvalid:
            raise BadFileError(f"{path}: column {name} has bytes that are not UTF-8") from None
    if pa.types.is_nested(kind):
        raise BadFileError(f"{path}: column {name} is {kind}, which has no place in a line: leave it out by --columns")
    return column


def parquet(files: Sequence[str], columns: Optional[Sequence[str]], out: BinaryIO) -> int:
    """Writes the rows of all files as CSV, with one header, and returns their number. All files need the columns.

    Raises BadFileError, MissingDataError without pyarrow.
    """
    pa = _arrow()
    writer, schema, rows = None, None, 0
    for path in files:
        try:
            source = pa.parquet.ParquetFile(path)
            names = list(columns) if columns else list(source.schema_arrow.names)
            absent = [name for name in names if name not in source.schema_arrow.names]
            if absent:
                raise BadFileError(f"{path}: has no column {absent[0]}, only {', '.join(source.schema_arrow.names)}")
            for batch in source.iter_batches(batch_size=1 << 18, columns=names):
                made = [_as_text_fields(pa, batch.column(name), name, path) for name in names]
                table = pa.RecordBatch.from_arrays(made, names=names)
                if writer is None:      # the first file decides names and types
                    columns, schema = names, table.schema
                    writer = pa.csv.CSVWriter(out, schema)
                writer.write_batch(table.cast(schema))
                rows += len(table)
        except (pa.ArrowException, OSError) as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise BadFileError(f"{path}: {str(error).splitlines()[0]}") from None
    if writer is not None:
        writer.close()
    return rows


def main(words: Optional[List[str]] = None) -> int:
    """The command line; returns the exit code: 65 for a file that cannot be read right, 69 without pyarrow."""
    parser = argparse.ArgumentParser(prog="python -m alster.stream", description="events as lines for alster prepare")
    parser.add_argument("kind", choices=["parquet"])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--columns", help="names, in this order: user,item,rating,ts")
    asked = parser.parse_args(words)
    try:
        parquet(asked.files, asked.columns.split(",") if asked.columns else None, sys.stdout.buffer)
        sys.stdout.flush()
    except BrokenPipeError:     # who reads has enough, and says why
        return 74
    except AlsterError as error:
        print(f"alster.stream: {error}", file=sys.stderr)
        return 69 if isinstance(error, MissingDataError) else 65
    return 0


if __name__ == "__main__":
    sys.exit(main())

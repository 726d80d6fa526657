"""Three million events as a Parquet file: parquet_rows.py FILE"""
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

rows, draw = 3_000_000, np.random.default_rng(1)
titles = pa.array([f"film-{n}" for n in range(20_000)])
pq.write_table(pa.table({
    "user": draw.integers(0, 10**6, rows),
    "item": titles.take(pa.array(draw.integers(0, 20_000, rows))),
    "rating": draw.integers(1, 6, rows).astype(np.float32),
    "ts": pa.array(draw.integers(10**12, 2 * 10**12, rows)).cast(pa.timestamp("ms", "UTC"))}), sys.argv[1])

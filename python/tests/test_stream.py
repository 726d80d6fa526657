"""Parquet through alster.stream into prepare: the dataset is the one of the same events as CSV."""
import contextlib
import io
import os
import subprocess
import sys
import unittest

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:
    pa = None

import alster
from alster import stream

import support

ENVIRONMENT = os.environ | {"PYTHONPATH": os.path.join(support.SOURCE, "python")}


def streamed(*words):
    return subprocess.run([sys.executable, "-m", "alster.stream", "parquet", *words], capture_output=True, env=ENVIRONMENT)


@unittest.skipIf(pa is not None, "pyarrow is installed")
class WithoutArrowTest(unittest.TestCase):
    def test_what_is_missing_is_named(self):
        done = streamed("events.parquet")
        self.assertEqual((done.returncode, done.stdout), (69, b""))
        self.assertEqual(done.stderr.decode(), "alster.stream: parquet files need pyarrow: pip install 'alster[stream]'\n")


@unittest.skipIf(pa is None, "no pyarrow here")
class ParquetTest(unittest.TestCase):
    def write(self, path, **columns):
        pq.write_table(pa.table(columns), path, row_group_size=7)

    def test_the_dataset_is_that_of_the_same_csv(self):
        users, items = [n % 13 for n in range(200)], [f'film "{n * 7 % 31}", é' for n in range(200)]
        ratings, times = [1 + n % 9 / 2 for n in range(200)], [10**12 + 86_400_123 * n for n in range(200)]
        with open("events.csv", "w", encoding="utf-8") as log:
            log.write("user,item,rating,ts\n")
            log.writelines('{},"{}",{},{}\n'.format(user, item.replace('"', '""'), rating, time)
                           for user, item, rating, time in zip(users, items, ratings, times))
        for name, part in (("one.parquet", slice(0, 90)), ("two.parquet", slice(90, 200))):
            self.write(name, user=pa.array(users[part], pa.int32()), unused=[[1]] * len(users[part]),
                       item=pa.array(items[part]).dictionary_encode(), rating=pa.array(ratings[part], pa.float32()),
                       ts=pa.array([1000 * time for time in times[part]]).cast(pa.timestamp("us", "Europe/Paris")))
        made = streamed("one.parquet", "two.parquet", "--columns", "user,item,rating,ts")
        self.assertEqual((made.returncode, made.stderr), (0, b""))
        options = "--format csv --header --columns user=user,item=item,value=rating,time=ts --time-format ms --json"
        facts = []
        for source, name in (("events.csv", "a.h5"), ("-", "b.h5")):
            done = subprocess.run([support.ALSTER, "prepare", "--input", source, *options.split(), "--out", name],
                                  input=made.stdout if source == "-" else None, capture_output=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            facts.append(alster.Dataset.open(name).fingerprint)
        self.assertEqual(*facts)

    def test_types_become_text_that_reads_back_as_the_same(self):
        self.write("types.parquet", big=pa.array([2**62 + 1, None]), flag=pa.array([True, False]),
                   day=pa.array([20_000, 0], pa.date32()), text=pa.array([b"a", b"b"]),
                   exact=pa.array(["1.10", "2.25"]).cast(pa.decimal128(9, 2)))
        out = io.BytesIO()
        self.assertEqual(stream.parquet(["types.parquet"], None, out), 2)
        self.assertEqual(out.getvalue().decode().splitlines(),
                         ['"big","flag","day","text","exact"', f'{2**62 + 1},1,1728000000000,"a","1.10"', ',0,0,"b","2.25"'])

    def test_a_file_that_cannot_be_read_right_is_refused_in_one_line(self):
        self.write("plain.parquet", user=[1], item=["a"])
        self.write("nested.parquet", user=[[1, 2]])
        self.write("other.parquet", user=["not a number"], item=["a"])
        with open("broken.parquet", "wb") as broken:
            broken.write(b"PAR1 and nothing else")
        for words, said in ((["nested.parquet"], "column user is list"), (["broken.parquet"], "broken.parquet: "),
                            (["missing.parquet"], "missing.parquet: "), (["plain.parquet", "--columns", "user,ts"],
                                                                         "has no column ts, only user, item"),
                            (["plain.parquet", "other.parquet"], "other.parquet: ")):
            with self.subTest(words=words), contextlib.redirect_stderr(io.StringIO()):
                done = streamed(*words)
                self.assertEqual(done.returncode, 65)
                self.assertIn(said, done.stderr.decode())
                self.assertEqual(done.stderr.count(b"\n"), 1)

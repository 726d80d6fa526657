"""Reads every export back by readers of its own and compares it with the source bit for bit: export_test.py ALSTER."""
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

import readers

ALSTER = os.path.abspath(sys.argv[1])


def alster(arguments, code=0, before=None):
    words = arguments if isinstance(arguments, list) else arguments.split()
    done = subprocess.run([ALSTER] + words, capture_output=True, text=True, preexec_fn=before)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done.stderr if code else done.stdout


def write_log():
    """Users with texts of any letters, items with numbers; the first user and item have nothing in training."""
    draw = random.Random(3)
    with open("log.csv", "w", encoding="utf-8") as log:
        log.write('nobody,-7,3,2000000000\n')
        for user in range(130):
            name = f'"u,{user} ""é"""' if user % 10 == 0 else f"u{user}"
            for item in draw.sample([i for i in range(60) if i % 2 == user % 2], 9):
                log.write(f"{name},{item * 1000000007},{draw.randint(1, 5)},{1000000000 + draw.randint(0, 10**6)}\n")
    with open("items.csv", "w", encoding="utf-8") as items:
        items.write("id,title\n")
        items.writelines(f'{item * 1000000007},"Film ""{item}"", é\t{item}"\n' for item in range(60))


def make_files():
    write_log()
    prepare = "prepare --input log.csv --format csv --columns user=0,item=1,value=2,time=3 --split time:0.1"
    alster(f"{prepare} --items items.csv --out titled.h5")
    alster(f"{prepare} --out data.h5")
    alster(f"{prepare.replace('time:0.1', 'none')} --out whole.h5")
    alster("train --data titled.h5 --factors 9 --sweeps 3 --out run")
    alster("train --data data.h5 --factors 9 --sweeps 3 --out plain")
    alster("train --data data.h5 --objective explicit --factors 5 --sweeps 3 --out stars")
    alster("recommend --model plain/model.h5 --data data.h5 --all --k 12 --out lists.h5")
    alster("recommend --model plain/model.h5 --data data.h5 --all --k 12 --out lists.jsonl")
    alster("similar --model plain/model.h5 --all --k 5 --out similar.h5")
    alster("similar --model plain/model.h5 --all --k 5 --out similar.jsonl")


class Source:
    """What a model holds, read without alster."""

    def __init__(self, run, data=None):
        with h5py.File(f"{run}/model.h5", "r") as model:
            self.attributes = dict(model.attrs)
            self.ann = model["items/ann_cosine"][()]
            self.factors = {side: model[side]["factors"][()] for side in ("users", "items")}
            self.learned = {side: model[side]["status"][()] == 0 for side in ("users", "items")}
            self.ids = {"users": np.array([one.decode() for one in model["users/id"][()]], object),
                        "items": model["items/id"][()]}
        assert not self.learned["users"][0] and not self.learned["items"][0]
        with h5py.File(data or "titled.h5", "r") as file:
            self.titles = [one.decode() for one in file["items/attributes/title/values"][()]]

    def rows(self, side="items", everything=False):
        """(ids, vectors, titles)"""
        kept = np.ones(len(self.learned[side]), bool) if everything else self.learned[side]
        titles = [title for title, one in zip(self.titles, kept) if one] if side == "items" else None
        return self.ids[side][kept].tolist(), self.factors[side][kept], titles


def equal(found, expected):
    return found.dtype.itemsize == expected.dtype.itemsize and found.shape == expected.shape and \
        np.ascontiguousarray(found).astype(expected.dtype).tobytes() == np.ascontiguousarray(expected).tobytes()


def texts(ids):
    return [str(one) for one in ids]


def check_arrays(source):
    for side in ("items", "users"):
        ids, vectors, _ = source.rows(side)
        alster(f"export run --side {side} --to npy --out a.npy")
        found_ids, found = readers.npy("a.npy")
        assert found_ids == ids and equal(found, vectors)
        alster(f"export run --side {side} --to fbin --out a.fbin")
        found_ids, found = readers.binary("a.fbin", "<f4")
        assert found_ids == texts(ids) and equal(found, vectors)
        alster(f"export run/model.h5 --side {side} --to fvecs --out a.fvecs")
        found_ids, found = readers.fvecs("a.fvecs")
        assert found_ids == texts(ids) and equal(found, vectors)
        alster(f"export run --side {side} --to safetensors --out a.safetensors")
        metadata, tensors = readers.safetensors("a.safetensors")
        assert metadata["space_id"] == source.attributes["space_id"] and equal(tensors[side], vectors)
        assert tensors["ids"].tolist() == ids if side == "items" else readers.lines_of("a.ids.txt") == ids
    ids, vectors, _ = source.rows(everything=True)
    alster("export run --to npy --all-rows --no-verify --out a.npy")
    found_ids, found = readers.npy("a.npy")
    assert found_ids == ids and equal(found, vectors) and not found[0].any()


def check_rounded(source):
    ids, vectors, _ = source.rows()
    for to, read in (("npy --out a.npy", lambda: readers.npy("a.npy")[1]),
                     ("fbin --out a.f16bin", lambda: readers.binary("a.f16bin", "<f2")[1]),
                     ("safetensors --out a.safetensors", lambda: readers.safetensors("a.safetensors")[1]["items"])):
        said = json.loads(alster(f"export run --dtype f2 --json --to {to}"))
        assert equal(read(), vectors.astype("<f2")), to
        assert 0.9 < said["recall@10"] <= 1 and said["queries"] == int(source.learned["users"].sum())
    scales = np.abs(vectors).max(0) / np.float32(127)
    integers = np.rint(vectors / scales).astype("i1")
    assert set(np.abs(integers).max(0)) == {127}
    for to, read in (("npy --out a.npy", lambda: (np.load("a.npy"), np.load("a.scales.npy"))),
                     ("fbin --out a.i8bin", lambda: (readers.binary("a.i8bin", "i1")[1], np.load("a.scales.npy"))),
                     ("safetensors --out a.safetensors", lambda: [readers.safetensors("a.safetensors")[1][name]
                                                                  for name in ("items", "scales")])):
        said = json.loads(alster(f"export run --dtype i8 --json --to {to}"))
        found, found_scales = read()
        assert equal(found, integers) and equal(found_scales, scales), to
        assert abs(said["recall@10"] - recall(source, found * found_scales)) < 1e-12, said


def recall(source, items):
    """Of the ten best by rounded items, for all users, in fp64."""
    _, exact, _ = source.rows()
    users = source.factors["users"][source.learned["users"]].astype(np.float64)
    best = [set(np.argsort(-scores, kind="stable")[:10]) for scores in users @ exact.T.astype(np.float64)]
    found = [set(np.argsort(-scores, kind="stable")[:10]) for scores in users @ items.T.astype(np.float64)]
    return sum(len(a & b) for a, b in zip(best, found)) / sum(map(len, best))


def check_texts(source):
    ids, vectors, titles = source.rows()
    blank = [title.replace("\t", " ") for title in titles]
    alster("export run --data titled.h5 --to jsonl --out a.jsonl")
    found_ids, found, found_titles = readers.jsonl("a.jsonl")
    assert found_ids == ids and equal(found, vectors) and found_titles == titles
    for to, expected in (("csv", titles), ("tsv", blank)):
        alster(f"export run --data titled.h5 --to {to} --out a.{to}")
        found_ids, found, found_titles = readers.separated(f"a.{to}", {"csv": ",", "tsv": "\t"}[to])
        assert found_ids == texts(ids) and equal(found, vectors) and found_titles == expected, to
    alster("export run --to word2vec --out a.vec")
    found_ids, found = readers.word2vec("a.vec")
    assert found_ids == texts(ids) and equal(found, vectors)
    alster("export run --to projector --data titled.h5 --out a.tsv")
    names, found = readers.projector("a.tsv")
    assert names == [["id", "title"]] + [[str(one), title] for one, title in zip(ids, blank)] and equal(found, vectors)
    alster("export run --to projector --out a.tsv")
    assert readers.projector("a.tsv")[0] == [[str(one)] for one in ids]
    ids, vectors, _ = source.rows("users")
    alster("export run --side users --to csv --out a.csv")
    found_ids, found, _ = readers.separated("a.csv", ",")
    assert found_ids == ids and equal(found, vectors) and 'u,0 "é"' in found_ids


def check_databases(source):
    ids, vectors, titles = source.rows()
    for options, found_titles in (("", [None] * len(ids)), ("--data titled.h5", titles)):
        alster(f"export run {options} --to pgvector --out a.pgcopy")
        found_ids, found, read_titles = readers.pgcopy("a.pgcopy", False, bool(options))
        assert found_ids == ids and equal(found.astype("<f4"), vectors) and read_titles == found_titles
        sql = open("a.sql", encoding="utf-8").read()
        assert "id bigint" in sql and "vector(9)" in sql and "'a.pgcopy'" in sql and ("title text" in sql) == bool(options)
        for engine in ("opensearch", "elasticsearch"):
            alster(f"export run {options} --to {engine} --out a.ndjson")
            found_ids, found, read_titles, mapping = readers.bulk("a.ndjson")
            assert found_ids == ids and equal(found, vectors) and read_titles == found_titles
            assert mapping["mappings"]["_meta"]["space_id"] == source.attributes["space_id"]
            vector = mapping["mappings"]["properties"]["vector"]
            assert 9 in (vector.get("dimension"), vector.get("dims"))
    alster("export run --to pgvector --dtype f2 --out a.pgcopy")
    assert equal(readers.pgcopy("a.pgcopy", False, False, ">f2")[1].astype("<f2"), vectors.astype("<f2"))
    assert "halfvec(9)" in open("a.sql", encoding="utf-8").read()
    ids, vectors, _ = source.rows("users")
    alster("export run --side users --to pgvector --out a.pgcopy")
    found_ids, found, _ = readers.pgcopy("a.pgcopy", True, False)
    assert found_ids == ids and equal(found.astype("<f4"), vectors)


def check_ann_benchmarks(run, source):
    said = alster(f"export {run} --to ann-benchmarks --queries 40 --out a.hdf5")
    width = source.ann.shape[1]
    assert f"vectors of {width} numbers" in said
    items = source.ann[source.learned["items"]]
    users = source.factors["users"][source.learned["users"]]
    with h5py.File("a.hdf5", "r") as file:
        assert file.attrs["distance"] == "angular" and file.attrs["dimension"] == width
        train, test, neighbors, distances = (file[name][()] for name in ("train", "test", "neighbors", "distances"))
    assert neighbors.dtype == np.int32 and distances.dtype == np.float32
    assert equal(train, items) and test.shape == (40, width) and not test[:, -1].any()
    assert {row.tobytes() for row in test[:, :-1]} <= {row.tobytes() for row in users}
    assert neighbors.shape == distances.shape == (40, len(items))    # fewer than 100 items
    t, q = (m.astype(np.float64) for m in (train, test))
    angular = 1 - (q / np.linalg.norm(q, axis=1)[:, None]) @ (t / np.linalg.norm(t, axis=1)[:, None]).T
    assert np.array_equal(neighbors, np.argsort(angular, axis=1, kind="stable"))
    assert np.abs(distances - np.take_along_axis(angular, neighbors.astype(int), 1)).max() < 1e-7
    # and the order is that of the model's scores
    scores = np.take_along_axis(q[:, :-1] @ source.rows()[1].T.astype(np.float64), neighbors.astype(int), 1)
    assert (np.diff(scores, axis=1) < 1e-5).all()


def check_cosine_vectors(source):
    alster("export run --vectors ann_cosine --to npy --out a.npy")
    assert equal(readers.npy("a.npy")[1], source.ann[source.learned["items"]])
    alster("export run --vectors ann_cosine --side users --to npy --out a.npy")
    _, users, _ = source.rows("users")
    assert equal(readers.npy("a.npy")[1], np.hstack([users, np.zeros((len(users), 1), "<f4")]))
    alster("export run --vectors ann_cosine --to opensearch --out a.ndjson")
    method = readers.bulk("a.ndjson")[3]["mappings"]["properties"]["vector"]["method"]
    assert method["space_type"] == "cosinesimil"


def check_implicit(run, source):
    alster(f"export {run} --to implicit --out a.npz")
    with np.load("a.npz", allow_pickle=False) as file:
        arrays = dict(file)
    for side in ("user", "item"):
        ids, vectors, _ = source.rows(side + "s", everything=True)
        assert equal(arrays[side + "_factors"], vectors) and arrays[side + "_ids"].tolist() == ids
    assert arrays["factors"] == vectors.shape[1] and str(arrays["dtype"]) == "float32"
    assert arrays["regularization"] == source.attributes["lambda"] and arrays["iterations"] == 3
    before = open("a.npz", "rb").read()
    alster(f"export {run} --to implicit --out a.npz")
    assert open("a.npz", "rb").read() == before


def check_lists():
    for name in ("lists", "similar"):
        alster(f"export {name}.h5 --to jsonl --out a.jsonl")
        assert open("a.jsonl", encoding="utf-8").read() == open(f"{name}.jsonl", encoding="utf-8").read()
        lists = [json.loads(line) for line in readers.lines_of(f"{name}.jsonl")]
        owner = "user" if name == "lists" else "item"
        rows = [(one[owner], str(n + 1), item, np.float32(score),
                 one.get("reasons", [one.get("reason")] * one["filled"])[n])
                for one in lists for n, (item, score) in enumerate(zip(one["items"], one["scores"]))]
        alster(f"export {name}.h5 --to csv --out a.csv")
        with open("a.csv", encoding="utf-8", newline="") as file:
            head, *found = list(csv.reader(file))
        with_reason = ["reason"] if name == "lists" else []
        assert head == [owner, "place", "item" if name == "lists" else "similar", "score"] + with_reason
        assert [(*row[:3], np.float32(row[3]), row[4] if with_reason else None) for row in found] == rows
        alster(f"export {name}.h5 --to personalize --out a.jsonl")
        for line, one in zip(readers.lines_of("a.jsonl"), lists, strict=True):
            found = json.loads(line)
            assert found["input"] == {owner + "Id": one[owner]} and found["error"] is None
            assert found["output"]["recommendedItems"] == one["items"]
            assert found["output"].get("scores", one["scores"]) == one["scores"]
    alster("export lists.h5 --group topk/home --to tsv --out a.tsv")
    assert len(readers.lines_of("a.tsv")) == 1 + sum(json.loads(line)["filled"] for line in readers.lines_of("lists.jsonl"))


def check_refused():
    before = set(os.listdir())
    for arguments, said in (
            ("run --to npy --out b.csv", "--out b.csv: files of --to npy end in .npy"),
            ("run --to fbin --dtype i8 --out b.fbin", "end in .i8bin"), ("run --to npy --out b", "end in .npy"),
            ("run --to csv --dtype i8 --out b.csv", "--to csv takes --dtype f4, not i8"),
            ("run --to personalize --out b.jsonl", "--to personalize is no format for vectors"),
            ("lists.h5 --to npy --out b.npy", "--to npy is no format for lists"),
            ("lists.h5 --to csv --side users --out b.csv", "--side does not go with lists"),
            ("run --to implicit --side users --out b.npz", "--side does not go with --to implicit"),
            ("run --to ann-benchmarks --vectors factors --out b.h5", "--vectors factors does not go with"),
            ("run --to npy --queries 7 --out b.npy", "--queries does not go with --to npy"),
            ("run --to npy --group topk/home --out b.npy", "--group does not go with a model"),
            ("run --to csv --side users --data titled.h5 --out b.csv", "--side users has none"),
            ("run/model.h5 --to ann-benchmarks --out run/model.h5", "it is an input"),
            ("run --to parquet --out b.parquet", "parquet")):
        message = alster(f"export {arguments}", 64)
        assert said in message and message.count("\n") == 1, message
    for arguments, said in (("titled.h5 --to npy --out b.npy", "is of format alster-dataset"),
                            ("nothing --to npy --out b.npy", "no such file"),
                            ("run --data whole.h5 --to csv --out b.csv", "is not the dataset"),
                            ("lists.h5 --group topk/away --to csv --out b.csv", "topk/away"),
                            ("run --side users --to word2vec --out b.vec", "ends a field of word2vec: export jsonl")):
        message = alster(f"export {arguments}", 65)
        assert said in message and message.count("\n") == 1, message
    assert "there is no directory" in alster("export run --to npy --out away/b.npy", 73)
    for to in ("npy --out b.npy", "implicit --out b.npz", "ann-benchmarks --out b.hdf5", "csv --out b.csv"):
        full = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900))
        assert alster(f"export run --to {to}", 74, full).count("\n") == 1
    assert set(os.listdir()) - before <= {"b.ids.npy"}, set(os.listdir()) - before


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        make_files()
        source, stars = Source("run"), Source("stars")
        check_arrays(source)
        check_rounded(source)
        check_texts(source)
        check_databases(source)
        check_cosine_vectors(source)
        for run, one in (("run", source), ("stars", stars)):
            check_ann_benchmarks(run, one)
            check_implicit(run, one)
        check_lists()
        check_refused()
        os.chdir("/")


if __name__ == "__main__":
    main()

"""Readers of exported files by struct, numpy and the standard library: (ids, vectors) each, as others would read them."""
import csv
import json
import os
import struct

import numpy as np


def beside(path, ending):
    return os.path.splitext(path)[0] + ending


def lines_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read().split("\n")[:-1]


def npy(path):
    return np.load(beside(path, ".ids.npy")).tolist(), np.load(path, allow_pickle=False)


def binary(path, kind):
    with open(path, "rb") as file:
        rows, width = struct.unpack("<II", file.read(8))
        values = np.frombuffer(file.read(), kind)
    return lines_of(beside(path, ".ids.txt")), values.reshape(rows, width)


def fvecs(path):
    words = np.fromfile(path, "<i4")
    table = words.reshape(-1, words[0] + 1)
    assert (table[:, 0] == words[0]).all()
    return lines_of(beside(path, ".ids.txt")), table[:, 1:].copy().view("<f4")


def safetensors(path):
    kinds = {"F32": "<f4", "F16": "<f2", "I8": "i1", "I64": "<i8"}
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    assert length % 8 == 0
    metadata = header.pop("__metadata__")
    ends = sorted(one["data_offsets"] for one in header.values())
    assert [end for _, end in ends] == [begin for begin, _ in ends[1:]] + [len(data)] and ends[0][0] == 0
    return metadata, {name: np.frombuffer(data[slice(*one["data_offsets"])], kinds[one["dtype"]]).reshape(one["shape"])
                      for name, one in header.items()}


def jsonl(path):
    records = [json.loads(line) for line in lines_of(path)]
    return ([one["id"] for one in records], np.array([one["vector"] for one in records], np.float32),
            [one.get("title") for one in records])


def separated(path, separator):
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=separator, quoting=csv.QUOTE_MINIMAL if separator == "," else csv.QUOTE_NONE)
        head, *rows = list(reader)
    first = head.index("f0")
    assert head[first:] == [f"f{n}" for n in range(len(head) - first)] and head[:first] in (["id"], ["id", "title"])
    return ([row[0] for row in rows], np.array([row[first:] for row in rows], np.float32),
            [row[1] for row in rows] if first == 2 else None)


def word2vec(path):
    head, *lines = lines_of(path)
    rows, width = map(int, head.split())
    fields = [line.split(" ") for line in lines]
    assert len(fields) == rows and all(len(one) == width + 1 for one in fields)
    return [one[0] for one in fields], np.array([one[1:] for one in fields], np.float32)


def projector(path):
    names = [line.split("\t") for line in lines_of(beside(path, ".metadata.tsv"))]
    return names, np.array([line.split("\t") for line in lines_of(path)], np.float32)


def pgcopy(path, text_ids, titles, kind=">f4"):
    """COPY BINARY: as PostgreSQL documents it, vectors as vector_recv and halfvec_recv read them."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:11] == b"PGCOPY\n\xff\r\n\0" and data[11:19] == bytes(8)
    place, rows = 19, []
    while struct.unpack_from(">h", data, place)[0] != -1:
        count, = struct.unpack_from(">h", data, place)
        place, fields = place + 2, []
        for _ in range(count):
            size, = struct.unpack_from(">i", data, place)
            fields.append(data[place + 4:place + 4 + size])
            place += 4 + size
        assert count == (3 if titles else 2)
        width, unused = struct.unpack_from(">hh", fields[-1])
        vector = np.frombuffer(fields[-1][4:], kind)
        assert unused == 0 and len(vector) == width
        name = fields[0].decode() if text_ids else struct.unpack(">q", fields[0])[0]
        rows.append((name, fields[1].decode() if titles else None, vector))
    assert place + 2 == len(data)
    return [row[0] for row in rows], np.array([row[2] for row in rows]), [row[1] for row in rows]


def bulk(path):
    lines = [json.loads(line) for line in lines_of(path)]
    assert all(list(line) == ["index"] for line in lines[::2])
    assert [line["index"]["_id"] for line in lines[::2]] == [str(line["id"]) for line in lines[1::2]]
    with open(beside(path, ".mapping.json"), encoding="utf-8") as file:
        mapping = json.load(file)
    return ([line["id"] for line in lines[1::2]], np.array([line["vector"] for line in lines[1::2]], np.float32),
            [line.get("title") for line in lines[1::2]], mapping)

"""Reads model and list files as a serving team would, with h5py and numpy only.

h5py_test.py WRITER_OF_THE_SAMPLE_MODEL WRITER_OF_THE_SAMPLE_LISTS
"""
import os
import subprocess
import sys
import tempfile
import zlib

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(4)

USERS, ITEMS, WIDTH = 1000, 300, 17


def expected_factors(start, rows):
    """The formula of SampleModel: SplitMix64 of the position."""
    with np.errstate(over="ignore"):
        positions = np.arange(start + 1, start + 1 + rows * WIDTH, dtype=np.int64).astype(np.uint64)
        mixed = positions * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    values = (mixed >> np.uint64(40)).astype(np.float32) / np.float32(1 << 23) - np.float32(1)
    return values.reshape(rows, WIDTH)


def check_checksums(file, datasets):
    """Every dataset carries the CRC-32 of its bytes."""
    seen = []

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            stored = item.attrs["crc32"]
            assert stored.dtype == np.uint32, stored.dtype
            assert zlib.crc32(np.ascontiguousarray(item[()]).tobytes()) == stored, name
            seen.append(name)

    file.visititems(visit)
    assert len(seen) == datasets, seen


def check_attributes(attributes):
    assert attributes["format"] == "alster-model"
    assert list(attributes["format_version"]) == [1, 3]
    assert attributes["complete"] == 1
    assert attributes["n_users"] == USERS and attributes["n_items"] == ITEMS
    assert attributes["width"] == WIDTH and attributes["nnz"] == USERS * ITEMS
    assert attributes["seed"] == -1234567890123
    assert attributes["run_id"] == "run é"
    assert attributes["eval_json"] == ""


def check_texts(file):
    """h5py gives every text attribute as str, whatever object has it."""
    texts = []

    def visit(name, item):
        for key, value in item.attrs.items():
            assert isinstance(value, (str, np.integer, np.floating, np.ndarray)), (name, key, type(value))
            texts.extend([(name, key)] if isinstance(value, str) else [])

    visit("/", file)
    file.visititems(visit)
    assert ("/", "config_json") in texts and ("users/factors", "role") in texts, texts


def check_mapping(path, dataset, expected):
    """The bytes can be mapped without HDF5, from a page border on."""
    offset = dataset.id.get_offset()
    assert offset is not None and offset % 4096 == 0, offset
    mapped = np.memmap(path, dtype="<f4", mode="r", offset=offset, shape=dataset.shape)
    assert np.array_equal(mapped, dataset[()])
    assert np.array_equal(mapped, expected)


def check_ids(group, kind):
    """id_order sorts the ids, so that binary search finds the row of an id."""
    assert group["id"].attrs["id_kind"] == kind
    ids, order = group["id"][()], group["id_order"][()]
    assert np.all(ids[order][:-1] <= ids[order][1:])
    assert np.array_equal(np.sort(order), np.arange(len(order)))
    row = 123
    assert order[np.searchsorted(ids, ids[row], sorter=order)] == row


def check_text(dataset):
    assert h5py.check_string_dtype(dataset.dtype).encoding == "utf-8"
    assert dataset[1].decode("utf-8") == "é7919"


def check_ann_cosine(file):
    """cos([x, 0], ann_cosine) ranks as x · y does."""
    vectors = file["/items/ann_cosine"]
    assert vectors.attrs["metric"] == "cosine" and vectors.attrs["equals"] == "dot order"
    longest = vectors.attrs["max_norm"]
    norms = np.linalg.norm(vectors[()].astype(np.float64), axis=1)
    assert np.allclose(norms, longest, rtol=1e-6), (norms.min(), norms.max(), longest)
    users = file["/users/factors"][:50].astype(np.float64)
    dots = users @ file["/items/factors"][()].astype(np.float64).T
    padded = np.pad(users, ((0, 0), (0, 1)))
    cosines = padded @ (vectors[()] / norms[:, None]).T / np.linalg.norm(padded, axis=1, keepdims=True)
    assert np.array_equal(np.argsort(-dots, axis=1)[:, :20], np.argsort(-cosines, axis=1)[:, :20])


def check_group(file, name, lists, places, items=4):
    """Places that are not empty come first, and name different items."""
    group = file[name]
    item, score, filled = group["item"][:], group["score"][:], group["filled"][:]
    assert item.shape == score.shape == (lists, places) and filled.shape == (lists,), name
    assert filled.tolist() == [r % (places + 1) for r in range(lists)], filled
    used = np.arange(places)[None, :] < filled[:, None]
    expected = (np.arange(lists)[:, None] + np.arange(places)[None, :]) % items
    assert np.array_equal(item, np.where(used, expected, -1)), item
    assert np.array_equal(score, np.where(used, 9.5 - np.arange(places)[None, :], -np.inf)), score
    return used


def check_lists(path):
    with h5py.File(path, "r") as file:
        assert file.attrs["format"] == "alster-lists" and file.attrs["complete"] == 1
        assert file.attrs["k"] == 4 and file.attrs["objective"] == "explicit" and file.attrs["mean"] == 3.5
        assert file.attrs["score"].startswith("mean + dot(") and file.attrs["excluded"] == "nothing"
        check_checksums(file, 17)
        assert file["users/id"].asstr()[:].tolist() == ["zoë", "adam", "", "é", "longest-id"]
        assert file["items/id"][:].tolist() == [900, -1, 7, 12]
        words = file["vocab/reason"].asstr()[:]
        assert words.tolist() == ["model", "because you watched"]
        check_group(file, "page/rows", 5, 4)
        check_group(file, "similar/items", 4, 2)
        used = check_group(file, "topk/home", 5, 3)
        home = file["topk/home"]
        assert np.array_equal(home["reason"][:], np.where(used, (np.arange(5)[:, None] + np.arange(3)) % 2, 255))
        each = home["evidence"].attrs["evidence_per_entry"]
        evidence = home["evidence"][:].reshape(5, 3, each)
        weights = home["evidence_weight"][:].reshape(5, 3, each)
        assert np.array_equal(evidence[:, :, 0], np.where(used, np.arange(3), -1)) and np.all(evidence[:, :, 1] == -1)
        assert np.array_equal(weights[:, :, 0], np.where(used, -0.25, 0)) and np.all(weights[:, :, 1] == 0)


def main():
    with tempfile.TemporaryDirectory() as directory:
        lists = os.path.join(directory, "lists.h5")
        subprocess.run([sys.argv[2], lists], check=True)
        check_lists(lists)
        path = os.path.join(directory, "model.h5")
        subprocess.run([sys.argv[1], path], check=True)
        with h5py.File(path, "r") as file:
            check_attributes(file.attrs)
            check_texts(file)
            check_checksums(file, 17)
            check_mapping(path, file["/users/factors"], expected_factors(0, USERS))
            check_mapping(path, file["/items/factors"], expected_factors(1 << 30, ITEMS))
            check_ids(file["/users"], "string")
            check_ids(file["/items"], "int64")
            check_text(file["/users/id"])
            check_ann_cosine(file)
            assert list(file["/popular/all/item"]) == [1, 0] and list(file["/popular/all/count"]) == [7, 7]
            items = file["/items/factors"][()].astype(np.float64)
            assert np.allclose(file["/gram/items"][()], items.T @ items, rtol=1e-12)


if __name__ == "__main__":
    main()

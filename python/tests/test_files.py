"""Opening: what comes out of files as they are, and what is refused."""
import json
import os
import shutil
import subprocess
import sys
import unittest

import h5py
import numpy as np
from support import alster_json, lists_of, run_of

import alster


class Open(unittest.TestCase):
    def test_a_run_and_its_model_file_are_the_same(self):
        run, data = run_of("plain")
        for path in (run, f"{run}/model.h5"):
            model = alster.Model.open(path, data)
            with h5py.File(f"{run}/model.h5", "r") as file:
                self.assertTrue(np.array_equal(model.users.factors, file["users/factors"][()]))
                self.assertTrue(np.array_equal(model.items.status, file["items/status"][()]))
                self.assertEqual(list(model.users.ids), [one.decode() for one in file["users/id"][()]])
                self.assertEqual(list(model.items.ids), file["items/id"][()].tolist())
                self.assertTrue(np.array_equal(model.ann_cosine, file["items/ann_cosine"][()]))
            self.assertIsInstance(model.items.factors, np.memmap)
            self.assertEqual(model.attributes["objective"], "implicit")
            self.assertEqual(model.items.title(model.items.ids.row(7)), "Film 7, é")
            self.assertEqual(model.items.titles[model.items.ids.row(69)], "Film 69, é")
            model.verify()
            model.data.verify()

    def test_every_id_is_found_in_its_row(self):
        model = alster.Model.open(*run_of("plain"))
        for side in (model.users, model.items):
            self.assertEqual([side.ids.row(one) for one in side.ids], list(range(len(side))))
            self.assertIn(side.ids[3], side.ids)
        self.assertEqual(model.users.ids[2:5], [model.users.ids[n] for n in (2, 3, 4)])
        for other in ("u", "u99999", "zzz", "U7", 7, None, True, 7.0):
            self.assertNotIn(other, model.users.ids)

    def test_import_and_open_take_little_time_whatever_the_size(self):
        """A model of 2.5 GB without content: nothing of its factors may be read."""
        with h5py.File("large.h5", "w", libver="latest") as file:
            file.attrs.update(format="alster-model", complete=1, format_version=[1, 1], objective="implicit", mean=0.0,
                              data_fingerprint="x")
            for side in ("users", "items"):
                rows = 5_000_000
                file.create_dataset(f"{side}/id", (rows,), "<i8")
                file.create_dataset(f"{side}/factors", (rows, 64), "<f4")
                for name, kind in (("id_order", "<i8"), ("status", "u1"), ("n_events", "<i4"), ("last_event", "<i8")):
                    file.create_dataset(f"{side}/{name}", (rows,), kind)
                for name in ("id", "id_order", "factors", "status", "n_events", "last_event"):
                    file[f"{side}/{name}"][0] = 0    # allocates
        self.assertGreater(os.path.getsize("large.h5"), 2.5e9)
        code = ("import time; start = time.process_time(); import alster; alster.Model.open('large.h5'); "
                "print(time.process_time() - start)")   # of the CPU: other tests may run beside this one
        path = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        times = [float(subprocess.run([sys.executable, "-c", code], env=path, capture_output=True, text=True,
                                      check=True).stdout) for _ in range(5)]
        os.remove("large.h5")
        self.assertLess(min(times), 0.3, times)

    def test_a_file_that_is_replaced_stays_the_old_one(self):
        run, _ = run_of("plain")
        shutil.copyfile(f"{run}/model.h5", "replaced.h5")
        model = alster.Model.open("replaced.h5")
        before = np.array(model.items.factors)
        shutil.copyfile(f"{run_of('explicit')[0]}/model.h5", "new.h5")
        os.replace("new.h5", "replaced.h5")
        self.assertTrue(np.array_equal(model.items.factors, before))
        self.assertTrue(alster.Model.open("replaced.h5").is_explicit)

    def test_datasets_that_are_not_contiguous_are_read(self):
        run, data = run_of("plain")
        with h5py.File(f"{run}/model.h5", "r") as old, h5py.File("packed.h5", "w") as new:
            new.attrs.update(old.attrs)
            names = []
            old.visit(names.append)
            for name in names:
                if isinstance(old[name], h5py.Dataset):
                    new.create_dataset(name, data=old[name][()], dtype=old[name].dtype, compression=4)
        packed, plain = alster.Model.open("packed.h5", data), alster.Model.open(run, data)
        self.assertEqual(packed.recommend("u9"), plain.recommend("u9"))

    def test_what_is_no_model_is_refused_in_one_line(self):
        run, data = run_of("plain")
        shutil.copyfile(f"{run}/model.h5", "damaged.h5")
        with h5py.File("damaged.h5", "r+") as file:
            file["items/factors"][3, 3] += 1
        with h5py.File("begun.h5", "w") as file:
            file.attrs.update(format="alster-model", complete=0)
        with h5py.File("newer.h5", "w") as file:
            file.attrs.update(format="alster-model", complete=1, format_version=[2, 0])
        with open("text.h5", "w", encoding="utf-8") as file:
            file.write("no HDF5")
        with open(f"{run}/model.h5", "rb") as whole, open("short.h5", "wb") as short:
            short.write(whole.read()[:-3000])
        with self.assertRaisesRegex(alster.BadFileError, "damaged.h5: /items/factors does not match its checksum"):
            alster.Model.open("damaged.h5").verify()
        for path, message in (("missing", "cannot be read"), ("text.h5", "cannot be read"), ("short.h5", "short.h5: "),
                              (data, "'alster-model' is needed"), ("begun.h5", "was not finished"),
                              ("newer.h5", "install a newer one")):
            with self.assertRaisesRegex(alster.BadFileError, message) as caught:
                alster.Model.open(path)
            self.assertNotIn("\n", str(caught.exception))
        with self.assertRaisesRegex(alster.BadFileError, "is not the dataset that"):
            alster.Model.open(run, run_of("rules")[1])


class OtherFiles(unittest.TestCase):
    def test_lists_are_those_of_alster(self):
        lists_file, similar_file = lists_of("rules")
        run, data = run_of("rules")
        lists, similar = alster.Lists.open(lists_file), alster.Lists.open(similar_file)
        lists.verify()
        model = alster.Model.open(run, data)
        for user in model.users.ids:
            stored, made = lists.of(user), model.recommend(user, 9)
            self.assertEqual([(place.item, place.reason) for place in stored],
                             [(place.item, place.reason) for place in made])
            np.testing.assert_allclose([place.score for place in stored], [place.score for place in made], rtol=1e-5)
        for item in model.items.ids:
            self.assertEqual([place.item for place in similar.of(item)],
                             [place.item for place in model.similar(item, 9)])
        self.assertEqual(lists.groups, ["topk/home"])
        printed = alster_json(f"recommend --model {run}/model.h5 --data {data} --user nobody --k 9")["lists"][0]
        popular = lists.of("nobody", fallback=True)[:9]
        self.assertEqual([str(place.item) for place in popular], printed["items"])
        self.assertEqual({place.reason for place in popular}, {printed["reason"]})
        for unknown in (lambda: lists.of("nobody"), lambda: similar.of(12345), lambda: similar.of(12345, fallback=True)):
            with self.assertRaisesRegex(alster.UnknownIdError, r"^(user|item) .* is unknown to .*\.h5$"):
                unknown()
        with self.assertRaisesRegex(alster.BadFileError, "has no group 'topk/away', only topk/home"):
            lists.of("u7", "topk/away")

    def test_the_run_log_has_every_record(self):
        run, _ = run_of("plain")
        log = alster.RunLog.read(run)
        with open(f"{run}/metrics.jsonl", encoding="utf-8") as file:
            self.assertEqual(list(log), [json.loads(line) for line in file])
        self.assertEqual(len(log.column("sweep", "objective")), 3)
        self.assertEqual(log.end["event"], "end")
        with open("half.jsonl", "w", encoding="utf-8") as file:
            file.write('{"event":"start"}\n{"event":"sw')
        self.assertEqual(list(alster.RunLog.read("half.jsonl")), [{"event": "start"}])
        self.assertIsNone(alster.RunLog.read("half.jsonl").end)
        with open("wrong.jsonl", "w", encoding="utf-8") as file:
            file.write("no\n")
        with self.assertRaisesRegex(alster.BadFileError, "wrong.jsonl: line 1 is no JSON"):
            alster.RunLog.read("wrong.jsonl")

    def test_history_is_the_matrix_of_training_values(self):
        model = alster.Model.open(*run_of("plain"))
        try:
            import scipy.sparse  # noqa: F401
        except ImportError:
            with self.assertRaisesRegex(alster.MissingDataError, "needs scipy: pip install"):
                model.history
            return
        matrix = model.history
        for row in range(0, len(model.users), 7):
            events = {event.item: event.value for event in model.events(model.users.ids[row])}
            self.assertEqual(dict(zip(model.items.ids.of(matrix[row].indices), matrix[row].data.tolist())), events)

    def test_data_frames(self):
        model = alster.Model.open(*run_of("plain"))
        try:
            import pandas  # noqa: F401
        except ImportError:
            with self.assertRaisesRegex(alster.MissingDataError, "needs pandas: pip install"):
                model.to_pandas()
            return
        frame = model.to_pandas("items")
        self.assertEqual(frame.loc[7, "title"], "Film 7, é")
        self.assertTrue(np.array_equal(frame.filter(regex="^f[0-9]+$").to_numpy(), model.items.factors))

    def test_implicit_scores_alike(self):
        model = alster.Model.open(*run_of("plain"))
        try:
            from scipy.sparse import csr_matrix
            import implicit  # noqa: F401
        except ImportError:
            with self.assertRaisesRegex(alster.MissingDataError, "needs implicit: pip install"):
                model.to_implicit()
            return
        row = model.users.ids.row("u9")
        found, _ = model.to_implicit().recommend(row, csr_matrix((1, len(model.items))), 5, filter_already_liked_items=False)
        self.assertEqual(model.items.ids.of(found), [p.item for p in model.recommend("u9", 5, exclude_seen=False)])

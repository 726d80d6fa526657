"""Model against alster's own output, and against equations that are solved without the package."""
import shutil
import unittest

import h5py
import numpy as np
from support import FORMS, alster_json, run_of
from witness import Witness

import alster


class Lists(unittest.TestCase):
    def compare(self, name, options="", **asked):
        """All users at once, by `alster recommend`."""
        run, data = run_of(name)
        model = alster.Model.open(run, data)
        with open("users.txt", "w", encoding="utf-8") as file:
            file.writelines(f"{user}\n" for user in model.users.ids)
        printed = alster_json(f"recommend --model {run}/model.h5 --data {data} --users users.txt --k 12 {options}")
        reasons = set()
        for shown in printed["lists"]:
            places = model.recommend(shown["user"], 12, **asked)
            self.assertEqual([str(place.item) for place in places], shown["items"], shown["user"])
            np.testing.assert_allclose([place.score for place in places], shown["scores"], rtol=2e-6, atol=2e-6)
            expected = shown.get("reasons", [shown["reason"]] * len(places))
            self.assertEqual([place.reason for place in places], expected)
            self.assertEqual([place.title or "" for place in places], shown["titles"])
            reasons.update(expected)
        return reasons

    def test_recommend_is_what_alster_lists(self):
        for name in FORMS:
            with self.subTest(name):
                self.assertEqual(self.compare(name), {"model", "popularity"})

    def test_seen_items_may_be_listed(self):
        self.compare("rules", "--include-seen", exclude_seen=False)

    def test_lists_may_stay_short(self):
        self.compare("rules", "--no-fill", fill=False)

    def test_similar_is_what_alster_lists(self):
        for name in ("plain", "explicit"):
            run, data = run_of(name)
            model = alster.Model.open(run)
            items = " ".join(str(item) for item in model.items.ids)
            printed = alster_json(f"similar --model {run}/model.h5 --item {items} --k 7")
            self.assertEqual(len(printed["lists"]), len(model.items))
            for shown in printed["lists"]:
                places = model.similar(int(shown["item"]), 7)
                self.assertEqual([str(place.item) for place in places], shown["items"])
                np.testing.assert_allclose([place.score for place in places], shown["scores"], atol=2e-6)
            self.assertEqual(model.similar(990), [])   # only in the held-out part

    def test_only_lists_what_is_allowed(self):
        model = alster.Model.open(*run_of("plain"))
        everything = model.recommend("u7", 70)
        allowed = [place.item for place in everything[5:20:3]]
        self.assertEqual([place.item for place in model.recommend("u7", 3, only=allowed)], allowed[:3])
        self.assertEqual([place.item for place in model.recommend("u7", 50, only=allowed)], allowed)
        self.assertEqual(model.recommend("u7", 5, only=[]), [])

    def test_without_a_dataset_what_is_popular_comes_from_the_model(self):
        run, data = run_of("plain")
        with_data, without = alster.Model.open(run, data), alster.Model.open(run)
        shown = without.recommend("u1", 5, exclude_seen=False)
        self.assertEqual([place[:3] for place in shown],
                         [place[:3] for place in with_data.recommend("u1", 5, exclude_seen=False)])
        self.assertEqual([(place.item, int(place.score)) for place in shown], without.popular[:5])
        with self.assertRaisesRegex(alster.MissingDataError, "needs the dataset: Model.open"):
            without.recommend("u0")

    def test_unknown_ids_are_key_errors_of_one_line(self):
        model = alster.Model.open(*run_of("plain"))
        cases = [lambda: model.recommend("nobody"), lambda: model.similar(12345), lambda: model.fold_in([1, 12345]),
                 lambda: model.recommend("u7", only=[12345]), lambda: model.explain("u7", 12345),
                 lambda: model.recommend("u" * 50), lambda: model.recommend(""), lambda: model.similar(2**70)]
        for case in cases:
            with self.assertRaises(KeyError) as caught:
                case()
            self.assertRegex(str(caught.exception), r"^(user|item) .* is unknown to .*model.h5$")
        for wrong, kind in ((lambda: model.recommend(7), "texts"), (lambda: model.similar("12"), "numbers")):
            with self.assertRaisesRegex(alster.UnknownIdError, f"ids of this file are {kind}"):
                wrong()


class FoldIn(unittest.TestCase):
    def test_the_stored_vector_comes_back(self):
        for name in FORMS:
            model = alster.Model.open(*run_of(name))
            for user in model.users.ids:
                x, stored = model.fold_in(model.events(user)), model.users.vector(user)
                self.assertEqual((x.shape, x.dtype), (stored.shape, np.float64))
                self.assertLess(np.linalg.norm(x - stored), 1e-5 * max(np.linalg.norm(stored), 1e-30), (name, user))

    def test_it_solves_the_equation_of_the_objective(self):
        for name in FORMS:
            model, witness = alster.Model.open(*run_of(name)), Witness(*run_of(name))
            for row in (0, 4, 77, model.users.ids.row("heavy")):
                user = model.users.ids[row]
                expected = witness.vector(witness.history(row))
                np.testing.assert_allclose(model.fold_in(model.events(user)), expected, rtol=1e-9,
                                           atol=1e-9 * abs(expected).max() + 1e-300)

    def test_events_come_as_ids_pairs_events_or_a_mapping(self):
        model = alster.Model.open(*run_of("classic"))
        events = [alster.Event(4, 2.0), alster.Event(9, 5.0)]
        expected = model.fold_in(events)
        for same in ([(4, 2), (9, 5)], {4: 2, 9: 5}, iter(events), [(9, 5.0), alster.Event(4, 2)]):
            np.testing.assert_allclose(model.fold_in(same), expected, rtol=1e-12)
        self.assertGreater(np.abs(model.fold_in([4, 9]) - expected).max(), 1e-3)   # values of 1

    def test_nobody_without_events_has_a_taste(self):
        self.assertFalse(alster.Model.open(*run_of("plain")).fold_in([]).any())
        explicit = alster.Model.open(*run_of("explicit")).fold_in({})
        self.assertEqual(explicit.tolist(), [0.0] * 12 + [1.0])

    def test_what_cannot_be_events_is_refused(self):
        model = alster.Model.open(*run_of("classic"))
        for events, message in (([4, 4], "item 4 comes twice"), ([(4, float("nan"))], "item 4 .* not finite"),
                                ("u7", "one text is no list"), ([(9, 1), (4, -1)], "item 4 has a negative")):
            with self.assertRaisesRegex(alster.AlsterError, message):
                model.fold_in(events)

    def test_a_folded_in_user_gets_the_list_of_the_stored_one(self):
        model = alster.Model.open(*run_of("explicit"))
        seen = model.items.ids.of(model.data.seen(model.users.ids.row("u9")))
        ranked = model.rank(model.fold_in(model.events("u9")), 8, exclude=seen)
        self.assertEqual([place.item for place in ranked], [place.item for place in model.recommend("u9", 8)])
        with self.assertRaisesRegex(alster.AlsterError, "a vector of this model has 13 numbers"):
            model.rank(np.zeros(11))


class Explain(unittest.TestCase):
    def users_and_items(self, model):
        for user in ("u0", "u5", "u77", "heavy"):
            for row in (0, 33, len(model.items) - 1):
                yield user, model.items.ids[row]

    def test_the_parts_sum_to_the_score(self):
        for name in FORMS:
            model, witness = alster.Model.open(*run_of(name)), Witness(*run_of(name))
            for user, item in self.users_and_items(model):
                row, column = model.users.ids.row(user), model.items.ids.row(item)
                why = model.explain(user, item)
                scale = max(abs(why.score), sum(abs(reason.part) for reason in why.reasons), 1e-30)
                solved = witness.score(witness.vector(witness.history(row)), column)
                self.assertLess(abs(why.score - solved), 1e-9 * scale)
                self.assertLess(abs(why.score - witness.score(witness.X[row], column)), 1e-5 * scale)   # as stored
                self.assertLess(abs(why.base + sum(reason.part for reason in why.reasons) - why.score), 1e-12 * scale)
                total = why.base + sum(reason.dual for reason in why.reasons)
                self.assertLess(abs(total - why.score), 1e-9 * max(scale, sum(abs(r.dual) for r in why.reasons)))

    def test_drop_is_the_score_minus_that_of_solving_again_without_the_event(self):
        for name in FORMS:
            model, witness = alster.Model.open(*run_of(name)), Witness(*run_of(name))
            for user, item in self.users_and_items(model):
                column, history = model.items.ids.row(item), witness.history(model.users.ids.row(user))
                why = model.explain(user, item)
                drops = {reason.item: reason.drop for reason in why.reasons}
                self.assertEqual(len(drops), len(history))
                self.assertEqual([r.drop for r in why.reasons], sorted(drops.values(), reverse=True))
                whole = witness.score(witness.vector(history), column)
                for n in range(0, len(history), 5):
                    rest = history[:n] + history[n + 1:]
                    without = witness.score(witness.vector(rest, size=len(history)), column)
                    self.assertAlmostEqual(drops[model.items.ids[int(history[n][0])]], whole - without, delta=1e-9)

    def test_part_is_linear_in_the_preference_of_its_event(self):
        """Hu, Koren and Volinsky: the part of an event is what the score loses where its target is 0."""
        model, witness = alster.Model.open(*run_of("plain")), Witness(*run_of("plain"))
        row = model.users.ids.row("u77")
        history = witness.history(row)
        A, b = witness.quadratic(history, len(history))
        why = model.explain("u77", 20)
        parts = {reason.item: reason.part for reason in why.reasons}
        y = witness.Y[model.items.ids.row(20)]
        for item, _, _, _ in history:
            without = np.linalg.solve(A, b - witness.Y[item])
            self.assertAlmostEqual(parts[model.items.ids[int(item)]], y @ (np.linalg.solve(A, b) - without), delta=1e-12)

    def test_biases_without_regularization_have_no_dual_split(self):
        run, data = run_of("explicit")
        shutil.copyfile(f"{run}/model.h5", "free.h5")
        with h5py.File("free.h5", "r+") as file:
            file.attrs["bias_lambda"] = 0.0
        why = alster.Model.open("free.h5", data).explain("u77", 20)
        self.assertTrue(all(np.isnan(reason.dual) for reason in why.reasons))
        self.assertAlmostEqual(why.base + sum(reason.part for reason in why.reasons), why.score)

    def test_events_in_place_of_a_user(self):
        model = alster.Model.open(*run_of("rules"))
        self.assertEqual(model.explain(None, 20, model.events("u77")), model.explain("u77", 20))
        with self.assertRaisesRegex(alster.AlsterError, "needs a user or events"):
            model.explain(None, 20)
        nothing = model.explain(None, 20, [])
        self.assertEqual((nothing.score, nothing.reasons), (0.0, []))

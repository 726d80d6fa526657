"""examples/service.py on loopback: what it answers is what the package and the files say."""
import json
import os
import subprocess
import sys
import unittest
import urllib.error
import urllib.request

import alster

import support

SERVICE = os.path.join(support.SOURCE, "python", "examples", "service.py")


def ask(path, body=None):
    """(status, answer) of a request."""
    request = urllib.request.Request(path, None if body is None else json.dumps(body).encode())
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def items_of(answer):
    assert answer[0] == 200, answer
    return [place["item"] for place in answer[1]["items"]]


class ServiceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.run_path, cls.data = support.run_of("plain")
        cls.lists, _ = support.lists_of("plain")
        cls.few = list(range(0, 70, 2))
        with open("few.toml", "w", encoding="utf-8") as rules:
            titles = ", ".join(f'"Film {item}, é"' for item in cls.few)
            rules.write(f'[[class]]\nname = "few"\nitems = {{ title = {{ any_of = [{titles}] }} }}\n')
        with open("few.json", "w", encoding="utf-8") as out:
            out.write(support.alster(f"popular --data {cls.data} --k 65535 --eligibility few.toml --class few --json"))
        cls.model = alster.Model.open(cls.run_path, data=cls.data)
        cls.open_at = cls.start()
        cls.few_at = cls.start("--class", "few=few.json")

    @classmethod
    def start(cls, *more):
        process = subprocess.Popen(
            [sys.executable, SERVICE, "--model", cls.run_path, "--data", cls.data, "--lists", cls.lists, "--port", "0",
             *more], stdout=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": os.path.join(support.SOURCE, "python")})
        cls.addClassCleanup(cls.stop, process)
        return process.stdout.readline().strip()

    @staticmethod
    def stop(process):
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()

    def test_a_user_of_the_lists_gets_its_list(self):
        listed = [place.item for place in alster.Lists.open(self.lists).of("u7")]
        answer = ask(f"{self.open_at}/recommend?user=u7&k=9")
        self.assertEqual(items_of(answer), listed)
        self.assertEqual(answer[1]["items"][0]["title"], f"Film {listed[0]}, é")
        self.assertEqual(answer[1]["space_id"], self.model.attributes["space_id"])

    def test_unknown_users_and_those_without_history_get_what_is_popular(self):
        popular = [item for item, _ in self.model.popular[:5]]
        self.assertEqual(items_of(ask(f"{self.open_at}/recommend?user=nobody&k=5")), popular)
        few = [item for item, _ in self.model.popular if item in self.few]
        self.assertEqual(items_of(ask(f"{self.few_at}/recommend?user=nobody&k=5&class=few")), few[:5])
        answer = ask(f"{self.few_at}/recommend?user=u1&k=5&class=few")     # nothing was learned of u1
        self.assertEqual(items_of(answer), few[:5])
        self.assertEqual({place["reason"] for place in answer[1]["items"]}, {"popularity"})

    def test_what_a_class_may_not_see_is_in_no_answer(self):
        self.assertEqual(items_of(ask(f"{self.few_at}/recommend?user=u7&k=7&class=few")),
                         [place.item for place in self.model.recommend("u7", 7, only=self.few)])
        for path, body in (("/recommend?user=heavy&k=60&class=few", None), ("/similar?item=12&k=60", None),
                           ("/fold-in", {"events": [3, 9], "k": 60}), ("/recommend?user=nobody&k=60", None)):
            found = items_of(ask(self.few_at + path, body))
            self.assertTrue(set(found) <= set(self.few), (path, found))
            self.assertEqual(len(found), len(set(found)))
        self.assertEqual(items_of(ask(f"{self.few_at}/similar?item=13")), [])
        self.assertTrue(set(items_of(ask(f"{self.open_at}/similar?item=12&k=60"))) - set(self.few))

    def test_fold_in_and_explain_answer_as_the_package_does(self):
        expected = [place.item for place in self.model.rank(self.model.fold_in([3, 9]), 6, exclude=[3, 9])]
        self.assertEqual(items_of(ask(f"{self.open_at}/fold-in", {"events": [3, 9], "k": 6})), expected)
        self.assertEqual(items_of(ask(f"{self.open_at}/fold-in", {"events": [[3, 4.5], [9, 1]], "k": 6})), expected)
        status, why = ask(f"{self.open_at}/explain?user=u7&item={expected[0]}")
        self.assertEqual((status, why["reasons"][0]["item"]),
                         (200, self.model.explain("u7", expected[0]).reasons[0].item))

    def test_a_wrong_question_is_answered_in_one_line(self):
        for path, body, status in (("/similar?item=99999", None, 404), ("/similar?item=x", None, 400),
                                   ("/nothing", None, 404), ("/recommend", None, 400),
                                   ("/recommend?user=u7&k=x", None, 400), ("/recommend?user=u7&class=none", None, 400),
                                   ("/fold-in", {"events": 3}, 400),
                                   ("/fold-in", {"events": [[]]}, 400), ("/fold-in", [1], 400),
                                   ("/fold-in", {"events": [99999]}, 404)):
            answer = ask(self.few_at + path, body)
            self.assertEqual((answer[0], list(answer[1])), (status, ["error"]), (path, answer))
            self.assertNotIn("\n", answer[1]["error"])

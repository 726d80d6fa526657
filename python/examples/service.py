"""A service of recommendations on the package alone: copy it and change it.

    alster popular --data all.h5 --k 65535 --eligibility eligibility.toml --class kids --json > kids.json
    python3 service.py --model run --data all.h5 --lists lists.h5 --class kids=kids.json

    GET  /recommend?user=7&k=10         of --lists, which was made under rules; or with &class=kids of the model
    GET  /similar?item=12&class=kids    GET  /explain?user=7&item=99
    POST /fold-in   {"events": [12, 99] or [[12, 4.5], [99, 3]], "k": 10, "class": "kids"}

A class is what an audience may see, by the rules that `alster popular` read. Classes are named at the start, and a
request of no class is of the first: what is not said is not shown. Without --class everything may be seen.
A user who is unknown, or of whom nothing was learned, gets what is popular among that.
"""
import argparse
import http.server
import json
import pathlib
import urllib.parse

import numpy as np

import alster


def title_of(model, item):
    return model.items.title(model.items.ids.row(item))


class Audience:
    """What a class may see: `mask` (I,) for the model, and `popular` places, the most popular first."""

    def __init__(self, model, path=None):
        if path is None:
            self.mask = np.ones(len(model.items), bool)
            found = model.popular
        else:
            listed = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))["lists"][0]
            ids = listed["items"] if model.items.ids.is_text else [int(one) for one in listed["items"]]
            found = list(zip(ids, listed["counts"]))
            self.mask = np.zeros(len(model.items), bool)
            self.mask[model.items.ids.rows(ids)] = True
        self.popular = [alster.Place(item, float(count), "popularity", title_of(model, item))
                        for item, count in found[:10_000]]


class Service:
    """Answers as plain objects; an AlsterError or ValueError says what is wrong with the question."""

    def __init__(self, options):
        self.model = alster.Model.open(options.model, data=options.data)
        self.lists = alster.Lists.open(options.lists) if options.lists else None
        named = dict(one.split("=", 1) for one in options.classes) or {"": None}
        self.audiences = {name: Audience(self.model, path) for name, path in named.items()}

    def audience(self, asked):
        name = asked.get("class", next(iter(self.audiences)))
        if name in self.audiences:
            return self.audiences[name]
        raise alster.AlsterError(f"class {name!r} is unknown, write one of {', '.join(self.audiences)}")

    def id_of(self, ids, asked, name):
        if name in asked:
            return str(asked[name]) if ids.is_text else int(asked[name])
        raise alster.AlsterError(f"{name} is missing")

    def recommend(self, asked):
        k, ids, audience = int(asked.get("k", 10)), self.model.users.ids, self.audience(asked)
        user = self.id_of(ids, asked, "user")
        if self.lists and "class" not in asked and user in self.lists.users:
            return self.shown([one._replace(title=title_of(self.model, one.item)) for one in self.lists.of(user)[:k]])
        return self.shown(self.model.recommend(user, k, only=audience.mask) if user in ids else audience.popular[:k])

    def similar(self, asked):
        item, k = self.id_of(self.model.items.ids, asked, "item"), int(asked.get("k", 10))
        return self.shown(self.model.similar(item, k, only=self.audience(asked).mask))

    def explain(self, asked):
        why = self.model.explain(self.id_of(self.model.users.ids, asked, "user"),
                                 self.id_of(self.model.items.ids, asked, "item"))
        return {"item": why.item, "score": why.score, "reasons": [reason._asdict() for reason in why.reasons[:10]]}

    def fold_in(self, asked):
        events, k, audience = asked.get("events"), int(asked.get("k", 10)), self.audience(asked)
        if not isinstance(events, list):
            raise alster.AlsterError("events is missing: a list of item ids, or of [id, value]")
        events = [tuple(one) if isinstance(one, list) else one for one in events]
        seen = [one[0] if isinstance(one, tuple) else one for one in events]
        vector = self.model.fold_in(events)
        places = self.model.rank(vector, k, exclude=seen, only=audience.mask) if vector.any() else []
        listed = {place.item for place in places} | set(seen)
        return self.shown((places + [one for one in audience.popular if one.item not in listed])[:k])

    def shown(self, places):
        return {"space_id": self.model.attributes["space_id"], "items": [place._asdict() for place in places]}


def handler_of(service):
    routes = {("GET", "/recommend"): service.recommend, ("GET", "/similar"): service.similar,
              ("GET", "/explain"): service.explain, ("POST", "/fold-in"): service.fold_in}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16      # an answer is one packet

        def answer(self, body):
            path = urllib.parse.urlsplit(self.path)
            route = routes.get((self.command, path.path))
            try:
                if route is None:
                    raise alster.UnknownIdError(f"no {self.command} {path.path} here")
                self.reply(200, route(json.loads(body) if body else dict(urllib.parse.parse_qsl(path.query))))
            except alster.UnknownIdError as error:
                self.reply(404, {"error": str(error)})
            except (alster.AlsterError, ValueError, TypeError, AttributeError, IndexError) as error:
                self.reply(400, {"error": str(error)})

        def do_GET(self):
            self.answer(b"")

        def do_POST(self):
            self.answer(self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 1 << 20)))

        def reply(self, status, answer):
            text = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(text)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        log_message = staticmethod(lambda *_: None)

    return Handler


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--model", "--data", "--lists"):
        parser.add_argument(name, required=name != "--lists")
    parser.add_argument("--class", dest="classes", action="append", default=[], metavar="NAME=FILE")
    parser.add_argument("--port", type=int, default=8080)
    options = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", options.port), handler_of(Service(options)))
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""compare.py OUT [options]: see run.sh, which makes the environment that this needs."""
import argparse
import importlib.metadata
import itertools
import json
import os
import pathlib
import platform
import statistics
import subprocess
import tempfile

import implicit
import quality
import systems
import threadpoolctl

# alpha and regularization of implicit for the ML-1M run: the best is taken, by the test set itself, in its favour.
GRID = [{"alpha": alpha, "reg": reg} for alpha, reg in itertools.product((2.0, 5.0, 10.0), (1.0, 5.0, 20.0, 60.0))]
PUBLISHED = {"reg": 0.007, "alpha0": 0.3}  # of iALS for this split


def shapes(quick):
    """Name → (users, items, events, exponent of the users' activity)."""
    if quick:
        return {"ML-20M shape / 20": (6_925, 5_000, 1_000_000, 0.6), "heavy-tailed / 20": (20_000, 5_000, 600_000, 0.9)}
    return {"ML-20M shape": (138_493, 26_744, 20_000_000, 0.6), "heavy-tailed": (400_000, 100_000, 12_000_000, 0.9)}


def make_dataset(program, folder, shape):
    users, items, events, exponent = map(str, shape)
    subprocess.run([program, "synth", "--users", users, "--items", items, "--events", events, "--activity-exponent",
                    exponent, "--log", "ratings", "--out", folder / "log"], check=True, capture_output=True)
    subprocess.run([program, "prepare", "--input", folder / "log/events.csv", "--format", "csv", "--header", "--columns",
                    "user=0,item=1,value=2,time=3", "--out", folder / "data.h5"], check=True, capture_output=True)
    return systems.Data(folder / "data.h5")


def make_ml_1m(program, folder, source):
    subprocess.run([program, "prepare", "--input", source / "ml-1m.train.pairs.gz", "--format", "pairs", "--out",
                    folder / "data.h5"], check=True, capture_output=True)
    return systems.Data(folder / "data.h5")


def measure(contestants, data, name, factors, rounds, iterations):
    """Seconds of an iteration of each system, their runs taking turns; the first iteration of a run is left out."""
    times = {system.name: [] for system in contestants}
    for _ in range(rounds):
        for system in contestants:
            times[system.name] += system.run(data, factors, iterations)[1:]
    records = []
    for system in contestants:
        records.append({"set": name, "factors": factors, "system": system.name, "seconds": times[system.name],
                        "median": statistics.median(times[system.name]), "least": min(times[system.name])})
        print(f"{name}, f = {factors}: {system.name} {records[-1]['median']:.3f} s", flush=True)
    return records


def compare_speed(options, contestants, scratch, source):
    sets = {}
    for name, shape in shapes(options.quick).items():
        sets[name] = lambda folder, shape=shape: make_dataset(options.program, folder, shape)
    if source:
        sets["ML-1M"] = lambda folder: make_ml_1m(options.program, folder, source)
    records = []
    for name, make in sets.items():
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            data = make(pathlib.Path(folder))
            for factors in options.factors:
                # implicit's Cholesky takes minutes where f is large
                able = [c for c in contestants if options.cholesky or factors <= 64 or "Cholesky" not in c.name]
                records += measure(able, data, name, factors, options.rounds, 2 if options.quick else 3)
    return records


def compare_quality(options, alster, scratch, source):
    factors, iterations = (64, 4) if options.quick else (192, 15)
    grid = GRID[:2] if options.quick else GRID
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        data = make_ml_1m(options.program, pathlib.Path(folder), source)
        split = quality.LeaveOneOut(source / "ml-1m.test.negative.gz", data)
        other = systems.Implicit(options.threads)
        best, tried = quality.best_options(other, data, split, iterations, factors, grid)
        curves = {other.name: quality.implicit_curve(other, data, split, iterations, factors=factors, **best)}
        for system in alster:
            curves[system.name] = quality.alster_curve(system, data, split, iterations, factors=factors, **PUBLISHED)
    target = max(ndcg for _, ndcg in curves[other.name])
    return {"factors": factors, "implicit_options": best, "tried": tried, "alster_options": PUBLISHED, "curves": curves,
            "target": target, "seconds": {name: quality.time_to(curve, target) for name, curve in curves.items()}}


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return {"cpu": model, "cores": os.cpu_count(), "system": platform.platform(), "load": os.getloadavg()}


def versions(program):
    found = {"alster": subprocess.run([program, "--version"], capture_output=True, text=True).stdout.splitlines()[0],
             "implicit": implicit.__version__}
    if systems.cmfrec:
        found["cmfrec"] = importlib.metadata.version("cmfrec")
    for library in threadpoolctl.threadpool_info():
        if library["user_api"] == "blas":
            found[pathlib.Path(library["filepath"]).name] = (
                f"{library['version']}, {library['architecture']}, {library['num_threads']} threads")
    return found


def speed_table(records):
    lines = ["| set | f | system | seconds an iteration, median | least | times alster fp32 |", "|---|---|---|---|---|---|"]
    alster = {(r["set"], r["factors"]): r["median"] for r in records if r["system"] == "alster fp32"}
    for r in records:
        ratio = r["median"] / alster[r["set"], r["factors"]]
        lines.append(f"| {r['set']} | {r['factors']} | {r['system']} | {r['median']:.3f} | {r['least']:.3f} | {ratio:.2f} |")
    return lines


def quality_table(result):
    lines = ["", f"ML-1M (NCF split), f = {result['factors']}: seconds until NDCG@10 is {result['target']:.4f}, the best "
             f"that implicit reaches ({result['implicit_options']})", "",
             "| system | seconds | best NDCG@10 | first three iterations |", "|---|---|---|---|"]
    for name, curve in result["curves"].items():
        seconds = result["seconds"][name]
        first = ", ".join(f"{ndcg:.4f} at {s:.2f} s" for s, ndcg in curve[:3])
        reached = "never" if seconds is None else f"{seconds:.2f}"
        lines.append(f"| {name} | {reached} | {max(ndcg for _, ndcg in curve):.4f} | {first} |")
    return lines


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=0, help="of alternating runs; 0: 3, or 1 where --quick")
    parser.add_argument("--factors", type=int, nargs="+", default=[64, 128, 256])
    parser.add_argument("--cholesky", action="store_true", help="implicit's Cholesky above f = 64 too")
    options = parser.parse_args()
    options.program = (options.build / "alster").resolve()
    options.rounds = options.rounds or (1 if options.quick else 3)
    return options


def main():
    options = parse()
    options.out.mkdir(parents=True, exist_ok=True)
    source = os.environ.get("ALSTER_TEST_DATA")
    source = pathlib.Path(source) / "ml-1m-ncf" if source else None
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        alster = [systems.Alster(options.program, options.threads, scratch, precision, steps)
                  for steps in (0, 3, 1) for precision in ("fp32", "bf16")]
        others = [systems.Implicit(options.threads), systems.Implicit(options.threads, cholesky=True)]
        others += [systems.Cmfrec(options.threads)] if systems.cmfrec else []
        result = {"machine": machine(), "versions": versions(options.program), "threads": options.threads,
                  "speed": compare_speed(options, alster + others, scratch, source)}
        lines = [f"{key}: {value}" for part in (result["machine"], result["versions"]) for key, value in part.items()]
        lines = ["; ".join(lines) + f"; {options.threads} threads", ""] + speed_table(result["speed"])
        if source:
            result["quality"] = compare_quality(options, alster, scratch, source)
            lines += quality_table(result["quality"])
    (options.out / "compare.json").write_text(json.dumps(result, indent=1) + "\n")
    (options.out / "compare.md").write_text("\n".join(lines) + "\n")
    print(f"wrote {options.out / 'compare.md'}")


main()

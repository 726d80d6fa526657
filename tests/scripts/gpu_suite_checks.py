#!/usr/bin/env python3
"""What a run of gpu_suite.sh with gpu_suite_test.sh's stubs must have left: gpu_suite_checks.py CHECK OUT EXIT_CODE"""
import json
import pathlib
import sys
import tarfile


class Run:
    def __init__(self, out, code):
        self.files = sorted(path.name for path in out.iterdir())
        self.result = json.loads((out / "gpu_suite.json").read_text())
        self.table = (out / "gpu_suite.md").read_text()
        with tarfile.open(out / "logs.tar.gz") as logs:
            self.logs = logs.getnames()
        self.code = code
        self.steps = {step["step"]: step for step in self.result["steps"]}

    def state(self, step):
        return self.steps[step]["state"]

    def check_always(self):
        assert self.files == ["gpu_suite.json", "gpu_suite.md", "logs.tar.gz"], self.files
        assert "logs/steps.jsonl" in self.logs and not any(name.endswith(".bin") for name in self.logs), self.logs
        assert self.result["header"]["card"] == "GPU 0: a stub" and self.result["header"]["driver"] == "580.1"
        assert self.result["header"]["revision"].startswith("alster "), self.result["header"]
        for when in ("before", "after"):
            assert self.result["card"][when]["temperature.gpu"] == "41", self.result["card"]
        for step in self.result["steps"]:
            reason = step["reason"]
            assert (reason == "") == (step["state"] == "passed"), step
            assert reason == "" or (reason[0].isupper() or reason.startswith("implicit")) and reason[-1] in ".!?", step


def close(a, b):
    return abs(a - b) < 1e-9


def a_step_that_hangs(run):
    assert run.code == 1
    assert run.state("tests") == "failed" and run.state("tests_on_2_ranks") == "passed", run.steps
    assert run.state("sweeps_netflix") == "out of time", run.steps
    assert "It was stopped after" in run.steps["sweeps_netflix"]["reason"], run.steps
    # its time was its own: what comes after it runs
    assert run.state("cpu_movielens") == "passed" and run.state("tests_on_3_ranks") == "failed", run.steps
    assert "rank 2 is lost" in run.steps["tests_on_3_ranks"]["reason"], run.steps
    assert sum(step["seconds"] for step in run.result["steps"]) <= 22, run.steps


def all_figures(run):
    assert run.code == 1
    run_order = [step["step"] for step in run.result["steps"]]
    assert run_order[:2] == ["floors", "sweeps_movielens"] and run_order[-1] == "cpu_movielens", run_order
    assert sum(step["share"] for step in run.result["steps"]) == 330, run.steps
    assert run.result["tests"]["tests"] == {"passed": 1, "skipped": 0, "failed": ["Cuda.DoesNot"]}, run.result["tests"]
    assert run.result["tests"]["commands"]["passed"] == 1, run.result["tests"]
    check_shares(next(sweep for sweep in run.result["sweeps"] if sweep["backend"] == "tf32x3"))
    assert run.state("implicit_netflix") == "skipped", run.steps
    assert "implicit" in run.steps["implicit_netflix"]["reason"], run.steps
    assert {sweep["backend"] for sweep in run.result["sweeps"]} >= {"tf32x3", "generic"}
    assert not any("users_share" in sweep for sweep in run.result["sweeps"] if sweep["backend"] == "generic")
    assert run.result["sanitizers"]["racecheck_lists"] == "0 hazards displayed", run.result["sanitizers"]
    assert len(run.result["sanitizers"]) == 15 and run.state("initcheck_rows") == "passed", run.result["sanitizers"]
    assert {lists["candidates"] for lists in run.result["lists"]} == {26744, 9000000}, run.result["lists"]
    check_kernels(run.result["kernels"]["tf32x3"]["kernels"])
    assert "| solve_rows tf32x3, up to 128, dual | 2 | 6.000 | 75.0% | 3.000 | 2000 |" in run.table
    assert run.state("quality") == "failed", run.steps
    assert run.steps["quality"]["reason"].endswith(
        "NDCG@10 on the GPU differs from the CPU's: bf16 by -0.05000."), run.steps["quality"]
    assert len(run.result["quality"]) == 4 and run.result["quality"][1]["difference"] == 0, run.result["quality"]


def check_shares(sweep):
    users = sweep["users_floors"]
    assert close(users["gathered once"], 6.4) and close(users["gathered as read"], 12.8), users
    assert close(users["assembly"], 1) and close(users["cholesky"], 10), users
    assert close(users["cholesky alone"], 1 + 2), users
    assert sweep["users_floor"] == "cholesky" and close(sweep["users_share"], 10 / 12.8), sweep
    assert close(sweep["users_share_as_read"], 1), sweep
    items = sweep["items_floors"]
    assert close(items["gathered once"], 25.6) and "cholesky alone" not in items, items
    assert sweep["items_floor"] == "gathered once" and close(sweep["items_share"], 0.25), sweep
    assert close(sweep["items_share_as_read"], 0.5), sweep
    assert sweep["gramian_floor"] == "fp64" and close(sweep["gramian_share"], 0.25), sweep
    assert sweep["rotation_floor"] == "fp64" and close(sweep["rotation_share"], 0.8), sweep
    assert close(sweep["kernels_ms"], 4) and close(sweep["beside_kernels_ms"], 16), sweep


def check_kernels(kernels):
    rows, rotation = kernels
    assert rows["kernel"] == "solve_rows tf32x3, up to 128, dual" and rows["launches"] == 2, kernels
    assert close(rows["ms"], 6) and close(rows["longest_ms"], 3) and close(rows["gb_s"], 2000), kernels
    assert rotation["kernel"] == "rotate_kernel<8>" and rotation["gb_s"] == 0, kernels


def no_tools(run):
    assert run.state("sweeps_movielens") == "passed"
    for step, tool in (("memcheck_rows", "compute-sanitizer"), ("initcheck_lists", "compute-sanitizer"), ("kernels_bf16", "ncu")):
        assert run.state(step) == "skipped" and run.steps[step]["reason"] == f"There is no {tool} on this machine.", run.steps
    assert not run.result["kernels"] and not run.result["sanitizers"]


def stopped(run):
    assert run.code == 1
    assert "sweeps_movielens" in run.steps and "cpu_movielens" not in run.steps, run.steps


def main():
    check, out, code = sys.argv[1:]
    run = Run(pathlib.Path(out), int(code))
    run.check_always()
    {"a_step_that_hangs": a_step_that_hangs, "all_figures": all_figures, "no_tools": no_tools, "stopped": stopped}[check](run)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""What came of a step of gpu_suite.sh, as a line of JSON.

    gpu_step.py NAME SHARE skipped REASON
    gpu_step.py NAME SHARE ended SECONDS LIMIT CODE LOG

SHARE: seconds of the budget that are the step's. A reason is a sentence.
"""
import json
import pathlib
import sys

SKIPPED, TIMED_OUT = 4, (124, 137)


def sentence(text):
    return text if text.endswith((".", "!", "?")) else text + "."


def last_words(log):
    """The last line with a letter in it; of a line of JSON, why something was skipped."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if any(map(str.isalpha, line))]
    last = lines[-1] if lines else "nothing was said"
    if last.startswith("{"):
        try:
            return json.loads(last).get("skipped", last)
        except ValueError:
            pass   # cut off in its middle
    return last[:300]


def ended(seconds, limit, code, log):
    step = {"state": "failed", "exit_code": code, "seconds": seconds, "limit": limit}
    if code == 0:
        return step | {"state": "passed", "reason": ""}
    if code in TIMED_OUT:
        return step | {"state": "out of time", "reason": f"It was stopped after {limit} s, its limit."}
    if code == SKIPPED:
        return step | {"state": "skipped", "reason": sentence(last_words(log))}
    return step | {"reason": sentence(f"It ended with exit code {code}, saying: {last_words(log)}")}


def main():
    name, share, kind, *rest = sys.argv[1:]
    if kind == "skipped":
        step = {"state": "skipped", "exit_code": SKIPPED, "seconds": 0, "limit": 0, "reason": rest[0]}
    else:
        seconds, limit, code, log = rest
        step = ended(int(seconds), int(limit), int(code), pathlib.Path(log))
    print(json.dumps({"step": name, "share": int(share)} | step))


if __name__ == "__main__":
    main()

"""How long a small command takes alone and below a launcher: start_up.py ALSTER COMMAND [OPTIONS]

Runs it 20 times each, by turns, and prints the medians and their ratio.
"""
import statistics
import subprocess
import sys
import time

RUNS = 20
LAUNCHERS = {"alone": [], "mpirun -n 1": "mpirun --allow-run-as-root --bind-to none -n 1".split()}


def seconds(command):
    begun = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - begun


times = {name: [] for name in LAUNCHERS}
for _ in range(RUNS):
    for name, launcher in LAUNCHERS.items():
        times[name].append(seconds([*launcher, *sys.argv[1:]]))
medians = {name: statistics.median(values) for name, values in times.items()}
for name, median in medians.items():
    print(f"{name:<12} {median:.3f} s, median of {RUNS}, {min(times[name]):.3f} to {max(times[name]):.3f}")
print(f"ratio        {medians['mpirun -n 1'] / medians['alone']:.1f}")

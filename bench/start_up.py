"""How long a small command takes alone and below a launcher: start_up.py ALSTER COMMAND [OPTIONS]

Runs it 20 times each, by turns, and prints the medians of the time and of the processor's time (user and system), and
their ratio. The processor's time hardly depends on what else the machine does.
"""
import resource
import statistics
import subprocess
import sys
import time

RUNS = 20
LAUNCHERS = {"alone": [], "mpirun -n 1": "mpirun --allow-run-as-root --bind-to none -n 1".split()}


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(command):
    """(of the clock, of the processor)"""
    begun, used = time.perf_counter(), processor_seconds()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - begun, processor_seconds() - used


times = {name: [] for name in LAUNCHERS}
processor = {name: [] for name in LAUNCHERS}
for _ in range(RUNS):
    for name, launcher in LAUNCHERS.items():
        clock, used = seconds([*launcher, *sys.argv[1:]])
        times[name].append(clock)
        processor[name].append(used)
medians = {name: statistics.median(values) for name, values in times.items()}
for name, median in medians.items():
    print(f"{name:<12} {median:.3f} s, median of {RUNS}, {min(times[name]):.3f} to {max(times[name]):.3f}; "
          f"processor {statistics.median(processor[name]):.3f} s")
print(f"ratio        {medians['mpirun -n 1'] / medians['alone']:.1f}")

#!/bin/bash
# What a machine with a GPU has to show, in at most ten minutes: tests on the device, memory and race checks, the device's
# floors, times of whole sweeps beside the CPU backend and `implicit`, profiles. A step that fails, or for which no time
# is left, does not end the suite; one whose tool is missing is recorded as skipped.
#
#   bash scripts/gpu_suite.sh OUT [BUILD]     writes OUT/gpu_suite.json and OUT/gpu_suite.md
#
# Without BUILD it takes build/release, and builds first what is not there yet: the ten minutes begin after that.
#
# Exit code 0: all steps passed; 1: some did not, or the build failed; 69: no GPU.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${1:?usage: gpu_suite.sh OUT [BUILD]} build=${2:-build/release}
mkdir -p "$out"
out=$(realpath "$out")
tests=$build/tests/gpu_test sweeps=$build/bench/cuda_sweep_benchmark
programs=("$tests" "$sweeps" "$build/bench/sweep_benchmark" "$build/bench/gpu_floors")
budget=${ALSTER_GPU_SUITE_SECONDS:-590}
failed=0
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

if ! nvidia-smi -L > "$out/device.txt" 2>&1; then
    echo "gpu_suite.sh: no GPU answers ($(head -n 1 "$out/device.txt"))" >&2
    exit 69
fi
rm -f "$out"/{steps,floors,sweeps}.jsonl "$out"/{memcheck,racecheck,ncu,profiled}.txt "$out/tests.json"  # of an earlier run
nvidia-smi -L > "$out/device.txt"

if ! ls "${programs[@]}" > /dev/null 2>&1; then
    how="cmake --preset release && cmake --build --preset release --target ${programs[*]##*/}"
    if [ "$build" != build/release ]; then
        echo "gpu_suite.sh: $build is not built; for build/release: $how" >&2
        exit 1
    fi
    echo "== build"
    if ! eval "$how" > "$out/build.txt" 2>&1; then
        tail -n 20 "$out/build.txt" >&2
        echo "gpu_suite.sh: the build failed ($out/build.txt); by hand: $how" >&2
        exit 1
    fi
fi
SECONDS=0

# record NAME STATE EXIT_CODE SECONDS [REASON]
record() {
    python3 -c 'import json, sys
name, state, code, seconds, reason = sys.argv[1:]
print(json.dumps({"step": name, "state": state, "exit_code": int(code), "seconds": int(seconds), "reason": reason}))' \
        "$1" "$2" "$3" "$4" "${5:-}" | tee -a "$out/steps.jsonl"
}

# step NAME SECONDS COMMAND…: runs it within its time and what is left of the whole; its output goes to OUT/NAME.txt.
# Exit code 4 means skipped, as in CTest.
step() {
    local name=$1 limit=$2 begin=$SECONDS rc=124 state=failed
    shift 2
    [ "$limit" -le $((budget - SECONDS)) ] || limit=$((budget - SECONDS))
    echo "== $name"
    if [ "$limit" -gt 0 ]; then
        timeout --kill-after=5 "$limit" "$@" > "$out/$name.txt" 2>&1
        rc=$?
    else
        echo "no time was left" > "$out/$name.txt"
    fi
    case $rc in
        0) state=passed ;;
        4) state=skipped ;;
        124 | 137) state="out of time" ;;
    esac
    [ $rc = 0 ] || [ $rc = 4 ] || failed=1
    tail -n 3 "$out/$name.txt"
    record "$name" "$state" $rc $((SECONDS - begin)) "$([ $rc = 0 ] || tail -n 1 "$out/$name.txt")"
}

# needs TOOL STEP…: whether the tool is here; else the steps are recorded as skipped
needs() {
    local tool=$1 name
    shift
    command -v "$tool" > /dev/null && return
    for name; do record "$name" skipped 4 0 "no $tool on this machine"; done
    return 1
}

# lines of JSON out of a step's output
collect() { grep -h '^{' "$out/$1.txt" >> "$out/$2.jsonl"; }

# The limits of all steps are 590 seconds together, so that none takes another's time.
step tests 80 "$tests" --gtest_output="json:$out/tests.json"
for ranks in 2 3; do
    step "tests_on_${ranks}_ranks" 25 mpirun --oversubscribe --bind-to none -n $ranks \
        "$tests" --gtest_filter='*CudaTraining*:ExchangeCheck.*'
done

step floors 30 "$build/bench/gpu_floors"
collect floors floors

# measure NAME SECONDS SECONDS SECONDS FACTORS SHAPE…: sweeps of a set in every precision, then by `implicit`, then by the
# CPU backend with these factors
measure() {
    local name=$1 of_gpu=$2 of_implicit=$3 of_cpu=$4 factors=$5
    shift 5
    step "sweeps_$name" "$of_gpu" "$sweeps" "$@" --precision fp32,tf32x3,bf16 --write "$out/$name.bin"
    step "implicit_$name" "$of_implicit" python3 bench/implicit_gpu.py "$out/$name.bin"
    rm -f "$out/$name.bin"
    step "cpu_$name" "$of_cpu" "$build/bench/sweep_benchmark" "$@" --sweeps 2 --factors "$factors"
    for run in "sweeps_$name" "implicit_$name" "cpu_$name"; do collect "$run" sweeps; done
}
measure movielens 45 30 40 64,128,256 --users 138493 --items 26744 --interactions 20000000
measure netflix 60 40 60 64,128 --users 480189 --items 17770 --interactions 99000000

# rows of every bin and form, long ones, Gramian and lists
checked='*LargestSystems*:*LongRowsAreAssembled*:*ReportsTheLoss*:*GramianRotation*:TopK.EqualsTheReference*'
if needs compute-sanitizer memcheck racecheck; then
    for tool in memcheck racecheck; do
        step $tool 50 compute-sanitizer --tool $tool --error-exitcode 9 "$tests" --gtest_filter="$checked"
    done
fi

profiled=("$sweeps" --users 20000 --items 3000 --interactions 400000 --factors 128 --sweeps 2)
longest='^(solve_rows|gramian_kernel|rotate_kernel)$'
of="a fixed list of kernels"
if needs nsys longest_kernels; then
    step longest_kernels 20 bash -c 'nsys profile --force-overwrite true -o "$0" "${@:2}" > /dev/null &&
        nsys stats --report cuda_gpu_kern_sum --format csv --output - "$0.nsys-rep" > "$1"' \
        "$out/nsys" "$out/kernels.csv.tmp" "${profiled[@]}"
    if found=$(python3 scripts/longest_kernels.py "$out/kernels.csv.tmp" 2> /dev/null) && [ -n "$found" ]; then
        longest=$found of="the kernels that took longest"
    fi
    rm -f "$out"/nsys.* "$out/kernels.csv.tmp"
fi
if needs ncu ncu; then
    echo "$of, $longest" > "$out/profiled.txt"
    metrics=gpu__time_duration.sum,sm__throughput.avg.pct_of_peak_sustained_elapsed
    metrics+=,dram__throughput.avg.pct_of_peak_sustained_elapsed,lts__throughput.avg.pct_of_peak_sustained_elapsed
    metrics+=,sm__warps_active.avg.pct_of_peak_sustained_active,launch__registers_per_thread
    step ncu 35 ncu --csv --clock-control none --kernel-name "regex:$longest" --launch-count 12 --metrics $metrics \
        "${profiled[@]}"
fi
python3 scripts/gpu_table.py "$out" || failed=1
exit $failed

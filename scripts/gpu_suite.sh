#!/bin/bash
# What a machine with a GPU has to show, in at most ten minutes: tests on the device, memory and race checks, the device's
# floors, times of whole sweeps beside the CPU backend and `implicit`, profiles. A step that fails, or for which no time
# is left, does not end the suite.
#
#   bash scripts/gpu_suite.sh OUT [BUILD=build/release]     writes OUT/gpu_suite.json and OUT/gpu_suite.md
#
# Exit code 0: all steps passed; 1: some did not; 69: no GPU.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${1:?usage: gpu_suite.sh OUT [BUILD]} build=${2:-build/release}
mkdir -p "$out"
out=$(realpath "$out")
tests=$build/tests/gpu_test sweeps=$build/bench/cuda_sweep_benchmark
budget=${ALSTER_GPU_SUITE_SECONDS:-590}
failed=0
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

if ! nvidia-smi -L > "$out/device.txt" 2>&1; then
    echo "gpu_suite.sh: no GPU answers ($(head -n 1 "$out/device.txt"))" >&2
    exit 69
fi
rm -f "$out"/*.jsonl "$out"/*.txt.tmp
nvidia-smi -L > "$out/device.txt"

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
    printf '{"step": "%s", "state": "%s", "exit_code": %d, "seconds": %d}\n' \
        "$name" "$state" "$rc" $((SECONDS - begin)) | tee -a "$out/steps.jsonl"
}

# lines of JSON out of a step's output
collect() { grep -h '^{' "$out/$1.txt" >> "$out/$2.jsonl"; }

step tests 100 "$tests" --gtest_output="json:$out/tests.json"
for ranks in 2 3; do
    step "tests_on_${ranks}_ranks" 40 mpirun --oversubscribe --bind-to none -n $ranks \
        "$tests" --gtest_filter='*CudaTraining*:ExchangeCheck.*'
done

step floors 40 "$build/bench/gpu_floors"
collect floors floors

movielens=(--users 138493 --items 26744 --interactions 20000000)
netflix=(--users 480189 --items 17770 --interactions 99000000)
step sweeps_movielens 60 "$sweeps" "${movielens[@]}" --precision fp32,tf32x3,bf16 --write "$out/movielens.bin"
step implicit 60 python3 bench/implicit_gpu.py "$out/movielens.bin"
rm -f "$out/movielens.bin"
step sweeps_netflix 90 "$sweeps" "${netflix[@]}" --precision tf32x3,bf16
step sweeps_cpu 60 "$build/bench/sweep_benchmark" "${movielens[@]}" --sweeps 2
for name in sweeps_movielens implicit sweeps_netflix sweeps_cpu; do collect $name sweeps; done

# rows of every bin and form, long ones, Gramian and lists
checked='*LargestSystems*:*LongRowsAreAssembled*:*ReportsTheLoss*:*GramianRotation*:TopK.EqualsTheReference*'
if command -v compute-sanitizer > /dev/null; then
    for tool in memcheck racecheck; do
        step $tool 60 compute-sanitizer --tool $tool --error-exitcode 9 "$tests" --gtest_filter="$checked"
    done
fi
if command -v ncu > /dev/null; then
    metrics=gpu__time_duration.sum,sm__throughput.avg.pct_of_peak_sustained_elapsed
    metrics+=,dram__throughput.avg.pct_of_peak_sustained_elapsed,lts__throughput.avg.pct_of_peak_sustained_elapsed
    metrics+=,sm__warps_active.avg.pct_of_peak_sustained_active,launch__registers_per_thread
    step ncu 60 ncu --csv --clock-control none --kernel-name regex:'solve_rows|gramian_kernel|rotate_kernel' \
        --launch-count 12 --metrics $metrics \
        "$sweeps" --users 20000 --items 3000 --interactions 400000 --factors 128 --sweeps 2
fi
python3 scripts/gpu_table.py "$out" || failed=1
exit $failed

#!/bin/bash
# What a machine with a GPU has to show, in at most ten minutes: tests on the device, memory and race checks, the device's
# floors, times of whole sweeps beside the CPU backend, profiles.
#
#   bash scripts/gpu_suite.sh OUT [BUILD=build/release]     writes OUT/gpu_suite.json and OUT/gpu_suite.md; exit code 69: no GPU
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${1:?usage: gpu_suite.sh OUT [BUILD]} build=${2:-build/release}
mkdir -p "$out"
out=$(realpath "$out")
tests=$build/tests/gpu_test sweeps=$build/bench/cuda_sweep_benchmark

if ! nvidia-smi -L > "$out/device.txt" 2>&1; then
    echo "gpu_suite.sh: no GPU answers ($(head -n 1 "$out/device.txt"))" >&2
    exit 69
fi
echo "== tests on the device"
"$tests" --gtest_output="json:$out/tests.json" | tail -n 3

echo "== floors"
"$build/bench/gpu_floors" | tee "$out/floors.jsonl"

echo "== sweeps"
: > "$out/sweeps.jsonl"
movielens=(--users 138493 --items 26744 --interactions 20000000)
netflix=(--users 480189 --items 17770 --interactions 99000000)
"$sweeps" "${movielens[@]}" --precision fp32,tf32x3,bf16 | tee -a "$out/sweeps.jsonl"
"$sweeps" "${netflix[@]}" --precision tf32x3,bf16 | tee -a "$out/sweeps.jsonl"
"$build/bench/sweep_benchmark" "${movielens[@]}" --sweeps 2 | tee -a "$out/sweeps.jsonl"

if command -v compute-sanitizer > /dev/null; then
    for tool in memcheck racecheck; do
        echo "== compute-sanitizer $tool"
        timeout 120 compute-sanitizer --tool "$tool" --error-exitcode 9 "$tests" --gtest_filter='*ReportsTheLoss*:*JointBias*' \
            > "$out/$tool.txt" 2>&1 && echo "clean" || echo "exit code $?, see $out/$tool.txt"
    done
fi
if command -v ncu > /dev/null; then
    echo "== ncu"
    timeout 120 ncu --clock-control none --kernel-name regex:'solve_rows|gramian' --launch-count 6 --set full \
        "$sweeps" --users 20000 --items 3000 --interactions 400000 --factors 128 --sweeps 2 \
        > "$out/ncu.txt" 2>&1 || echo "ncu failed, see $out/ncu.txt"
fi
python3 scripts/gpu_table.py "$out"

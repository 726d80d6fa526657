#!/bin/bash
# What a machine with a GPU has to show, in at most ten minutes: tests on the device, memory and race checks, times.
#
#   bash scripts/gpu_suite.sh OUT [BUILD=build/release]     writes OUT/gpu_suite.json and OUT/gpu_suite.md; exit code 69: no GPU
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${1:?usage: gpu_suite.sh OUT [BUILD]} build=${2:-build/release}
mkdir -p "$out"
out=$(realpath "$out") work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
alster=$build/alster tests=$build/tests/gpu_test

if ! nvidia-smi -L > "$out/device.txt" 2>&1; then
    echo "gpu_suite.sh: no GPU answers ($(head -n 1 "$out/device.txt"))" >&2
    exit 69
fi
echo "== tests on the device"
"$tests" --gtest_output="json:$out/tests.json" | tail -n 3

# dataset NAME USERS ITEMS RATINGS
dataset() {
    "$alster" synth --users "$2" --items "$3" --events "$4" --log ratings --out "$work/$1" > /dev/null
    "$alster" prepare --input "$work/$1/events.csv" --format csv --header \
        --columns user=0,item=1,value=2,time=3 --out "$work/$1.h5" > /dev/null
    rm -r "${work:?}/$1"
}

if command -v compute-sanitizer > /dev/null; then
    for tool in memcheck racecheck; do
        echo "== compute-sanitizer $tool"
        timeout 120 compute-sanitizer --tool "$tool" --error-exitcode 9 "$tests" --gtest_filter='*ReportsTheLoss*:*JointBias*' \
            > "$out/$tool.txt" 2>&1 && echo "clean" || echo "exit code $?, see $out/$tool.txt"
    done
fi

echo "== times"
dataset large 138493 26744 20000000
for factors in 64 128 256; do
    for mode in fp32 tf32x3 bf16; do
        "$alster" train --data "$work/large.h5" --factors $factors --sweeps 5 --backend cuda --precision $mode \
            --out "$work/$factors.$mode" > /dev/null
    done
    "$alster" train --data "$work/large.h5" --factors $factors --sweeps 2 --backend cpu --out "$work/$factors.cpu" > /dev/null
done
if command -v ncu > /dev/null; then
    echo "== ncu"
    dataset small 20000 3000 400000
    timeout 120 ncu --clock-control none --kernel-name regex:solve_rows --launch-count 3 --set full \
        "$alster" train --data "$work/small.h5" --factors 128 --sweeps 1 --backend cuda --out "$work/ncu" \
        > "$out/ncu.txt" 2>&1 || echo "ncu failed, see $out/ncu.txt"
fi
python3 scripts/gpu_table.py "$work" "$out"

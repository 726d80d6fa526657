#!/bin/bash
# What needs a GPU says on a machine without one, in one line, that there is none, and ends with 69 before it makes any
# data.
#
#   no_gpu_test.sh GPU_TEST GPU_FLOORS CUDA_SWEEP_BENCHMARK CUDA_TOP_K_BENCHMARK
set -euo pipefail
gpu_test=$1 floors=$2 sweeps=$3 top_k=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CUDA_VISIBLE_DEVICES=   # a machine that has GPUs then has none
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

refused() {
    local rc=0
    "$@" > "$work/said" 2>&1 || rc=$?
    if [ $rc != 69 ] || [ "$(wc -l < "$work/said")" != 1 ] || ! grep -qE "^${1##*/}: (no GPU|no NVIDIA driver|no CUDA)" "$work/said"; then
        echo "$* ended with $rc and said:"
        head -n 20 "$work/said"
        exit 1
    fi
}
refused "$gpu_test"
refused "$floors"
refused "$sweeps" --users 1000 --items 100 --interactions 5000 --write "$work/set"
[ ! -e "$work/set" ]
refused "$top_k"
rc=0
mpirun --oversubscribe --bind-to none -n 2 "$gpu_test" > "$work/said" 2>&1 || rc=$?
[ $rc = 69 ]
[ "$(grep -c '^gpu_test: no GPU' "$work/said")" = 1 ]
echo "no GPU is said once, with exit code 69"

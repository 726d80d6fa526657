#!/bin/bash
# What a machine with a GPU has to show, within the minutes it is lent for: the device's floors, sweeps, tests, ranks, every
# kernel's time by bin and form, `implicit` beside them, memory and race checks, the CPU. What is worth most comes first. A
# step that fails does not end the suite; one whose tool is missing, or for which no time is left, is skipped with a reason.
#
#   bash scripts/gpu_suite.sh OUT [BUILD [SECONDS]]     writes OUT/gpu_suite.json, OUT/gpu_suite.md and OUT/logs.tar.gz
#
# Without BUILD it takes build/release, and builds first what is not there yet: its SECONDS (330) begin after that.
#
# Exit code 0: no step failed; 1: some did or ran out of time, or the build failed; 69: no GPU.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${1:?usage: gpu_suite.sh OUT [BUILD [SECONDS]]} build=${2:-build/release}
budget=${3:-${ALSTER_GPU_SUITE_SECONDS:-330}}
mkdir -p "$out"
out=$(realpath "$out")
logs=$out/logs
tests=$build/tests/gpu_test commands=$build/tests/serving_commands_test
sweeps=$build/bench/cuda_sweep_benchmark lists=$build/bench/cuda_top_k_benchmark
programs=("$tests" "$commands" "$sweeps" "$lists" "$build/bench/sweep_benchmark" "$build/bench/gpu_floors" "$build/alster")
failed=0
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

if ! answer=$(nvidia-smi -L 2>&1); then
    echo "gpu_suite.sh: no GPU answers (${answer%%$'\n'*})" >&2
    exit 69
fi
rm -rf "$logs" "$out"/{gpu_suite.json,gpu_suite.md,logs.tar.gz}   # of an earlier run
mkdir -p "$logs"

if ! ls "${programs[@]}" > /dev/null 2>&1; then
    how="cmake --preset release && cmake --build --preset release --target ${programs[*]##*/}"
    if [ "$build" != build/release ]; then
        echo "gpu_suite.sh: $build is not built; for build/release: $how" >&2
        exit 1
    fi
    echo "== build"
    if ! eval "$how" > "$logs/build.txt" 2>&1; then
        tail -n 20 "$logs/build.txt" >&2
        echo "gpu_suite.sh: the build failed ($logs/build.txt); by hand: $how" >&2
        exit 1
    fi
fi

# What is measured, and where. A build that was carried here says its revision and its compiler itself.
{
    echo "card: ${answer%%$'\n'*}"
    echo "driver: $(nvidia-smi --query-gpu=driver_version --format=csv,noheader 2>&1 | head -n 1)"
    if [ -e "$build/REVISION" ]; then
        sed '1s/^/revision: /; 2s/^/build: /' "$build/REVISION"
    else
        echo "revision: alster $(git describe --always --dirty 2> /dev/null || echo unknown)"
        echo "build: $( (nvcc --version || /usr/local/cuda/bin/nvcc --version) 2> /dev/null | grep release || echo 'no nvcc here')"
    fi
    echo "host: $(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)"
} > "$logs/header.txt"

state_of_card() {
    nvidia-smi --query-gpu=clocks.sm,clocks.mem,temperature.gpu,power.draw --format=csv 2>&1 | head -n 2 > "$logs/card_$1.txt"
}

# Also where the suite is stopped from outside: what was measured is kept.
finish() {
    state_of_card after
    rm -f "$logs"/*.bin
    python3 scripts/gpu_table.py "$out" || failed=1
    tar -C "$out" -czf "$out/logs.tar.gz" logs && rm -r "$logs"
    exit $failed
}
trap 'failed=1; exit' HUP INT TERM
trap finish EXIT
state_of_card before
SECONDS=0

whole=330   # what the shares of all steps are together; with another budget they are so much larger or smaller
due=0       # the sum of the shares so far: a step has until then, and so what those before it left over, but at most
            # three times its own share

skip() {
    python3 scripts/gpu_step.py "$1" "$2" skipped "$3" | tee -a "$logs/steps.jsonl"
}

# step NAME SHARE COMMAND…: runs it within its time; its output goes to logs/NAME.txt. Exit code 4 means skipped.
step() {
    local name=$1 share=$2 begin=$SECONDS limit most rc=0
    shift 2
    due=$((due + share))
    limit=$((due * budget / whole - SECONDS))
    most=$((3 * share * budget / whole + 1))
    limit=$((limit < most ? limit : most))
    if [ $limit -lt 1 ] || [ $((3 * limit * whole)) -lt $((share * budget)) ]; then
        skip "$name" "$share" "Its share is $((share * budget / whole)) s of $budget, and the steps before it left $((limit > 0 ? limit : 0)) s."
        return
    fi
    echo "== $name"
    timeout --kill-after=5 "$limit" "$@" > "$logs/$name.txt" 2>&1 || rc=$?
    [ $rc = 0 ] || [ $rc = 4 ] || failed=1
    tail -n 3 "$logs/$name.txt" | cut -c 1-400
    python3 scripts/gpu_step.py "$name" "$share" ended $((SECONDS - begin)) "$limit" $rc "$logs/$name.txt" |
        tee -a "$logs/steps.jsonl"
}

# with TOOL NAME SHARE COMMAND…: a step that needs a tool
with() {
    if command -v "$1" > /dev/null; then
        step "${@:2}"
    else
        due=$((due + $3))
        skip "$2" "$3" "There is no $1 on this machine."
    fi
}

movielens=(--users 138493 --items 26744 --interactions 20000000)
netflix=(--users 480189 --items 17770 --interactions 99000000)
every=(--precision fp32,tf32x3,bf16)

step floors 15 "$build/bench/gpu_floors"
step sweeps_movielens 30 "$sweeps" "${movielens[@]}" "${every[@]}" --factors 64,128,256 --write "$logs/movielens.bin"
step tests 40 "$tests"
step tests_on_2_ranks 15 mpirun --oversubscribe --bind-to none -n 2 \
    "$tests" --gtest_filter='*CudaTraining*:ExchangeCheck.*'

# each kernel by bin and form, on the real shape: few metrics, so that few passes; the caches as the kernel before left them
metrics=gpu__time_duration.sum,dram__bytes.sum,sm__warps_active.avg.pct_of_peak_sustained_active
for precision in tf32x3 bf16; do
    with ncu kernels_$precision 18 ncu --csv --print-units base --clock-control none --cache-control none --metrics $metrics \
        "$sweeps" "${movielens[@]}" --factors 128 --precision $precision --sweeps 2 --only-sweeps
done

step sweeps_netflix 40 "$sweeps" "${netflix[@]}" "${every[@]}" --factors 64,128,256 --write "$logs/netflix.bin"
step implicit_movielens 12 python3 bench/implicit_gpu.py "$logs/movielens.bin" --factors 64,128,256
step implicit_netflix 16 python3 bench/implicit_gpu.py "$logs/netflix.bin" --factors 64,128
rm -f "$logs"/*.bin

# the program on the card, and what its models are worth; commands that take the card, of those that are tested
step commands 14 env ALSTER_PROGRAM="$build/alster" ALSTER_EXPECTED_BACKEND=cuda "$commands" \
    --gtest_filter='*TheChosenBackend*:*SameDigitsOnAnyNumber*:*RatingsOfAnExplicitModel*:*SameListsForAll*:*SimilarLists*'
step quality 16 python3 scripts/gpu_quality.py "$build/alster"

step lists_movielens 6 "$lists" --candidates 26744 --factors 128 --k 10,100
step lists_of_9_million 10 "$lists" --candidates 9000000 --factors 96 --k 10 --queries 4096 --runs 3
step sweeps_wide 14 "$sweeps" --users 30000 --items 6000 --interactions 3000000 "${every[@]}" --factors 512,1024 --sweeps 4

# rows of every bin and form, long ones, Gramian and lists; a test at a time, so that one that hangs costs the others nothing
checked=('rows:*LargestSystems*' 'long_rows:*LongRowsAreAssembled*' 'loss:*ReportsTheLoss*' 'basis:*GramianRotation*'
         'lists:TopK.EqualsTheReference*')
for tool in memcheck:4 racecheck:4 initcheck:2; do
    for test in "${checked[@]}"; do
        with compute-sanitizer "${tool%:*}_${test%%:*}" "${tool#*:}" compute-sanitizer --tool "${tool%:*}" \
            --error-exitcode 9 "$tests" --gtest_filter="${test#*:}"
    done
done

step tests_on_3_ranks 6 mpirun --oversubscribe --bind-to none -n 3 \
    "$tests" --gtest_filter='*CudaTraining*:ExchangeCheck.*'
step cpu_movielens 10 "$build/bench/sweep_benchmark" "${movielens[@]}" --factors 128 --sweeps 2 --only-sweeps

#!/bin/bash
# What takes too long for every change: the tests labelled nightly, each fuzzer for ten minutes, 500 kills of a run, and
# all unit tests under ASan and UBSan. Two hours on two cores. Exit code 0: nothing failed.
#
#   bash scripts/nightly.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export ASAN_OPTIONS=detect_leaks=0   # Open MPI keeps some memory until the end of the process

failed=()
# run NAME COMMAND…: notes the name of what fails, and goes on
run() {
    local name=$1
    shift
    echo "== $name"
    "$@" || failed+=("$name")
}

scripts/install_dependencies.sh --nightly
bash scripts/test.sh --sanitize || failed+=("scripts/test.sh --sanitize")
run "sanitized build" cmake --build --preset sanitize
run "sanitized programs" ctest --preset sanitize -L unit -LE 'in-process|nightly' -j "$(nproc)" --no-tests=error
run "nightly tests" ctest --preset ci -L nightly -j "$(nproc)" --no-tests=error
run "500 kills" /usr/bin/python3 tests/host/train/kill_test.py build/ci/alster 500
run "recipes" bash scripts/recipes.sh
# run_or_skip NAME COMMAND…: exit code 4 means that what it needs is not here, and it has said so
run_or_skip() {
    run "$1" bash -c '"$@" || [ $? = 4 ]' run "${@:2}"
}
run_or_skip "packages" bash packaging/test_packages.sh
run_or_skip "streams" bash packaging/test_streams.sh build/ci/alster
if [ -d build/fuzz ]; then
    cmake --preset fuzz -DALSTER_FUZZ_SECONDS=600 > build/fuzz.log
    run "fuzzers" ctest --preset fuzz -j "$(nproc)" --no-tests=error
    cmake --preset fuzz -DALSTER_FUZZ_SECONDS=60 > build/fuzz.log
fi
if [ ${#failed[@]} -gt 0 ]; then
    printf 'failed: %s\n' "${failed[@]}"
    exit 1
fi
echo "all of the nightly run passed"

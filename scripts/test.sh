#!/bin/bash
# Installs what is missing, builds with warnings as errors, runs all tests. Exit code 0: none failed.
# With CI=true the tests on a real Slurm, over a network and the fuzzers fail where they cannot run.
#
#   bash scripts/test.sh [--sanitize]
#
# --sanitize: then the test programs that do not start alster again under ASan and UBSan, and the fuzzers. The others,
# which take as long again, are sanitized every night (scripts/nightly.sh).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

sanitize=no
case "${1:-}" in
    "") ;;
    --sanitize) sanitize=yes ;;
    *)
        echo "usage: test.sh [--sanitize]" >&2
        exit 64
        ;;
esac

passed=0 failed=0 skipped=0
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export ASAN_OPTIONS=detect_leaks=0   # Open MPI keeps some memory until the end of the process

# Adds the counts of a JUnit report by CTest, whose first element holds them.
count() {
    local suite tests
    suite=$(tr '\n\t' '  ' < "$1" | grep -o '<testsuite [^>]*>')
    number() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<< "$suite"; }
    tests=$(number tests)
    failed=$((failed + $(number failures)))
    skipped=$((skipped + $(number skipped) + $(number disabled)))
    passed=$((passed + tests - $(number failures) - $(number skipped) - $(number disabled)))
}

# build_and_test PRESET TARGET [ctest options]
build_and_test() {
    local preset=$1 target=$2 log=build/$1.log
    shift 2
    mkdir -p build
    echo "== $preset: building ($SECONDS s so far; log: $log)"
    if ! { cmake --preset "$preset" && cmake --build --preset "$preset" --target "$target"; } > "$log" 2>&1; then
        grep -E -A 20 'FAILED|rror:' "$log" | head -n 60 >&2 || tail -n 30 "$log" >&2
        echo "test.sh: $preset does not build" >&2
        exit 1
    fi
    echo "== $preset: testing ($SECONDS s so far)"
    rm -f "build/$preset.xml"
    # tests on several ranks state how many processors they take, so that they are not run beside others
    ctest --preset "$preset" -j "$(nproc)" -LE nightly --no-tests=error --output-junit "$PWD/build/$preset.xml" "$@" || true
    count "build/$preset.xml"
}

# clang and its runtime libraries are packages of their own.
fuzzing_is_possible() {
    command -v clang++-14 > /dev/null && compgen -G "$(clang++-14 -print-runtime-dir)/libclang_rt.fuzzer-*.a" > /dev/null
}

scripts/install_dependencies.sh --tests
build_and_test ci all
if [ $sanitize = yes ]; then
    build_and_test sanitize in_process_tests -L in-process
    if fuzzing_is_possible; then
        build_and_test fuzz all
    else
        echo "SKIPPED: the fuzzers take clang-14 and libclang-rt-14-dev"
        skipped=$((skipped + 1))
        [ "${CI:-}" != true ] || failed=$((failed + 1))
    fi
fi

# cases skipped inside of a test program, which CTest does not see
cases=$(grep -ahE '^\[  SKIPPED \] [A-Za-z_/0-9]+\.' build/*/Testing/Temporary/LastTest.log 2> /dev/null | grep -c ' ms)$' || true)
if [ "$cases" -gt 0 ]; then
    echo "($cases cases inside of the programs were skipped; real data are looked for where ALSTER_TEST_DATA points)"
fi
echo "($SECONDS s)"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]

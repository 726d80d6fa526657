#!/bin/bash
# The emulation must find planted mistakes, each in the build that is made for it, and nothing where there is none.
#
#   planted_bugs_test.sh PROGRAM VARIANT      PROGRAM: planted_bugs of that variant (plain, asan or tsan)
set -uo pipefail
program=$1 variant=$2 failed=0
export TSAN_OPTIONS=halt_on_error=1 ASAN_OPTIONS=detect_leaks=0   # the program leaves its memory to its end

# expect clean|caught|refused NAME
expect() {
    "$(dirname "$0")/fixed_addresses.sh" "$program" "$2" > /dev/null 2>&1
    local rc=$? got=clean
    [ $rc = 0 ] || got=caught
    [ $rc != 2 ] || got=refused
    if [ "$got" != "$1" ]; then
        echo "$variant: $2 should be $1, exit code $rc" >&2
        failed=1
    fi
}

expect clean none
expect caught divergent_barrier
expect caught absent_lane
expect caught unwritten_shared
expect caught missing_wait
expect caught pageable_copy
expect clean shared_raised
expect refused shared_not_raised
expect refused shared_beyond_device
expect refused large_grid
case $variant in
    plain) expect caught missing_barrier ;;
    asan) expect caught beyond_shared ;;
    tsan) expect caught missing_barrier && expect caught block_race ;;
esac
exit $failed

#!/bin/bash
# What happens where output cannot be written: full_disk_test.sh ALSTER
#
# A small file system in memory is full, becomes full half-way, is read-only, or belongs to somebody else; prepare, train
# (its checkpoints and its model) and recommend must end with exit code 73 or 74 and one line, leave what was there before
# as it was, and nothing half. Exit code 4: skipped (it takes root to mount).
set -euo pipefail
# shellcheck source=tests/support/skip.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../support/skip.sh"
alster=$(realpath "$1")
work=$(mktemp -d)
disk=$work/disk
trap 'umount "$disk" 2> /dev/null || true; rm -rf "$work"' EXIT
mkdir "$disk"
if ! mount -t tmpfs -o size=4m none "$disk" 2> /dev/null; then
    skip "a file system cannot be mounted here (it takes root)"
fi
chmod 755 "$work" "$disk"
cp "$alster" "$work/alster"  # where everybody may read it
alster=$work/alster
export OMP_NUM_THREADS=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_btl=tcp,self OMPI_MCA_btl_tcp_if_include=lo
cases=0

fail() {
    echo "FAILED: $*" >&2
    cat "$work/err" >&2
    exit 1
}

# refused CODES COMMAND…: ends with one of the codes and says so in one line
refused() {
    local codes=$1 code=0
    shift
    "$@" > /dev/null 2> "$work/err" || code=$?
    [[ " $codes " == *" $code "* ]] || fail "exit code $code instead of $codes: $*"
    [ "$(grep -c '^alster: ' "$work/err")" = 1 ] || fail "not one line: $*"
    [ -z "$(find "$disk" -name '*.tmp')" ] || fail "something half is left: $*"
    cases=$((cases + 1))
}

# Leaves so many KiB on the disk, whatever was there.
leave() {
    rm -f "$disk/filler"
    local free
    free=$(df --output=avail -k "$disk" | tail -n 1)
    [ "$free" -le "$1" ] || head -c "$(((free - $1) * 1024))" /dev/zero > "$disk/filler"
}

one() { "$alster" "$@"; }
two() { mpirun --oversubscribe --bind-to none -n 2 "$alster" "$@"; }
somebody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$alster" "$@"; }
prepare=(prepare --input "$work/events.csv" --format csv --header --columns user=0,item=1,value=2,time=3)
train=(train --data "$work/data.h5" --factors 12 --sweeps 3 --checkpoint-minutes 1e-6)
recommend=(recommend --model "$work/run/model.h5" --data "$work/data.h5" --all --k 20)

one synth --users 900 --items 300 --events 15000 --log ratings --out "$work" > /dev/null
one "${prepare[@]}" --out "$work/data.h5" > /dev/null
one "${train[@]}" --out "$work/run" > /dev/null 2>&1

# A file that is there stays, whether the room ends before the first byte or before the last: `size` is what it takes.
never_half() {
    local launch=$1 file=$2 size free
    shift 2
    leave 100000
    "$launch" "$@" > /dev/null 2>&1
    cp "$file" "$work/before"
    size=$(($(stat -c %s "$file") / 1024))
    for free in 0 8 $((size / 3)) $((size / 2)) $((size * 9 / 10)) $((size - 8)); do
        leave "$free"
        refused "73 74" "$launch" "$@"
        cmp -s "$file" "$work/before" || fail "what was there is not as it was: $file"
    done
    leave 100000
    "$launch" "$@" > /dev/null 2>&1 || fail "it does not work where there is room"
    rm "$file"
}
never_half one "$disk/data.h5" "${prepare[@]}" --out "$disk/data.h5"
never_half two "$disk/lists.h5" "${recommend[@]}" --out "$disk/lists.h5"
never_half one "$disk/lists.jsonl" "${recommend[@]}" --out "$disk/lists.jsonl"
never_half two "$disk/run/model.h5" "${train[@]}" --overwrite --out "$disk/run"

# A checkpoint that cannot be written ends the run; the one before stays, and the run goes on from it later.
rm -rf "$disk/run"
two "${train[@]}" --stop-after-minutes 1e-9 --out "$disk/run" > /dev/null 2>&1 || [ $? = 75 ] || fail "no checkpoint"
checkpoint=$(ls "$disk"/run/ckpt/*.h5)
cp "$checkpoint" "$work/before"
for free in 16 32 60; do
    leave $free
    refused "73 74" two "${train[@]}" --out "$disk/run"
    cmp -s "$checkpoint" "$work/before" || fail "the checkpoint is not as it was"
done
leave 100000
two "${train[@]}" --out "$disk/run" > /dev/null 2> "$work/err" || fail "the run does not go on"
grep -q "goes on after" "$work/err" || fail "the run began anew"
cmp -s <(one inspect --json "$disk/run/model.h5" | grep -o '"/[a-z]*/factors[^}]*') \
       <(one inspect --json "$work/run/model.h5" | grep -o '"/[a-z]*/factors[^}]*') || fail "other factors"

# Somebody else's directory, and a disk that is read-only
mkdir -m 755 "$disk/mine"
for launch in somebody one; do
    [ $launch = somebody ] || mount -o remount,ro "$disk"
    refused 73 $launch "${prepare[@]}" --out "$disk/mine/data.h5"
    refused 73 $launch "${train[@]}" --out "$disk/mine/run"
    refused 73 $launch "${recommend[@]}" --out "$disk/mine/lists.h5"
    refused 73 $launch "${recommend[@]}" --out "$disk/mine/lists.jsonl"
done
echo "$cases refusals with exit code 73 or 74 and one line, nothing half, nothing lost"

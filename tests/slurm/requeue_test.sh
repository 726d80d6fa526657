#!/bin/bash
# On a real local Slurm: runs that are signalled, preempted or lose a rank end with the model of an undisturbed one; the
# GPU script on nodes with two GPUs each, by the program on emulated ones where it was built.
#   requeue_test.sh ALSTER REPOSITORY [ALSTER_ON_EMULATED_GPUS]
set -euo pipefail
alster=$1 repository=$2 on_gpus=${3:-}

skip() {
    echo "SKIPPED: $*"
    exit 4
}
[ "$(id -u)" = 0 ] || skip "a local Slurm needs root"
for program in munged slurmctld slurmd sbatch; do
    command -v $program > /dev/null || skip "$program is not installed (scripts/install_dependencies.sh --tests)"
done

work=$(mktemp -d /tmp/alster-slurm-XXXXXX)
finish() {
    "$repository/tests/slurm/local_slurm.sh" stop "$work/slurm"
    rm -rf "$work"
}
trap finish EXIT
fail() {
    echo "FAILED: $*"
    tail -n 20 "$work"/*.log 2> /dev/null
    exit 1
}

"$repository/tests/slurm/local_slurm.sh" start "$work/slurm" 2 2
# shellcheck source=/dev/null
. "$work/slurm/env"
cd "$work"
"$alster" synth --users 20000 --items 3000 --events 600000 --log ratings --out "$work" > synth.log
"$alster" prepare --input events.csv --format csv --header --columns user=0,item=1,value=2,time=3 --out dataset.h5 > prepare.log
settings=(--objective implicit --factors 48 --sweeps 40)
"$alster" train --data dataset.h5 --out undisturbed "${settings[@]}" > undisturbed.log 2>&1

state() { scontrol -o show job "$1" | grep -o " $2=[^ ]*" | cut -d= -f2; }
# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
    for _ in $(seq $(($1 * 10))); do
        "${@:2}" && return 0
        sleep 0.1
    done
    return 1
}
started() { grep -q '"event":"sweep"' "$1/metrics.jsonl" 2> /dev/null; }
ended() { ! [[ $(state "$1" JobState) =~ PENDING|CONFIGURING|RUNNING|COMPLETING|REQUEUED|SUSPENDED ]]; }
submit() {
    ALSTER=$alster sbatch --parsable --nodes=2 --cpus-per-task=1 --output="$1.log" "${@:2}" \
        "$repository/slurm/train_cpu.sbatch" dataset.h5 "$1" "${settings[@]}"
}
# The job has this state and number of restarts, and its run the bits of the undisturbed one.
expect() {
    wait_for 90 ended "$1" || fail "$2: still $(state "$1" JobState)"
    [ "$(state "$1" JobState)" = COMPLETED ] || fail "$2: $(state "$1" JobState) $(state "$1" ExitCode)"
    [ "$(state "$1" Restarts)" = "$3" ] || fail "$2: $(state "$1" Restarts) restarts"
    grep -q "goes on after" "$2.log" || fail "$2 did not go on from a checkpoint"
    same_bits "$2"
}
same_bits() {
    /usr/bin/python3 - "$1" <<'CHECK' || fail "$1 has other bits than the undisturbed run"
import sys
import h5py
with h5py.File("undisturbed/model.h5") as a, h5py.File(sys.argv[1] + "/model.h5") as b:
    sys.exit(any((a[name][:] != b[name][:]).any() for name in ("users/factors", "items/factors")))
CHECK
}

echo "-- USR1: saved, put back into the queue by the script, gone on with"
job=$(submit signalled)
wait_for 60 started signalled || fail "no sweep in a minute"
scancel --signal=USR1 "$job"
expect "$job" signalled 1
grep -q "asked to end by a signal" signalled.log || fail "not ended by the signal"

echo "-- preempted by a job of a partition that goes first: the same"
job=$(submit preempted)
wait_for 60 started preempted || fail "no sweep in a minute"
urgent=$(sbatch --parsable --partition=urgent --nodes=2 --exclusive --output=urgent.log --wrap "sleep 1")
expect "$job" preempted 1
[ "$(state "$urgent" JobState)" = COMPLETED ] || fail "the urgent job: $(state "$urgent" JobState)"

echo "-- a killed rank ends the job at once, and the same command goes on"
job=$(submit killed --no-requeue)
wait_for 60 started killed || fail "no sweep in a minute"
pkill -USR2 -f "train --data dataset.h5 --out killed"
wait_for 20 grep -q "asked for by a signal" killed.log || fail "not saved when asked to"
pkill -KILL -n -f "alster train --data dataset.h5 --out killed"
begin=$SECONDS
wait_for 15 ended "$job" || fail "still $(state "$job" JobState) 15 s after a rank died"
echo "   ended after $((SECONDS - begin)) s"
[ "$(state "$job" JobState)" = FAILED ] || fail "killed: $(state "$job" JobState)"
job=$(submit killed)
expect "$job" killed 0

if [ -n "$on_gpus" ]; then
    echo "-- the GPU script, two nodes of two GPUs"
    mkdir small
    "$alster" synth --users 300 --items 100 --events 5000 --log ratings --out small > synth.log
    "$alster" prepare --input small/events.csv --format csv --header --columns user=0,item=1,value=2,time=3 \
        --out small.h5 > prepare.log
    job=$(ALSTER=$on_gpus sbatch --parsable --nodes=2 --gpus-per-node=2 --ntasks-per-node=2 --cpus-per-task=1 \
        --output=gpus.log "$repository/slurm/train.sbatch" small.h5 gpus --factors 8 --sweeps 1)
    wait_for 90 ended "$job" || fail "gpus: still $(state "$job" JobState)"
    [ "$(state "$job" JobState)" = COMPLETED ] || fail "gpus: $(state "$job" JobState) $(state "$job" ExitCode)"
    grep -q "4 ranks.*cuda backend" gpus.log || fail "not four ranks on GPUs"
fi
echo "passed"

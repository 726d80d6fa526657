# shellcheck shell=bash
# For sourcing by a test, whose ALSTER and REPOSITORY are set: a real local Slurm of three nodes with two CPUs each, in a
# directory of its own that is removed at the end, a dataset there, and words to ask for the state of jobs.
: "${alster:?}" "${repository:?}"
. "$repository/tests/support/skip.sh"
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

"$repository/tests/slurm/local_slurm.sh" start "$work/slurm" 3 2
. "$work/slurm/env"
cd "$work"

# make_dataset NAME USERS ITEMS EVENTS: NAME.h5, one event of each user held out
make_dataset() {
    mkdir "$1"
    "$alster" synth --users "$2" --items "$3" --events "$4" --log ratings --out "$1" > synth.log
    "$alster" prepare --input "$1/events.csv" --header --columns user=0,item=1,value=2,time=3 --split last:1 \
        --out "$1.h5" > prepare.log 2>&1
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
    for _ in $(seq $(($1 * 10))); do
        "${@:2}" && return 0
        sleep 0.1
    done
    return 1
}
# state JOB KEY: what Slurm says of it
state() { scontrol -o show job "$1" | grep -o " $2=[^ ]*" | cut -d= -f2; }
ended() { ! [[ $(state "$1" JobState) =~ PENDING|CONFIGURING|RUNNING|COMPLETING|REQUEUED|SUSPENDED ]]; }
# started RUN: its first sweep is over
started() { grep -q '"event":"sweep"' "$1/metrics.jsonl" 2> /dev/null; }

# expect_state JOB STATE RESTARTS
expect_state() {
    wait_for 400 ended "$1" || fail "job $1: still $(state "$1" JobState)"
    [ "$(state "$1" JobState)" = "$2" ] || fail "job $1: $(state "$1" JobState) $(state "$1" ExitCode), not $2"
    [ "$(state "$1" Restarts)" = "$3" ] || fail "job $1: $(state "$1" Restarts) restarts, not $3"
}
# expect_same_bits RUN OTHER_RUN
expect_same_bits() {
    /usr/bin/python3 - "$@" << 'CHECK' || fail "$1 has other bits than $2"
import sys
import h5py
with h5py.File(sys.argv[1] + "/model.h5") as a, h5py.File(sys.argv[2] + "/model.h5") as b:
    sys.exit(any((a[name][:] != b[name][:]).any() for name in ("users/factors", "items/factors")))
CHECK
}

#!/bin/bash
# On a real local Slurm: the job script trains on two nodes, and a launch without process management is refused.
#   train_cpu_test.sh ALSTER REPOSITORY
set -euo pipefail
alster=$1 repository=$2

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
    cat "$work"/*.log 2> /dev/null
    exit 1
}

"$repository/tests/slurm/local_slurm.sh" start "$work/slurm" 2 2
# shellcheck source=/dev/null
. "$work/slurm/env"
cd "$work"

echo "-- srun without process management is refused with exit code 69 and the cure, in one line"
code=0
timeout 60 srun --mpi=none -N2 -n2 "$alster" train --data none.h5 --out run > refused.log 2>&1 || code=$?
[ $code = 69 ] || fail "exit code $code, not 69"
[ "$(grep -c '^alster: ' refused.log)" = 1 ] || fail "not one line"
grep -q '^alster: .*started as 2 singletons; use srun --mpi=pmix' refused.log || fail "no cure"

echo "-- the job script trains on two nodes"
"$alster" synth --users 500 --items 200 --events 8000 --log ratings --out "$work" > synth.log
"$alster" prepare --input events.csv --format csv --header --columns user=0,item=1,value=2,time=3 --out dataset.h5 > prepare.log
job=$(ALSTER=$alster sbatch --parsable --nodes=2 --cpus-per-task=1 --output=job.log \
    "$repository/slurm/train_cpu.sbatch" dataset.h5 run --objective implicit --factors 8 --sweeps 2)
state() { scontrol -o show job "$job" | grep -o "$1=[^ ]*"; }
for _ in $(seq 600); do
    [[ $(state JobState) =~ PENDING|CONFIGURING|RUNNING|COMPLETING ]] || break
    sleep 0.1
done
[ "$(state JobState)" = JobState=COMPLETED ] || fail "$(state JobState) $(state ExitCode)"
[ "$(state ExitCode)" = ExitCode=0:0 ] || fail "$(state ExitCode)"
[ "$(state NumNodes)" = NumNodes=2 ] || fail "$(state NumNodes)"
[ -s run/model.h5 ] || fail "no model.h5, which has this name only when it is complete"
echo "passed"

#!/bin/bash
# On a real local Slurm: the job script trains on three nodes, and a launch without process management is refused.
#   train_cpu_test.sh ALSTER REPOSITORY
set -euo pipefail
alster=$1 repository=$2
. "$repository/tests/slurm/on_local_slurm.sh"

echo "-- srun without process management is refused with exit code 69 and the cure, in one line"
code=0
timeout 60 srun --mpi=none -N3 -n3 "$alster" train --data none.h5 --out run > refused.log 2>&1 || code=$?
[ $code = 69 ] || fail "exit code $code, not 69"
[ "$(grep -c '^alster: ' refused.log)" = 1 ] || fail "not one line"
grep -q '^alster: .*started as 3 singletons; use srun --mpi=pmix' refused.log || fail "no cure"

echo "-- the job script trains on three nodes"
make_dataset dataset 500 200 8000
job=$(ALSTER=$alster sbatch --parsable --nodes=3 --cpus-per-task=1 --output=job.log \
    "$repository/slurm/train_cpu.sbatch" dataset.h5 run --factors 8 --sweeps 2)
expect_state "$job" COMPLETED 0
[ "$(state "$job" ExitCode)" = 0:0 ] || fail "$(state "$job" ExitCode)"
[ "$(state "$job" NumNodes)" = 3 ] || fail "$(state "$job" NumNodes)"
[ -s run/model.h5 ] || fail "no model.h5, which has this name only when it is complete"

echo "-- what it lacks is said at once"
job=$(ALSTER=$alster sbatch --parsable --nodes=1 --output=usage.log "$repository/slurm/train_cpu.sbatch" dataset.h5)
expect_state "$job" FAILED 0
[ "$(state "$job" ExitCode)" = 64:0 ] || fail "$(state "$job" ExitCode)"
echo "passed"

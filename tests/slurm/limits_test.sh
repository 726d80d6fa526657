#!/bin/bash
# On a real local Slurm: time limits, the number of restarts, and chains of jobs.
#   limits_test.sh ALSTER REPOSITORY
set -euo pipefail
alster=$1 repository=$2
. "$repository/tests/slurm/on_local_slurm.sh"

make_dataset dataset 2000 400 30000
# submit PROGRAM NAME RUN TRAIN_OPTIONS [SBATCH OPTIONS]
submit() {
    # shellcheck disable=SC2086
    ALSTER=$1 sbatch --parsable --nodes=1 --cpus-per-task=1 --output="$2.log" "${@:5}" \
        "$repository/slurm/train_cpu.sbatch" dataset.h5 "$3" --factors 16 $4
}

echo "-- Slurm's time limit: long before it the job is told, saves and is put back (it goes on below)"
limited=$(submit "$alster" limited limited "--sweeps 100000" --time=1)

echo "-- the program's own clock: it ends before the time that Slurm gave the job"
cat > in_a_hurry << PROGRAM
#!/bin/bash
[ "\${SLURM_RESTART_COUNT:-0}" -gt 0 ] || export SLURM_JOB_END_TIME=\$((\$(date +%s) + 2))
exec "$alster" "\$@"
PROGRAM
chmod +x in_a_hurry
job=$(submit "$work/in_a_hurry" clock clock "--sweeps 2000")
expect_state "$job" COMPLETED 1
grep -q "the time is nearly over" clock.log || fail "did not end by the clock"
grep -q "goes on after" clock.log || fail "did not go on"

echo "-- put back as often as was asked, then given up; the next job of a chain goes on, the one after it has nothing to do"
export ALSTER_RESTARTS=1
first=$(submit "$alster" first chain "--sweeps 3 --stop-after-minutes 1e-9")
second=$(submit "$alster" second chain "--sweeps 3" --dependency="afterany:$first")
third=$(submit "$alster" third chain "--sweeps 3" --dependency="afterany:$second")
expect_state "$first" FAILED 1
[ "$(state "$first" ExitCode)" = 75:0 ] || fail "exit code $(state "$first" ExitCode), not 75"
grep -q "restarted 1 times already" first.log || fail "does not say that it gave up"
expect_state "$second" COMPLETED 0
grep -q "goes on after 2 of 6 half-steps" second.log || fail "the second did not go on"
expect_state "$third" COMPLETED 0
grep -q "chain/model.h5 is finished already: nothing to do" third.log || fail "the third found something to do"

echo "-- Slurm's time limit, again"
restarted() { [ "$(state "$limited" Restarts)" -ge 1 ] && grep -q "goes on after" limited.log; }
wait_for 120 restarted || fail "limited: $(state "$limited" JobState), $(state "$limited" Restarts) restarts"
grep -q "asked to end by a signal" limited.log || fail "limited: not ended by the signal"
echo "passed"

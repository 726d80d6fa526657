#!/bin/bash
# On a real local Slurm: a sweep of four runs as a job array, two at a time, one of them put back into the queue; then a
# tune whose trials two tasks share.
#   sweep_test.sh ALSTER REPOSITORY
set -euo pipefail
alster=$1 repository=$2
. "$repository/tests/slurm/on_local_slurm.sh"

make_dataset dataset 20000 3000 600000
cat > sweep.toml << 'SWEEP'
[[run]]
factors = 48
sweeps = 40
[grid]
factors = [4, 8]
sweeps = 2
[[run]]
factors = 16
sweeps = 1
SWEEP
array=$("$alster" sweep sweep.toml --array)
[ "$array" = 0-3 ] || fail "an array of $array"

echo "-- the long task gets a signal, is put back alone and goes on; the others run through"
job=$(ALSTER=$alster sbatch --parsable --array="$array%2" --cpus-per-task=1 --output=%a.log \
    "$repository/slurm/sweep.sbatch" sweep.toml dataset.h5 sweep --alpha0 0.5 --reg 0.01)
wait_for 60 started sweep/002 || fail "no sweep of the long run in a minute"
scancel --signal=USR1 "${job}_2"
for task in 0 1 3; do
    expect_state "${job}_$task" COMPLETED 0
done
expect_state "${job}_2" COMPLETED 1
grep -q "goes on after" 2.log || fail "did not go on from a checkpoint"
"$alster" sweep sweep.toml --index 2 --data dataset.h5 --out undisturbed --alpha0 0.5 --reg 0.01 > undisturbed.log 2>&1
expect_same_bits sweep/002 undisturbed/002

echo "-- the report names the best of the four"
"$alster" sweep-report sweep | tee report.log
[ "$(grep -c " finished$" report.log)" = 4 ] || fail "not four finished runs"
grep -q "^winner: 002 (factors 48, sweeps 40)" report.log || fail "another winner than the one that trained longest"
[ -s "$(grep -A 1 "^winner" report.log | tail -n 1 | tr -d ' ')" ] || fail "the winner's model is not where it says"

echo "-- tasks of another array share the trials of a tune, which chooses as one run alone does"
make_dataset small 400 60 4000
"$alster" prepare --input small/events.csv --header --columns user=0,item=1,value=2,time=3 --split last:1 \
    --validation last:1 --out tune.h5 > prepare-tune.log 2>&1
few="--trials 3 --sweeps 2 --factors 4"
# shellcheck disable=SC2086
job=$(ALSTER=$alster sbatch --parsable --array=0-1 --cpus-per-task=1 --output=tune-%a.log \
    "$repository/slurm/tune.sbatch" tune.h5 tuned $few)
# shellcheck disable=SC2086
"$alster" tune --data tune.h5 --out alone $few > alone.log 2>&1
expect_state "${job}_0" COMPLETED 0
expect_state "${job}_1" COMPLETED 0
grep -q "worker 1: all trials are measured" tune-1.log || fail "task 1 did not help"
expect_same_bits tuned alone
diff <(grep -A 12 '"chosen"' tuned/tune.json) <(grep -A 12 '"chosen"' alone/tune.json) || fail "another choice"

echo "-- submitted as no array it says how"
job=$(ALSTER=$alster sbatch --parsable --output=usage.log "$repository/slurm/sweep.sbatch" sweep.toml dataset.h5 sweep)
expect_state "$job" FAILED 0
grep -q "^usage: sbatch --array" usage.log || fail "no usage"
echo "passed"

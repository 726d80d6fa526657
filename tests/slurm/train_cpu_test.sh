#!/bin/bash
# On a real local Slurm: the job script trains on three nodes, and a launch without process management is refused.
#   train_cpu_test.sh ALSTER REPOSITORY WATCHED_FENCES
set -euo pipefail
alster=$1 repository=$2 watched_fences=$3
. "$repository/tests/slurm/on_local_slurm.sh"

echo "-- srun without process management is refused with exit code 69 and the cure, in one line"
code=0
timeout 60 srun --mpi=none -N3 -n3 "$alster" train --data none.h5 --out run > refused.log 2>&1 || code=$?
[ $code = 69 ] || fail "exit code $code, not 69"
[ "$(grep -c '^alster: ' refused.log)" = 1 ] || fail "not one line"
grep -q '^alster: .*started as 3 singletons; use srun --mpi=pmix' refused.log || fail "no cure"

echo "-- the job script trains on three nodes"
make_dataset dataset 500 200 8000
cat > watched << WATCHED
#!/bin/bash
export WATCHED_FENCES=$work/fences LD_PRELOAD=$watched_fences
exec $alster "\$@"
WATCHED
chmod +x watched
job=$(ALSTER=$work/watched sbatch --parsable --nodes=3 --cpus-per-task=1 --output=job.log \
    "$repository/slurm/train_cpu.sbatch" dataset.h5 run --factors 8 --sweeps 2)
expect_state "$job" COMPLETED 0
[ "$(state "$job" ExitCode)" = 0:0 ] || fail "$(state "$job" ExitCode)"
[ "$(state "$job" NumNodes)" = 3 ] || fail "$(state "$job" NumNodes)"
[ -s run/model.h5 ] || fail "no model.h5, which has this name only when it is complete"

echo "-- pages are made and audited on two nodes,"
printf '[[class]]\nname = "all"\n' > rules.toml
job=$(ALSTER=$alster sbatch --parsable --nodes=2 --cpus-per-task=1 --output=pages.log \
    "$repository/slurm/pages.sbatch" dataset.h5 run rules.toml pages.h5)
expect_state "$job" COMPLETED 0
grep -q '^violations *0$' pages.log || fail "no audit: $(cat pages.log)"
[ -s pages.h5 ] && [ -s pages.h5.audit.json ] || fail "no pages, or no verdict"

echo "-- a log that has come is folded in, and a second job finds nothing to do,"
mkdir inbox
awk -F, 'BEGIN { OFS = "," } NR == 1 { print } NR > 1 && NR < 40 { $4 = 2000000000 + NR; print }' dataset/events.csv \
    > inbox/new.csv
for _ in 1 2; do
    job=$(ALSTER=$alster sbatch --parsable --nodes=2 --cpus-per-task=1 --output=update.log \
        "$repository/slurm/update.sbatch" dataset.h5 run inbox fresh --fresh-minutes 0)
    expect_state "$job" COMPLETED 0
    [ -s fresh/current/model.h5 ] && [ "$(readlink fresh/current)" = 1 ] || fail "no fresh model: $(cat update.log)"
done

echo "-- and no rank left a fence of the start that another had not reached"
awk '$1 == "call" { ++calls[$2]; if ($3 > last[$2]) last[$2] = $3 }
     $1 == "done" && !(first[$2] && first[$2] < $3) { first[$2] = $3 }
     END { for (n in calls) { ++fences; if (calls[n] != 3 || first[n] < last[n]) exit 1 }; exit fences < 2 }' fences ||
    fail "a fence was left too early: $(cat fences)"

echo "-- ranks that die before all have found each other are started once more, those that die later are not"
cat > dies_early << DIES
#!/bin/bash
[ -e died ] || { touch died; kill -SEGV \$\$; }
exec $alster "\$@"
DIES
cat > dies_late << DIES
#!/bin/bash
touch "\$ALSTER_STARTED_FILE"
kill -SEGV \$\$
DIES
chmod +x dies_early dies_late
job=$(ALSTER=$work/dies_early sbatch --parsable --nodes=3 --cpus-per-task=1 --output=early.log \
    "$repository/slurm/train_cpu.sbatch" dataset.h5 early --factors 8 --sweeps 2)
expect_state "$job" COMPLETED 0
grep -q '^launch.sh: ranks died while the job started (exit code 1[0-9]*): starting it again (2 of 2)$' early.log ||
    fail "not said: $(cat early.log)"
expect_same_bits run early
job=$(ALSTER=$work/dies_late sbatch --parsable --nodes=1 --output=late.log "$repository/slurm/train_cpu.sbatch" dataset.h5 late)
expect_state "$job" FAILED 0
[ "$(state "$job" ExitCode)" = 139:0 ] || fail "$(state "$job" ExitCode)"
! grep -q 'starting it again' late.log || fail "started again"

echo "-- what it lacks is said at once"
job=$(ALSTER=$alster sbatch --parsable --nodes=1 --output=usage.log "$repository/slurm/train_cpu.sbatch" dataset.h5)
expect_state "$job" FAILED 0
[ "$(state "$job" ExitCode)" = 64:0 ] || fail "$(state "$job" ExitCode)"
echo "passed"

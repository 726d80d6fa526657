#!/bin/bash
# Runs `alster COMMAND OPTIONS` on all tasks of a Slurm job, and puts the job back into the queue where the run has saved
# its state or lost a rank and has to go on later. The last line of a job script (docs/slurm.md):
#
#   exec /path/to/alster/slurm/launch.sh COMMAND OPTIONS
#
# ALSTER names the program, if it is neither build/release/alster of this repository nor on the PATH. ALSTER_RESTARTS (20)
# is how often the job is put back. ALSTER_STARTS (2) is how often it is started in one allocation, where ranks die
# before they have found each other. The exit code is that of alster (docs/formats.md, "Exit codes").
set -euo pipefail

alster=${ALSTER:-$(dirname "${BASH_SOURCE[0]}")/../build/release/alster}
[ -x "$alster" ] || alster=$(command -v alster) || {
    echo "launch.sh: no program: build it, put it on the PATH, or let ALSTER name it" >&2
    exit 69
}

# srun does not inherit --cpus-per-task from the job in all versions.
export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1} OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}

# Slurm's other ways to bring the ranks together let one of them go on before all are there (docs/decisions.md).
export SLURM_PMIX_FENCE=${SLURM_PMIX_FENCE:-ring}

# Rank 0 makes this file when all ranks have found each other; it runs on the node of this script.
started=$(mktemp --dry-run "${TMPDIR:-/tmp}/alster-started-$SLURM_JOB_ID-XXXXXX")
export ALSTER_STARTED_FILE=$started
ended=$(mktemp "${TMPDIR:-/tmp}/alster-ended-$SLURM_JOB_ID-XXXXXX")
trap 'rm -f "$started" "$ended"' EXIT

# run COMMAND OPTIONS: sets code.
# --mpi=pmix: without it each task would be a job of its own; alster then stops with exit code 69.
# --kill-on-bad-exit=1: without it the other ranks wait forever for one that died.
# In the background, so that this script outlives the TERM of a preemption, which the ranks get, too.
ending=no
trap 'ending=yes' TERM USR1
run() {
    rm -f "$ended"
    (
        trap : TERM USR1 # the step gets them as they are
        step=0
        srun --mpi=pmix --kill-on-bad-exit=1 "$alster" "$@" || step=$?
        echo $step > "$ended"
    ) &
    # A signal ends a wait with a code of its own, also where the step ends in the same moment; so the code is in a file.
    code=0
    wait $! || code=$?
    while kill -0 $! 2> /dev/null; do
        wait $! || code=$?
    done
    [ ! -s "$ended" ] || code=$(cat "$ended")
}

# A rank that is killed by a signal before all have found each other met a fault of the start, not of the work.
# alster's own codes are below 128.
run "$@"
for ((start = 1; code > 128 && start < ${ALSTER_STARTS:-2}; ++start)); do
    [ ! -e "$started" ] && [ $ending = no ] || break
    echo "launch.sh: ranks died while the job started (exit code $code): starting it again" \
        "($((start + 1)) of ${ALSTER_STARTS:-2})" >&2
    run "$@"
done

# 75: the same command goes on, as the state is saved or a rank fell silent. An array's task has a name of its own; the
# plain id would requeue all of them.
if [ $code = 75 ]; then
    if [ "${SLURM_RESTART_COUNT:-0}" -lt "${ALSTER_RESTARTS:-20}" ]; then
        scontrol requeue "${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_}${SLURM_ARRAY_TASK_ID:-$SLURM_JOB_ID}" ||
            echo "launch.sh: not put back into the queue: submit the job again to go on" >&2
    else
        echo "launch.sh: restarted $SLURM_RESTART_COUNT times already (ALSTER_RESTARTS): submit the job again to go on" >&2
    fi
fi
exit $code

#!/bin/bash
# On a real local Slurm: runs that are signalled, preempted, lose a rank or a node end with the model of an undisturbed
# one; the GPU script on nodes with two GPUs each, by the program on emulated ones where it was built.
#   requeue_test.sh ALSTER REPOSITORY [ALSTER_ON_EMULATED_GPUS]
# Nodes are lost with ALSTER_LOST_NODES=1 only: until Slurm knows it takes minutes.
set -euo pipefail
alster=$1 repository=$2 on_gpus=${3:-}
. "$repository/tests/slurm/on_local_slurm.sh"

make_dataset dataset 20000 3000 600000
settings=(--factors 48 --sweeps 60)   # half a minute, so that what is to disturb it finds it at work
"$alster" train --data dataset.h5 --out undisturbed "${settings[@]}" > undisturbed.log 2>&1

# submit RUN NODES [SBATCH OPTIONS]: the run's path is whole, so that its processes are known by it
submit() {
    ALSTER=$alster sbatch --parsable --nodes="$2" --cpus-per-task=1 --output="$1.log" "${@:3}" \
        "$repository/slurm/train_cpu.sbatch" dataset.h5 "$work/$1" "${settings[@]}"
}
ranks() { pgrep -f "^$alster train --data dataset.h5 --out $work/$1 "; }
# expect_whole JOB RUN RESTARTS: it went on from a checkpoint, to the bits of the undisturbed run
expect_whole() {
    expect_state "$1" COMPLETED "$3"
    grep -q "goes on after" "$2.log" || fail "$2 did not go on from a checkpoint"
    expect_same_bits "$2" undisturbed
}

echo "-- USR1: saved, put back into the queue by the script, gone on with"
job=$(submit signalled 3)
wait_for 60 started signalled || fail "no sweep in a minute"
scancel --signal=USR1 "$job"
expect_whole "$job" signalled 1
grep -q "asked to end by a signal" signalled.log || fail "not ended by the signal"

echo "-- preempted by a job of a partition that goes first: the same"
job=$(submit preempted 3)
wait_for 60 started preempted || fail "no sweep in a minute"
urgent=$(sbatch --parsable --partition=urgent --nodes=3 --exclusive --output=urgent.log --wrap "sleep 1")
expect_whole "$job" preempted 1
expect_state "$urgent" COMPLETED 0

echo "-- a killed rank ends the job at once, and the same command goes on"
job=$(submit killed 3 --no-requeue)
wait_for 60 started killed || fail "no sweep in a minute"
# shellcheck disable=SC2046
kill -USR2 $(ranks killed)
wait_for 20 grep -q "asked for by a signal" killed.log || fail "not saved when asked to"
kill -KILL "$(ranks killed | tail -n 1)"
begin=$SECONDS
wait_for 15 ended "$job" || fail "still $(state "$job" JobState) 15 s after a rank died"
echo "   ended after $((SECONDS - begin)) s"
expect_state "$job" FAILED 0
expect_whole "$(submit killed 3)" killed 0

if [ -n "$on_gpus" ]; then
    echo "-- the GPU script, two nodes of two GPUs"
    make_dataset small 300 100 5000
    job=$(ALSTER=$on_gpus sbatch --parsable --nodes=2 --gpus-per-node=2 --ntasks-per-node=2 --cpus-per-task=1 \
        --output=gpus.log "$repository/slurm/train.sbatch" small.h5 gpus --factors 8 --sweeps 1)
    expect_state "$job" COMPLETED 0
    grep -q "4 ranks.*cuda backend" gpus.log || fail "not four ranks on GPUs"
fi

if [ -z "${ALSTER_LOST_NODES:-}" ]; then
    echo "passed"
    exit
fi
# From here on nodes are lost, and there are only three.
put_back() { [[ $(state "$1" JobState) = PENDING && $(state "$1" Restarts) = 1 ]]; }
only_lost_rank() { [ "$(ranks "$1" | wc -l)" = 1 ]; }
# lose RUN JOB WHICH: one of its two nodes, the first (head) or the last (tail), after the state was saved
lose() {
    wait_for 60 started "$1" || fail "no sweep in a minute"
    # shellcheck disable=SC2046
    kill -USR2 $(ranks "$1")
    wait_for 20 grep -q "asked for by a signal" "$1.log" || fail "not saved when asked to"
    lost=$(scontrol show hostnames "$(state "$2" NodeList)" | "$3" -n 1)
    "$repository/tests/slurm/local_slurm.sh" lose "$work/slurm" "$lost"
    begin=$SECONDS
    wait_for 60 only_lost_rank "$1" || fail "the other rank goes on a minute after $lost was lost"
    echo "   without $lost its other rank ended after $((SECONDS - begin)) s"
}

echo "-- a lost node: the others end and put the job back, which goes on where there are nodes once Slurm knows"
job=$(submit lost 2)
lose lost "$job" tail
grep -q "^alster: rank 1 .*has been silent" lost.log || fail "the silent rank is not named"
expect_whole "$job" lost 1
echo "   done without it after $((SECONDS - begin)) s"
[[ " $(scontrol show hostnames "$(state "$job" NodeList)" | tr '\n' ' ')" != *" $lost "* ]] || fail "on the lost node"
[ "$(sinfo -h -N -p main -n "$lost" -o %T)" = "down*" ] || fail "$lost is $(sinfo -h -N -p main -n "$lost" -o %T)"

echo "-- the node that runs the job's script is lost: the others end, Slurm puts the job back"
job=$(submit head 2)
lose head "$job" head
wait_for 240 put_back "$job" || fail "$(state "$job" JobState) four minutes after $lost was lost"
echo "   put back after $((SECONDS - begin)) s"
scancel "$job"

echo "passed"

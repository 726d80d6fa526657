#!/bin/bash
# launch_signals_test.sh SOURCE: launch.sh with an srun and an scontrol of the test's own. A signal that comes while the
# step ends must not hide the step's exit code: 75 has to put the job back.
set -euo pipefail
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/srun" << 'END'
#!/bin/bash
trap 'exit ${STEP_CODE}' TERM
echo ready > "$STEP_READY"
for ((n = 0; n < 200; ++n)); do sleep 0.05 & wait $!; done
END
printf '#!/bin/bash\necho "$@" >> "$REQUEUED"\n' > "$work/scontrol"
printf '#!/bin/bash\n' > "$work/alster"
chmod +x "$work"/*

export PATH=$work:$PATH ALSTER=$work/alster SLURM_JOB_ID=7 STEP_READY=$work/ready REQUEUED=$work/requeued
export ALSTER_STARTS=1 STEP_CODE
for ((try = 0; try < 60; ++try)); do
    # 143 is also what a signal makes of a wait
    STEP_CODE=$((try % 6 == 5 ? 143 : try % 6 == 4 ? 0 : 75))
    rm -f "$STEP_READY" "$REQUEUED"
    setsid bash "$source/slurm/launch.sh" train &
    job=$!
    until [ -s "$STEP_READY" ]; do sleep 0.01; done
    [ $((try % 2)) = 0 ] || kill -USR1 $job
    kill -TERM -- -$job # the script and the step
    code=0
    wait $job || code=$?
    [ $code = $STEP_CODE ] || { echo "FAILED: the step ended with $STEP_CODE, the job with $code (try $try)"; exit 1; }
    [ $code != 75 ] || grep -q 'requeue 7' "$REQUEUED" || { echo "FAILED: not put back (try $try)"; exit 1; }
done
echo "60 steps were ended by a signal to them and to the script"

#!/bin/bash
# No rank waits for ever: one that is stopped or cut off ends the job within a minute, with a message that names it;
# a job that is suspended as a whole goes on.
#   silence_test.sh ALSTER REPOSITORY
set -euo pipefail
alster=$1 hosts=$2/tests/network/hosts.sh
. "$2/tests/support/skip.sh"
work=$(mktemp -d /tmp/alster-silence-XXXXXX)
started_hosts=no
finish() {
    pkill -KILL -f "$work/alster" || true
    [ $started_hosts = no ] || "$hosts" stop 3
    rm -rf "$work"
}
trap finish EXIT
fail() {
    echo "FAILED: $*"
    tail -n 20 "$work"/*.log
    exit 1
}

cd "$work"
ln -s "$alster" alster   # so that its processes are known by their name
./alster synth --users 3000 --items 500 --events 100000 --log ratings --out . > synth.out
./alster prepare --input events.csv --header --columns user=0,item=1,value=2,time=3 --out dataset.h5 > prepare.out
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive ALSTER_SILENCE_SECONDS=4
export OMPI_MCA_odls_base_sigkill_timeout=0

# start NAME SWEEPS LAUNCHER...: in the background, until its first sweep is over
start() {
    timeout --kill-after=5 120 "${@:3}" "$work/alster" train --data dataset.h5 --factors 32 --sweeps "$2" --out "$work/$1" > "$1.log" 2>&1 &
    job=$!
    for _ in $(seq 300); do
        grep -qs '"event":"sweep"' "$1/metrics.jsonl" && return 0
        sleep 0.1
    done
    fail "$1: no sweep in 30 s"
}
# expect NAME CODES SECONDS PATTERN: how the job ended
expect() {
    local begin=$SECONDS code=0
    wait "$job" || code=$?
    echo "   ended after $((SECONDS - begin)) s with exit code $code: $(grep -m 1 "^alster: rank" "$1.log" || true)"
    [[ " $2 " == *" $code "* ]] || fail "$1: exit code $code"
    [ $((SECONDS - begin)) -le "$3" ] || fail "$1: only after $((SECONDS - begin)) s"
    grep -q "$4" "$1.log" || fail "$1: no message with '$4'"
}
ranks() { pgrep -f "^$work/alster train"; }
local_ranks=(mpirun --allow-run-as-root --oversubscribe --bind-to none -n 3)

echo "-- suspended as a whole for longer than a rank may be silent"
start suspended 800 "${local_ranks[@]}"
# shellcheck disable=SC2046
kill -STOP $(ranks)
sleep 7
# shellcheck disable=SC2046
kill -CONT $(ranks)
expect suspended 0 100 "^wrote"

echo "-- a rank that stops"
start stopped 100000 "${local_ranks[@]}"
kill -STOP "$(ranks | tail -n 1)"
expect stopped 75 20 "^alster: rank 2 .*has been silent"

echo "-- rank 0 that stops"
start stopped0 100000 "${local_ranks[@]}"
kill -STOP "$(ranks | head -n 1)"
expect stopped0 75 30 "^alster: rank 0 .*has been silent"

if ! { [ "$(id -u)" = 0 ] && command -v ip > /dev/null && "$hosts" start 3 2> /dev/null; }; then
    "$hosts" stop 3
    skip "network namespaces need root, CAP_NET_ADMIN and iproute2"
fi
started_hosts=yes
echo "-- a cut cable"
# mpirun must find out first, while it has nothing on its way to the lost host: a message there would keep it for the
# quarter of an hour that TCP tries again. By default it looks after five minutes, ranks after half a minute.
export OMPI_MCA_oob_tcp_keepalive_time=3 OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=3
unset ALSTER_SILENCE_SECONDS
start cut 100000 "$hosts" mpirun 3
"$hosts" cut 3
# mpirun's codes: it finds the host lost (205), or that the shell which started its daemon there has ended (1)
expect cut "205 1" 60 "^ORTE "
echo "passed"

#!/bin/bash
# Hosts on one machine: network namespaces on a bridge, each with a name, an address and a /dev/shm of its own.
#   hosts.sh start N | stop N          hosts 1..N at 10.78.0.1..N
#   hosts.sh mpirun N ARGUMENTS...     mpirun on host 1, one rank a host
#   hosts.sh cut N                     takes the cable out of host N
#   hosts.sh rsh ADDRESS COMMAND...    how mpirun starts its daemons
set -euo pipefail
self=$(realpath "${BASH_SOURCE[0]}")
action=$1
shift

# inside HOST COMMAND...
inside() {
    exec nsenter --net="/run/netns/alster-h$1" unshare --uts --mount --ipc \
        sh -c 'hostname "h$1"; mount -t tmpfs shm /dev/shm; shift; exec "$@"' sh "$@"
}

case $action in
    start)
        ip netns add alster-sw
        ip -n alster-sw link add br0 type bridge
        ip -n alster-sw link set br0 up
        for host in $(seq "$1"); do
            ip netns add "alster-h$host"
            ip link add eth0 netns "alster-h$host" type veth peer name "port$host" netns alster-sw
            ip -n alster-sw link set "port$host" master br0 up
            ip -n "alster-h$host" addr add "10.78.0.$host/24" dev eth0
            ip -n "alster-h$host" link set eth0 up
            ip -n "alster-h$host" link set lo up
        done
        ;;
    stop)
        for host in $(seq "$1"); do ip netns delete "alster-h$host" 2> /dev/null || true; done
        ip netns delete alster-sw 2> /dev/null || true
        ;;
    mpirun)
        hosts=$(seq -f "10.78.0.%g:1" -s , "$1")
        ranks=$1
        shift
        inside 1 mpirun --allow-run-as-root -n "$ranks" --host "$hosts" --bind-to none \
            --mca plm rsh --mca plm_rsh_agent "$self rsh" --mca pml ob1 --mca btl tcp,self \
            --mca btl_tcp_if_include eth0 --mca oob_tcp_if_include eth0 "$@"
        ;;
    cut) ip -n alster-sw link set "port$1" down ;;
    rsh)
        host=${1##*.}
        shift
        inside "$host" sh -c "$*"
        ;;
    *)
        sed -n '2,6p' "$self" >&2
        exit 64
        ;;
esac

#!/bin/bash
# A real Slurm on this machine: munged, slurmctld and one slurmd for each node, without systemd and cgroups. Needs root.
#
#   local_slurm.sh start DIR [NODES] [CPUS]   everything lies in DIR, which must be new; then: . DIR/env
#   local_slurm.sh lose DIR NODE              stops what runs on a node, as if it had lost its power
#   local_slurm.sh stop DIR                   cancels the jobs, ends the daemons whose pid files lie in DIR, removes DIR
#
# Ports are taken where some are free. DIR is at most 60 characters: unix sockets lie in it.
set -euo pipefail

write_configuration() {
    local dir=$1 nodes=$2 cpus=$3 port=$4 host=$5
    # cred_expire: a requeued job starts after seconds, not minutes. SlurmdTimeout: a job that lost a node starts soon,
    # too, but not before its ranks had time to find it out
    # TmpFS differs by node, as all nodes share this machine's /tmp and the PMIx plugin keeps its sockets there;
    # config_overrides allows more CPUs than the machine has; requests are scheduled at once
    cat > "$dir/slurm.conf" <<CONF
ClusterName=alster
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/run/munge.sock,cred_expire=5
SlurmctldPort=$port
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool/%n
TmpFS=$dir/tmp/%n
SlurmctldPidFile=$dir/run/slurmctld.pid
SlurmdPidFile=$dir/run/slurmd.%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerCPU=500
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1,sched_min_interval=0
MinJobAge=3600
SlurmdTimeout=50
KillWait=5
JobRequeue=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
SlurmdParameters=config_overrides
NodeName=node[1-$nodes] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + nodes))] CPUs=$cpus RealMemory=8000 Gres=gpu:2
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE PriorityTier=1
PartitionName=urgent Nodes=ALL MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF
CONF
    # named, not detected: slurmd then also starts where /sys/fs/cgroup is empty
    echo "CgroupPlugin=cgroup/v1" > "$dir/cgroup.conf"
    # two GPUs a node, which are null devices
    mknod "$dir/gpu0" c 1 3
    mknod "$dir/gpu1" c 1 3
    echo "Name=gpu File=$dir/gpu[0-1]" > "$dir/gres.conf"
}

write_environment() {
    # Open MPI: nodes share a host name and /dev/shm here, so that shared-memory segments of two nodes would collide; and
    # they share the cores, which a rank that waits has to leave to the others. SLURM_PMIX_FENCE: as in slurm/launch.sh
    cat > "$1/env" <<ENV
export SLURM_CONF=$1/slurm.conf
export OMPI_MCA_pml=ob1 OMPI_MCA_btl=tcp,self OMPI_MCA_btl_tcp_if_include=lo OMPI_MCA_mpi_yield_when_idle=1
export OMPI_MCA_hwloc_base_binding_policy=none SLURM_PMIX_FENCE=ring
ENV
}

# free_ports COUNT: the first of so many that nobody listens on, below those that connections take for themselves
free_ports() {
    local first
    for _ in $(seq 100); do
        first=$((20000 + RANDOM % 12000))
        ss -Hltn | awk -v a=$first -v n="$1" '{ sub(/.*:/, "", $4); if ($4 >= a && $4 < a + n) exit 1 }' || continue
        echo $first
        return 0
    done
    echo "local_slurm.sh: found no $1 free ports beside each other" >&2
    return 1
}

start() {
    local dir nodes=${2:-2} cpus=${3:-2} port host
    dir=$(realpath -m "$1")
    host=$(hostname -s)
    port=$(free_ports $((nodes + 1)))
    if [ ${#dir} -gt 60 ] || [ -e "$dir" ]; then
        echo "local_slurm.sh: $dir: too long, or there already" >&2
        return 1
    fi
    if ! getent hosts "$host" > /dev/null; then
        echo "local_slurm.sh: the host name $host does not resolve; add it to /etc/hosts" >&2
        return 1
    fi
    mkdir -p "$dir"/{state,log,run,spool,munge,tmp}
    chmod 755 "$dir" "$dir"/*
    chmod 700 "$dir/munge"
    write_configuration "$dir" "$nodes" "$cpus" "$port" "$host"
    write_environment "$dir"
    dd if=/dev/urandom of="$dir/munge/key" bs=128 count=1 status=none
    chmod 400 "$dir/munge/key"
    munged --force --key-file="$dir/munge/key" --socket="$dir/run/munge.sock" --pid-file="$dir/run/munged.pid" \
        --log-file="$dir/log/munged.log" --seed-file="$dir/munge/seed" --num-threads=2
    export SLURM_CONF="$dir/slurm.conf"
    slurmctld -c
    for i in $(seq "$nodes"); do
        mkdir -p "$dir/spool/node$i" "$dir/tmp/node$i"
        slurmd -N "node$i"
    done
    for _ in $(seq 300); do
        [ "$(sinfo -h -N -p main -o %T 2> /dev/null | grep -cx idle)" = "$nodes" ] && return 0
        sleep 0.1
    done
    echo "local_slurm.sh: the nodes are not idle after 30 s" >&2
    sinfo -N -l >&2 || true
    tail -n 5 "$dir"/log/* >&2
    return 1
}

# in_environment PID VARIABLE=VALUE
in_environment() { grep -qzxF "$2" "/proc/$1/environ" 2> /dev/null; }

# A node without power answers nobody and closes no connection: its daemon, its steps and all they started are stopped.
lose() {
    local dir pid parent lost
    dir=$(realpath -m "$1")
    lost=("$(cat "$dir/run/slurmd.$2.pid")")
    for pid in $(pgrep .); do
        if in_environment "$pid" "SLURM_CONF=$dir/slurm.conf" && in_environment "$pid" "SLURMD_NODENAME=$2"; then
            lost+=("$pid")
            parent=$(ps -o ppid= -p "$pid") || continue
            [ "$(ps -o comm= -p $parent)" != slurmstepd ] || lost+=($parent)
        fi
    done
    printf '%s\n' "${lost[@]}" >> "$dir/run/lost"
    kill -STOP "${lost[@]}" || true  # one may have ended by now
}

end_daemon() {
    local pid
    pid=$(cat "$1" 2> /dev/null) || return 0
    kill "$pid" 2> /dev/null || return 0
    for _ in $(seq 10); do
        kill -0 "$pid" 2> /dev/null || return 0
        sleep 0.1
    done
    kill -9 "$pid" 2> /dev/null || true   # slurmctld takes seconds to save a state that is removed below
}

stop() {
    local dir jobs
    dir=$(realpath -m "$1")
    [ -f "$dir/slurm.conf" ] || return 0
    export SLURM_CONF="$dir/slurm.conf"
    jobs=$(timeout 10 squeue -h -o %A 2> /dev/null | sort -u) || true
    # shellcheck disable=SC2086
    if [ -n "$jobs" ]; then
        timeout 10 scancel -f -s KILL $jobs || true
        sleep 1
    fi
    for pid_file in "$dir"/run/slurmd.*.pid "$dir/run/slurmctld.pid" "$dir/run/munged.pid"; do
        end_daemon "$pid_file"
    done
    [ ! -f "$dir/run/lost" ] || xargs kill -KILL < "$dir/run/lost" 2> /dev/null || true
    rm -rf "$dir"
}

case "${1:-} ${2:+directory}" in
    "start directory") shift && start "$@" ;;
    "lose directory") shift && lose "$@" ;;
    "stop directory") shift && stop "$@" ;;
    *)
        echo "usage: local_slurm.sh start DIR [NODES] [CPUS] | lose DIR NODE | stop DIR" >&2
        exit 64
        ;;
esac

#!/bin/bash
# Figures of pages (docs/pages.md): bench/pages.sh BUILD WORK [USERS ITEMS EVENTS RANKS], by default a million users and
# 100,000 titles on 2 ranks. It needs some 20 GB in WORK, and an idle machine.
#
#   masked top-K against unmasked at 1,000 classes, and 18 groups in one pass against one plain pass: a_user is the time
#   of one user; then what plan says of the pages, and what they take.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,7p' "$0"; exit 64; }
build=$(realpath "$1") work=$2 users=${3:-1000000} items=${4:-100000} events=${5:-50000000} ranks=${6:-2}
alster=$build/alster
mkdir -p "$work" && cd "$work"

"$build/bench/top_k_benchmark" --benchmark_repetitions=5 --benchmark_report_aggregates_only=true \
    --benchmark_filter='^(top_k|masked|grouped)/factors:(64|128)/k:(10|50)(/percent:(10|50|90))?/real_time$'

[ -f d.h5 ] || {
    "$alster" synth --users "$users" --items "$items" --events "$events" --log ratings --out log
    "$alster" prepare --input log/events.csv --header --columns user=0,item=1,value=2,time=3 --split none \
        --items log/items.csv --users log/users.csv --out d.h5
}
[ -f run/model.h5 ] || mpirun -n "$ranks" "$alster" train --data d.h5 --factors 64 --sweeps 2 --out run
printf 'rows = 20\ntitles = 20\n' > page.toml
"$alster" plan --data d.h5 --factors 64 --ranks "$ranks" --ranks-per-node "$ranks" --pages --page page.toml |
    sed -n '/ pages  /,/#SBATCH/p'
time mpirun -n "$ranks" "$alster" page --model run --data d.h5 --all --page page.toml --out pages.h5
ls -l pages.h5

#!/bin/bash
# From nothing to recommendations: installs what is missing, builds, makes a catalogue, chooses on a split, trains on
# everything on two ranks, shows results.
#
#   bash scripts/demo.sh [DIR]     DIR: where the demo's files go; default build/demo
set -euo pipefail

here=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
demo=$PWD/build/demo
if [ $# -gt 0 ]; then
    demo=$(cd "$here" && realpath -m "$1")
fi
alster=$PWD/build/release/alster

step() { printf '\n== %s\n' "$*"; }

step "installing what is missing, building a release"
scripts/install_dependencies.sh
mkdir -p build "$demo"
build_log=build/demo-build.log
if ! { cmake --preset release && cmake --build --preset release --target alster; } > "$build_log" 2>&1; then
    tail -n 30 "$build_log" >&2
    echo "demo.sh: the build failed; all of it: $PWD/$build_log" >&2
    exit 1
fi

# two ranks share the cores; root and machines with one core may run them too
cores=$(nproc)
export OMP_NUM_THREADS=$((cores > 1 ? cores / 2 : 1))
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
two_ranks=(mpirun -n 2 --oversubscribe --bind-to none)

step "a synthetic catalogue: 20 000 users, 2 000 titles, 1 000 000 plays, thumbs and stars"
"$alster" synth --users 20000 --items 2000 --events 1000000 --seed 1 --out "$demo"

log=(--input "$demo/events.csv" --format csv --header --columns user=0,item=1,event=2,value=3,time=4
    --rules "$demo/rules.toml"
    --items "$demo/items.csv" --item-columns
    id=item,title=title,genres=genres:set,maturity=maturity:category,release=release:time,markets=markets:set
    --users "$demo/users.csv" --user-columns id=user,profile=profile:category,market=market:category)
chosen=(--objective implicit --factors 16 --reg 0.01 --alpha0 1 --nu 1 --sweeps 8 --seed 1)

step "choosing: dataset.h5 with the last tenth of the time held out"
"$alster" prepare "${log[@]}" --split time:0.1 --out "$demo/split.h5"

step "choosing: training on 2 ranks, without the held-out part"
"${two_ranks[@]}" "$alster" train --data "$demo/split.h5" "${chosen[@]}" --out "$demo/trial"

step "choosing: how good it is, beside recommending what is popular"
"${two_ranks[@]}" "$alster" evaluate --model "$demo/trial/model.h5" --data "$demo/split.h5" --k 10,20

step "choosing: a page of it to look at"
"${two_ranks[@]}" "$alster" report "$demo/trial" --out "$demo/report.html"

step "serving: the same training on everything"
"$alster" prepare "${log[@]}" --split none --out "$demo/dataset.h5"
"${two_ranks[@]}" "$alster" train --data "$demo/dataset.h5" "${chosen[@]}" --out "$demo/run"

step "serving: what user 7 should watch next, and what somebody gets whom the model does not know"
"$alster" recommend --model "$demo/run/model.h5" --data "$demo/dataset.h5" --user 7 nobody --k 10

step "pages: for all users, under the rules of who may see what, and audited by code of its own"
rules=(--eligibility "$demo/eligibility.toml" --at 2025-01-01)
"${two_ranks[@]}" "$alster" page --model "$demo/run" --data "$demo/dataset.h5" --all "${rules[@]}" --out "$demo/pages.h5"
"$alster" audit "$demo/pages.h5" --data "$demo/dataset.h5" --eligibility "$demo/eligibility.toml"
"$alster" explain --model "$demo/run" --data "$demo/dataset.h5" --user 7 --k 1 "${rules[@]}"

step "the embeddings: $demo/run/model.h5"
step "the page, for a browser: $demo/report.html"

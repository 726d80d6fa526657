#!/bin/bash
# Compiles every header alone: each includes what it needs. Exit code 1: some do not (they are named with the first error).
#
#   scripts/check_headers.sh [HEADER …]     default: all of data, kernels, distributed, host
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

headers=("$@")
[ ${#headers[@]} -gt 0 ] || mapfile -t headers < <(find data kernels distributed host -name '*.hpp' | sort)
read -ra flags <<< "$(pkg-config --cflags eigen3 hdf5 2> /dev/null || echo "-isystem /usr/include/eigen3 -isystem /usr/include/hdf5/serial") $(mpicxx --showme:compile)"
# kernels/cpu/isa/ is compiled for each instruction set; CUDA's headers are looked for where the Toolkit usually lies
flags+=(-std=c++20 -fsyntax-only -fopenmp -I. -DALSTER_ISA=generic -DALSTER_LANES=4 -isystem "${CUDA_HOME:-/usr/local/cuda}/include")

check() {
    local header=$1
    shift
    # an instruction set of its own where the header has its instructions
    case $header in kernels/cpu/isa/matrix_unit/* | */paired_panel.hpp) set -- "$@" -mavx512f -mavx512vl -mavx512dq -mavx512bf16 -UALSTER_LANES -DALSTER_LANES=16 ;; esac
    local answer
    if ! answer=$(g++ "$@" -x c++ -include "$header" /dev/null 2>&1); then
        echo "$header: $(grep -m 1 'error' <<< "$answer")"
        return 1
    fi
}
export -f check

if [ ! -e "${CUDA_HOME:-/usr/local/cuda}/include/cuda_runtime.h" ]; then
    mapfile -t headers < <(printf '%s\n' "${headers[@]}" | grep -v '^kernels/cuda/\|_on_gpus')
fi
if printf '%s\0' "${headers[@]}" | xargs -0 -P "$(nproc)" -I{} bash -c 'check "$@"' _ {} "${flags[@]}"; then
    echo "${#headers[@]} headers compile alone"
else
    exit 1
fi

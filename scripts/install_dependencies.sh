#!/bin/bash
# Installs what alster is built from, on Debian 12+ or Ubuntu 24.04+: only what is missing, as root or with sudo.
#
#   install_dependencies.sh [--tests|--nightly]   --tests: also a local Slurm and what else only the tests use
#                                                 --nightly: and what makes and tries packages
set -euo pipefail

packages=(
    git ca-certificates cmake ninja-build g++ pkg-config
    libopenmpi-dev openmpi-bin libhdf5-openmpi-dev
    libeigen3-dev libopenblas-dev liblapacke-dev
    libcli11-dev libtomlplusplus-dev nlohmann-json3-dev libfmt-dev
    libsimdjson-dev libcsv-dev zlib1g-dev libminizip-dev libbz2-dev liblzma-dev libzstd-dev libssl-dev robin-map-dev librandom123-dev
    libgtest-dev libgmock-dev libbenchmark-dev
    python3
)
test_packages=(
    python3-h5py python3-numpy python3-setuptools python3-wheel
    slurm-wlm slurmctld slurmd slurm-client munge iproute2
)
# The style is the one of this version, and the fuzzers are clang's; where the distribution has none, the style test and
# the fuzzers report themselves skipped.
optional_test_packages=(clang-format-14 clang-14 libclang-rt-14-dev libomp-14-dev)

case "${1:-}" in
    "") optional_test_packages=() ;;
    --tests) packages+=("${test_packages[@]}") ;;
    --nightly)
        packages+=("${test_packages[@]}")
        optional_test_packages+=(patchelf dpkg-dev file kcat zsh fish)
        ;;
    *)
        echo "usage: install_dependencies.sh [--tests|--nightly]" >&2
        exit 64
        ;;
esac

if ! command -v apt-get > /dev/null; then
    echo "install_dependencies.sh: no apt-get here; install these by hand: ${packages[*]}" >&2
    exit 69
fi

installed() {
    dpkg-query -W -f '${Status}' "$1" 2> /dev/null | grep -q '^install ok installed'
}

missing=()
for package in "${packages[@]}" "${optional_test_packages[@]}"; do
    installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo > /dev/null; then
        echo "install_dependencies.sh: neither root nor sudo; as root: apt-get install ${missing[*]}" >&2
        exit 69
    fi
    as_root=(sudo)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "$@" > "$log" 2>&1 < /dev/null && return
    cat "$log" >&2
    echo "install_dependencies.sh: failed: $*" >&2
    exit 69
}

quietly apt-get update -q
available=()
for package in "${missing[@]}"; do
    if [[ " ${optional_test_packages[*]} " == *" $package "* ]] && [ -z "$(apt-cache policy "$package")" ]; then
        echo "not in this distribution, left out: $package"
    else
        available+=("$package")
    fi
done
[ ${#available[@]} -gt 0 ] || exit 0
echo "installing: ${available[*]}"
quietly apt-get install -q -y --no-install-recommends "${available[@]}"

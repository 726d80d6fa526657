#!/bin/bash
# scripts/gpu_suite.sh without a GPU, its programs replaced by stubs: a step that fails, hangs or is skipped must neither end
# the suite nor be lost, and every figure must reach the JSON.
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
stub bin/ncu << 'END'
echo "==PROF== connected"
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
END
# gathering 10⁸ rows of 256 bytes: from the cache (items, 2.56 MB) at 4000 GB/s 6.4 ms, else (users, 256 MB) 25.6 ms
stub build/bench/cuda_sweep_benchmark << 'END'
[ "$2" = 138493 ] || sleep 60   # the second set hangs
echo '{"backend": "tf32x3", "users": 1000000, "items": 10000, "interactions": 100000000, "factors": 64,' \
    '"users_ms": 12.8, "items_ms": 102.4, "users_gflop": 100, "items_gflop": 100}'
END
stub build/bench/sweep_benchmark <<< "echo '{\"backend\": \"generic\", \"users_ms\": 5.0}'"

# suite SECONDS: sets rc
suite() {
    rc=0
    PATH=$work/bin:$PATH ALSTER_GPU_SUITE_SECONDS=$1 bash "$source/scripts/gpu_suite.sh" "$work/out" "$work/build" \
        > "$work/log" 2>&1 || rc=$?
}
suite 10
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
assert states["sweeps_cpu"] == "out of time", states   # nothing was left for it
assert sweeps["tf32x3"]["users_floor"] == "gather" and abs(sweeps["tf32x3"]["users_share"] - 0.5) < 1e-9, sweeps
assert abs(sweeps["tf32x3"]["items_share"] - 0.25) < 1e-9, sweeps
assert "skipped" in sweeps["implicit"] or "sweep_ms" in sweeps["implicit"], sweeps
assert "| tests | failed | 1 |" in (out / "gpu_suite.md").read_text()
END
sed -i '/sleep 60/d' "$work/build/bench/cuda_sweep_benchmark"
suite 500
python3 - "$work/out" << 'END'
import json
import pathlib
import sys

result = json.loads((pathlib.Path(sys.argv[1]) / "gpu_suite.json").read_text())
assert result["sanitizer"]["racecheck"] == "ERROR SUMMARY: 0 errors", result["sanitizer"]
assert result["profiles"] == [{"kernel": "solve_rows", "gpu__time_duration.sum": "12.5 us"}], result["profiles"]
assert {sweep["backend"] for sweep in result["sweeps"]} >= {"tf32x3", "generic"}
assert not any("users_share" in sweep for sweep in result["sweeps"] if sweep["backend"] == "generic")
END
echo "the suite survives its steps"

#!/bin/bash
# scripts/gpu_suite.sh without a GPU, its programs replaced by stubs: a step that fails, hangs or is skipped must neither end
# the suite nor be lost, every figure must reach the JSON, and what is not built is built or named.
#
#   gpu_suite_test.sh SOURCE
set -euo pipefail
source=$(realpath "$1")
checks=$source/tests/scripts/gpu_suite_checks.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/build/tests" "$work/build/bench"

# stub FILE: a program with the lines of standard input
stub() {
    { echo '#!/bin/bash'; cat; } > "$work/$1"
    chmod +x "$work/$1"
}
stub bin/nvidia-smi << 'END'
case $1 in
    -L) echo "GPU 0: a stub" ;;
    --query-gpu=driver_version) echo 580.1 ;;
    *) printf '%s\n' "clocks.current.sm [MHz], clocks.current.memory [MHz], temperature.gpu, power.draw [W]" \
           "1980 MHz, 2619 MHz, 41, 120.5 W" ;;
esac
END
stub bin/mpirun <<< '[ "$5" = 2 ] || { echo "rank 2 is lost"; exit 1; }   # three ranks fail'
stub bin/compute-sanitizer << 'END'
[ "$2" != racecheck ] || echo "========= RACECHECK SUMMARY: 0 hazards displayed"
[ "$2" = racecheck ] || echo "========= ERROR SUMMARY: 0 errors"
END
# two sweeps: two launches of one kernel, one of another, and what the program itself says
stub bin/ncu << 'END'
echo "==PROF== connected"
"${@:10}"
echo '"ID","Kernel Name","Block Size","Grid Size","Metric Name","Metric Unit","Metric Value"'
for id in 0 1; do
    echo "\"$id\",\"void alster::solve_rows<(alster::Precision)1, (int)2, (bool)1>(alster::RowLaunch, int)\",\"(160, 1, 1)\",\"(264, 1, 1)\",\"gpu__time_duration.sum\",\"ns\",\"3,000,000\""
    echo "\"$id\",\"void alster::solve_rows<(alster::Precision)1, (int)2, (bool)1>(alster::RowLaunch, int)\",\"(160, 1, 1)\",\"(264, 1, 1)\",\"dram__bytes.sum\",\"byte\",\"6000000000\""
done
echo '"2","alster::<unnamed>::rotate_kernel<8>(float *, long)","(128, 1, 1)","(9, 1, 1)","gpu__time_duration.sum","ns","2000000"'
echo '"2","alster::<unnamed>::rotate_kernel<8>(float *, long)","(128, 1, 1)","(9, 1, 1)","dram__bytes.sum","byte","n/a"'
END
stub build/tests/gpu_test << 'END'
echo "[       OK ] Cuda.Works (3 ms)"
echo "[  FAILED  ] Cuda.DoesNot (3 ms)"
echo "[  FAILED  ] Cuda.DoesNot"
echo " 1 FAILED TEST"
exit 1
END
stub build/tests/serving_commands_test << 'END'
[ "$ALSTER_EXPECTED_BACKEND" = cuda ] && [ -x "$ALSTER_PROGRAM" ] && echo "[       OK ] ServingCommands.Serve (3 ms)"
END
stub build/bench/gpu_floors << 'END'
echo '{"device": "a stub", "multiprocessors": 3, "cache_bytes": 50000000}'
echo '{"floor": "copy", "of": "HBM", "value": 2000.0, "unit": "GB/s"}'
echo '{"floor": "gather", "of": "rows of 128 bytes out of 8192 MiB", "value": 1000.0, "unit": "GB/s"}'
echo '{"floor": "gather", "of": "rows of 128 bytes out of 24 MiB", "value": 4000.0, "unit": "GB/s"}'
echo '{"floor": "mma.sync", "of": "tf32", "value": 300.0, "unit": "TFLOP/s"}'
echo '{"floor": "fma", "of": "fp32", "value": 50.0, "unit": "TFLOP/s"}'
echo '{"floor": "fma", "of": "fp64", "value": 4.096, "unit": "TFLOP/s"}'
echo '{"floor": "cholesky", "of": "order 32 in shared memory", "value": 100000.0, "unit": "systems/ms"}'
echo '{"floor": "cholesky", "of": "order 64 in shared memory", "value": 10000.0, "unit": "systems/ms"}'
END
# gathering 10⁸ rows of 256 bytes: from the cache (items, 2.56 MB) at 4000 GB/s 6.4 ms, else (users, 256 MB) 25.6 ms; the
# users' Gramian is 4.096 Gflop of fp64, their rotation twice that; the last line was cut off
stub build/bench/cuda_sweep_benchmark << 'END'
[ "$2" != 480189 ] || sleep 60   # the second set hangs
echo '{"backend": "tf32x3", "users": 1000000, "items": 10000, "interactions": 100000000, "factors": 64,' \
    '"sweep_ms": 20.0, "sweep_least_ms": 19.5, "sweep_greatest_ms": 21.0, "basis_ms": 4.0, "basis_gramian_ms": 1.0,' \
    '"users_ms": 12.8, "items_ms": 102.4, "users_rows_read": 200000000, "items_rows_read": 200000000,' \
    '"users_assembly_gflop": 100, "users_cholesky_gflop": 500, "users_systems": [100000, 20000, 0, 0, 0],' \
    '"items_assembly_gflop": 100, "items_cholesky_gflop": 50, "items_systems": [0, 0, 0, 0, 7],' \
    '"users_gramian_ms": 4.0, "users_rotation_ms": 2.5}'
echo '{"backend": "bf16", "users": 10000'
END
stub build/bench/cuda_top_k_benchmark <<< "echo '{\"top_k\": \"masked\", \"candidates\": '\$2', \"queries_per_s\": 3000}'"
stub build/bench/sweep_benchmark <<< "echo '{\"backend\": \"generic\", \"users_ms\": 5.0, \"sweep_ms\": 9.0}'"
# in bf16 it learns less
stub build/alster << 'END'
case $1 in
    train) mkdir -p "${!#}"; echo "$*" > "${!#}/model.h5" ;;
    evaluate) ndcg=0.30; ! grep -q bf16 "$3" || ndcg=0.25
        echo "{\"users\": 20000, \"ndcg@10\": $ndcg, \"ndcg@10_low\": 0.29, \"ndcg@10_high\": 0.31}" ;;
esac
END

# suite SECONDS [BUILD]: sets rc; of tools it finds the stubs and what a system has
suite() {
    rc=0
    PATH=$work/bin:/usr/bin:/bin bash "$work/source/scripts/gpu_suite.sh" "$work/out" "${2:-build/release}" "$1" \
        > "$work/log" 2>&1 || rc=$?
}
check() { python3 "$checks" "$1" "$work/out" "$rc"; }
mkdir -p "$work/source/bench"
cp -r "$source/scripts" "$work/source"
cp "$source/bench/implicit_gpu.py" "$work/source/bench"
suite 22 "$work/build"
check a_step_that_hangs
sed -i '/sleep 60/d' "$work/build/bench/cuda_sweep_benchmark"
suite 330 "$work/build"
check all_figures

# without the tools their steps are skipped, which is no failure of theirs
rm "$work/bin/compute-sanitizer" "$work/bin/ncu"
suite 330 "$work/build"
check no_tools

# stopped from outside it keeps what it has
sed -i '2i [ "$2" != 480189 ] || { touch "$0.began"; sleep 3; }' "$work/build/bench/cuda_sweep_benchmark"
PATH=$work/bin:/usr/bin:/bin bash "$work/source/scripts/gpu_suite.sh" "$work/out" "$work/build" > "$work/log" 2>&1 &
until [ -e "$work/build/bench/cuda_sweep_benchmark.began" ]; do sleep 0.1; done
kill $!
rc=0
wait $! || rc=$?
check stopped

# what is not built: named for a folder of one's own, built for the usual one
suite 330 "$work/nothing"
[ $rc = 1 ]
grep -q "$work/nothing is not built; for build/release: cmake --preset release && cmake --build" "$work/log"
stub bin/cmake << END
[ "\$1" = --build ] || exit 0
[ "\$*" = "--build --preset release --target gpu_test serving_commands_test cuda_sweep_benchmark cuda_top_k_benchmark sweep_benchmark gpu_floors alster" ] || exit 1
mkdir -p build && cp -r "$work/build" build/release
END
sed -i '/sleep 3/d' "$work/build/bench/cuda_sweep_benchmark"
suite 330
grep -q '"step": "tests"' "$work/log"
rm -r "$work/source/build"
stub bin/cmake <<< 'echo "no nvcc here"; exit 1'
suite 330
[ $rc = 1 ]
grep -q "no nvcc here" "$work/log"
grep -q "the build failed" "$work/log"
stub bin/nvidia-smi <<< 'echo "no devices were found"; exit 6'
suite 330 "$work/build"
[ $rc = 69 ]
grep -q "no GPU answers (no devices were found)" "$work/log"
echo "the suite survives its steps"

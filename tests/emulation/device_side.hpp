#pragma once
// What kernels see of CUDA when they run on a CPU: one fiber for each thread, blocks one after another (scheduler.cpp).
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(n) alignas(n)
#define __constant__ static

struct uint3 {
    unsigned x, y, z;
};
struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};
struct alignas(8) float2 {
    float x, y;
};
struct alignas(16) float4 {
    float x, y, z, w;
};
struct alignas(16) int4 {
    int x, y, z, w;
};
using cudaStream_t = struct CUstream_st*;

namespace emulation {
struct Loc {  // as std::source_location, which clang 14 lacks
    const char* file;
    unsigned line;
    const char* function;
    static constexpr Loc current(const char* f = __builtin_FILE(), unsigned l = __builtin_LINE(),
                                 const char* n = __builtin_FUNCTION())
    {
        return {f, l, n};
    }
};
enum class Order { forward, reverse, random };
/// What ALSTER_EMULATED_ORDER (forward, reverse, random) says in the environment.
[[nodiscard]] Order order_in_environment();
struct Options {
    Order order = order_in_environment();
    std::uint64_t seed = 1;
    unsigned preempt = 0;        // at an atomic, yield with probability 1/preempt (0: never)
    bool strict_barrier = true;  // a thread that left the kernel, or another source line, is an error
};
struct Idx {
    uint3 thread, block;
    dim3 bdim, gdim;
    unsigned lane, warp, linear;
};

// The scheduler (cuda_on_cpu.cpp, never instrumented by a sanitizer).
extern Options options;
const Idx& idx();
void run_grid(dim3 g, dim3 b, std::size_t smem, void (*fn)(const void*), const void* arg);
void barrier(int& count_or, const Loc& at);
const std::uint64_t* exchange(unsigned mask, std::uint64_t v, int kind, unsigned& lanes, const Loc& at);
void* shared_var(const void* key, std::size_t bytes);
void* shared_dynamic();
void preempt();

template <class T>
std::uint64_t pack(T v)
{
    static_assert(sizeof(T) <= 8 && std::is_trivially_copyable_v<T>);
    std::uint64_t u = 0;
    __builtin_memcpy(&u, &v, sizeof v);
    return u;
}
template <class T>
T unpack(std::uint64_t u)
{
    T v;
    __builtin_memcpy(&v, &u, sizeof v);
    return v;
}
template <class T>
T shuffle(unsigned mask, T v, int src, const Loc& at)
{
    unsigned lanes = 0;
    const std::uint64_t* s = exchange(mask, pack(v), 1, lanes, at);
    return src >= 0 && src < 32 && (lanes >> src & 1) ? unpack<T>(s[src]) : unpack<T>(~0ull);
}
}  // namespace emulation

#define threadIdx (::emulation::idx().thread)
#define blockIdx (::emulation::idx().block)
#define blockDim (::emulation::idx().bdim)
#define gridDim (::emulation::idx().gdim)
inline constexpr int warpSize = 32;

// Shared memory: a fresh, NaN-filled heap block per thread block, so ASan sees overruns.
#define SHARED(type, name, ...)               \
    using name##_shared_t = type __VA_ARGS__; \
    static const char name##_shared_key = 0;  \
    auto& name = *static_cast<name##_shared_t*>(::emulation::shared_var(&name##_shared_key, sizeof(name##_shared_t)))
#define DYNAMIC_SHARED(type, name) type* name = static_cast<type*>(::emulation::shared_dynamic())
#define __shared__ static  // plain spelling works too, without the fresh fill

inline void __syncthreads(emulation::Loc at = emulation::Loc::current())
{
    int c = 0;
    emulation::barrier(c, at);
}
inline int __syncthreads_or(int p, emulation::Loc at = emulation::Loc::current())
{
    int c = p != 0;
    emulation::barrier(c, at);
    return c != 0;
}
inline int __syncthreads_count(int p, emulation::Loc at = emulation::Loc::current())
{
    int c = p != 0;
    emulation::barrier(c, at);
    return c;
}
inline void __syncwarp(unsigned m = ~0u, emulation::Loc at = emulation::Loc::current())
{
    unsigned l;
    emulation::exchange(m, 0, 2, l, at);
}
template <class T>
T __shfl_sync(unsigned m, T v, int src, int w = 32, emulation::Loc at = emulation::Loc::current())
{
    int lane = emulation::idx().lane;
    return emulation::shuffle(m, v, (lane & -w) | (src & (w - 1)), at);
}
template <class T>
T __shfl_xor_sync(unsigned m, T v, int x, int w = 32, emulation::Loc at = emulation::Loc::current())
{
    int lane = emulation::idx().lane, s = lane ^ x;
    return emulation::shuffle(m, v, s < (lane & -w) + w ? s : lane, at);
}
template <class T>
T __shfl_down_sync(unsigned m, T v, unsigned d, int w = 32, emulation::Loc at = emulation::Loc::current())
{
    int lane = emulation::idx().lane, s = lane + int(d);
    return emulation::shuffle(m, v, s < (lane & -w) + w ? s : lane, at);
}
template <class T>
T __shfl_up_sync(unsigned m, T v, unsigned d, int w = 32, emulation::Loc at = emulation::Loc::current())
{
    int lane = emulation::idx().lane, s = lane - int(d);
    return emulation::shuffle(m, v, s >= (lane & -w) ? s : lane, at);
}
inline unsigned __ballot_sync(unsigned m, int p, emulation::Loc at = emulation::Loc::current())
{
    unsigned lanes, r = 0;
    const std::uint64_t* s = emulation::exchange(m, p != 0, 3, lanes, at);
    for (int i = 0; i < 32; ++i)
        if (lanes >> i & 1) r |= unsigned(s[i]) << i;
    return r;
}
inline int __any_sync(unsigned m, int p, emulation::Loc at = emulation::Loc::current())
{
    return __ballot_sync(m, p, at) != 0;
}
inline int __all_sync(unsigned m, int p, emulation::Loc at = emulation::Loc::current())
{
    return __ballot_sync(m, p, at) == m;
}
template <class T>
T __reduce_add_sync(unsigned m, T v, emulation::Loc at = emulation::Loc::current())
{
    unsigned lanes;
    T r = 0;
    const std::uint64_t* s = emulation::exchange(m, emulation::pack(v), 4, lanes, at);
    for (int i = 0; i < 32; ++i)
        if (lanes >> i & 1) r += emulation::unpack<T>(s[i]);
    return r;
}

// Atomics: real atomic operations, so that TSan knows them; floats by compare-and-swap.
template <class T, class F>
T emulation_rmw(T* p, F f)
{
    emulation::preempt();
    T old, now;
    __atomic_load(p, &old, __ATOMIC_RELAXED);
    do now = f(old);
    while (!__atomic_compare_exchange(p, &old, &now, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return old;
}
template <class T>
T atomicAdd(T* p, std::type_identity_t<T> v)
{
    return emulation_rmw(p, [v](T o) { return T(o + v); });
}
template <class T>
T atomicMax(T* p, std::type_identity_t<T> v)
{
    return emulation_rmw(p, [v](T o) { return o < v ? v : o; });
}
template <class T>
T atomicMin(T* p, std::type_identity_t<T> v)
{
    return emulation_rmw(p, [v](T o) { return v < o ? v : o; });
}
template <class T>
T atomicExch(T* p, std::type_identity_t<T> v)
{
    return emulation_rmw(p, [v](T) { return v; });
}
template <class T>
T atomicOr(T* p, std::type_identity_t<T> v)
{
    return emulation_rmw(p, [v](T o) { return T(o | v); });
}
template <class T>
T atomicCAS(T* p, std::type_identity_t<T> c, std::type_identity_t<T> v)
{
    return emulation_rmw(p, [c, v](T o) { return o == c ? v : o; });
}
inline void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
inline void __threadfence_block() { __threadfence(); }

template <class T>
T __ldg(const T* p)
{
    return *p;
}
inline int __popc(unsigned v) { return std::popcount(v); }
inline int __clz(int v) { return std::countl_zero(unsigned(v)); }
inline int __ffs(int v) { return v ? std::countr_zero(unsigned(v)) + 1 : 0; }
inline int __float_as_int(float f) { return std::bit_cast<int>(f); }
inline unsigned __float_as_uint(float f) { return std::bit_cast<unsigned>(f); }
inline float __uint_as_float(unsigned u) { return std::bit_cast<float>(u); }
inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }
inline float __fdividef(float a, float b) { return a / b; }
using std::isfinite;
using std::max;
using std::min;

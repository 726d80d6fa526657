// Runs the threads of a block as fibers. Built WITHOUT sanitizers: it tells them what it does.
#include "tests/emulation/context.hpp"
#include "tests/emulation/device_side.hpp"
#include "tests/emulation/emulation.hpp"

#undef __shared__
#include <sys/mman.h>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

// The sanitizers' fiber interfaces, null where the program has none.
extern "C" {
__attribute__((weak)) void __sanitizer_start_switch_fiber(void**, const void*, std::size_t);
__attribute__((weak)) void __sanitizer_finish_switch_fiber(void*, const void**, std::size_t*);
__attribute__((weak)) void* __tsan_get_current_fiber();
__attribute__((weak)) void* __tsan_create_fiber(unsigned);
__attribute__((weak)) void __tsan_destroy_fiber(void*);
__attribute__((weak)) void __tsan_switch_to_fiber(void*, unsigned);
__attribute__((weak)) void __tsan_acquire(void*);
__attribute__((weak)) void __tsan_release(void*);
}

namespace emulation {
Order order_in_environment()
{
    const char* name = std::getenv("ALSTER_EMULATED_ORDER");
    const std::string order = name ? name : "forward";
    if (order == "reverse") return Order::reverse;
    if (order == "random") return Order::random;
    if (order == "forward") return Order::forward;
    std::fprintf(stderr, "emulation: ALSTER_EMULATED_ORDER=%s: forward, reverse or random\n", name);
    std::abort();
}
Options options;
namespace {
constexpr unsigned kMaxThreads = 1024, kMaxVars = 64;
enum State { ready, at_barrier, at_warp, done };
struct Coll {
    unsigned mask = 0, lanes = 0, left = 0;
    int kind = 0;
    bool complete = false, used = false;
    std::uint64_t v[32];
    char* hb;
    Loc at;
};
struct Fiber {
    Idx idx;
    State state;
    Coll* coll;
    Loc at;
    int slot;
    char* stack;
    void* fake = nullptr;
    void* tsan = nullptr;
    Context context;
};
struct Warp {
    Coll pool[64];
    unsigned exited;
};
struct Var {
    const void* key;
    std::size_t bytes;
    void* p;
};
Fiber fibers[kMaxThreads];
constexpr unsigned kRetired = 1500;
void* retired[kRetired];
unsigned n_retired;
Warp warps[kMaxThreads / 32];
unsigned order[kMaxThreads];
Var vars[kMaxVars];
unsigned n_vars, n_threads, n_done, arrived, generation;
int vote[2];
char hb_start, hb_end, *hb_barrier;  // what TSan orders threads by; fresh for each block
void* dyn;
std::size_t dyn_bytes, stack_bytes;
Fiber* cur;
void (*body)(const void*);
const void* body_arg;
void* host_tsan;
void* host_fake;
const void* host_stack;
std::size_t host_stack_bytes;
Context host_context;
std::uint64_t rng = 1;
std::uint64_t next()
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return rng;
}
constexpr std::size_t kHbBytes = 8 * (2 + kMaxThreads / 32 * 64);
void acquire(void* p)
{
    if (__tsan_acquire) __tsan_acquire(p);
}
void release(void* p)
{
    if (__tsan_release) __tsan_release(p);
}

// Shared memory of one block. Under TSan it comes from mmap, whose release also forgets who touched it.
void* shared_alloc(std::size_t n)
{
    void* p = __tsan_release ? mmap(nullptr, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                             : std::aligned_alloc(16, (n + 15) / 16 * 16);
    auto* q = static_cast<volatile unsigned char*>(p);
    for (std::size_t i = 0; i < n; ++i) q[i] = 0xFF;
    return p;
}
void shared_free(void* p, std::size_t n)
{
    if (__tsan_release)
        munmap(p, n);
    else
        std::free(p);
}

[[noreturn]] void fail(const char* what, const Fiber& f, const Loc& at)
{
    std::fprintf(stderr, "emulation: %s\n  %s:%u in %s\n  block (%u,%u,%u) thread (%u,%u,%u) lane %u\n", what, at.file,
                 at.line, at.function, f.idx.block.x, f.idx.block.y, f.idx.block.z, f.idx.thread.x, f.idx.thread.y,
                 f.idx.thread.z, f.idx.lane);
    std::abort();
}
void to_host(bool last)
{
    Fiber* f = cur;
    if (__sanitizer_start_switch_fiber)
        __sanitizer_start_switch_fiber(last ? nullptr : &f->fake, host_stack, host_stack_bytes);
    if (__tsan_switch_to_fiber) __tsan_switch_to_fiber(host_tsan, 1);
    switch_context(f->context, host_context);
    if (__sanitizer_finish_switch_fiber) __sanitizer_finish_switch_fiber(f->fake, nullptr, nullptr);
}
void entry()
{
    if (__sanitizer_finish_switch_fiber) __sanitizer_finish_switch_fiber(nullptr, &host_stack, &host_stack_bytes);
    acquire(&hb_start);
    body(body_arg);
    release(&hb_end);
    cur->state = done;
    ++n_done;
    warps[cur->idx.warp].exited |= 1u << cur->idx.lane;
    to_host(true);
    __builtin_unreachable();
}
void resume(Fiber& f)
{
    cur = &f;
    if (__sanitizer_start_switch_fiber) __sanitizer_start_switch_fiber(&host_fake, f.stack, stack_bytes);
    if (__tsan_switch_to_fiber) __tsan_switch_to_fiber(f.tsan, 1);
    switch_context(host_context, f.context);
    if (__sanitizer_finish_switch_fiber) __sanitizer_finish_switch_fiber(host_fake, nullptr, nullptr);
}
void prepare(Fiber& f)
{
    if (!f.stack) {
        char* p = static_cast<char*>(mmap(nullptr, stack_bytes + 4096, PROT_READ | PROT_WRITE,
                                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
        if (p == MAP_FAILED) throw std::runtime_error("emulation: no stack");
        mprotect(p, 4096, PROT_NONE);
        f.stack = p + 4096;
    }
    if (__tsan_create_fiber) {  // a new thread to TSan, on a stack nobody has touched: blocks are not ordered
        if (f.tsan) {
            void*& old = retired[n_retired++ % kRetired];  // a destroyed thread can no longer be named in a report
            if (old) __tsan_destroy_fiber(old);
            old = f.tsan;
            mmap(f.stack, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
                 -1, 0);
        }
        f.tsan = __tsan_create_fiber(0);
    }
    make_context(f.context, f.stack, stack_bytes, entry);
}
void shuffle_order()
{
    for (unsigned i = n_threads; i > 1; --i) std::swap(order[i - 1], order[next() % i]);
}
void run_block(uint3 block, dim3 b, dim3 g)
{
    n_threads = b.x * b.y * b.z;
    n_done = arrived = 0;
    vote[0] = vote[1] = 0;
    if (__tsan_release) hb_barrier = static_cast<char*>(shared_alloc(kHbBytes));
    dyn = dyn_bytes ? shared_alloc(dyn_bytes) : nullptr;
    for (unsigned i = 0; i < n_threads; ++i) {
        Fiber& f = fibers[i];
        f.idx = {{i % b.x, i / b.x % b.y, i / (b.x * b.y)}, block, b, g, i % 32, i / 32, i};
        f.state = ready;
        f.coll = nullptr;
        prepare(f);
        order[i] = options.order == Order::reverse ? n_threads - 1 - i : i;
    }
    for (unsigned w = 0; w <= (n_threads - 1) / 32; ++w) {
        unsigned lanes = std::min(32u, n_threads - w * 32);
        warps[w].exited = lanes == 32 ? 0 : ~((1u << lanes) - 1);
        for (unsigned i = 0; i < 64; ++i) {
            warps[w].pool[i].used = false;
            warps[w].pool[i].hb = hb_barrier + 8 * (2 + w * 64 + i);
        }
    }
    release(&hb_start);
    while (n_done < n_threads) {
        if (options.order == Order::random) shuffle_order();
        bool ran = false;
        for (unsigned i = 0; i < n_threads; ++i) {
            Fiber& f = fibers[order[i]];
            if (f.state != ready) continue;
            ran = true;
            resume(f);
            while (n_vars && !vars[n_vars - 1].p) {
                vars[n_vars - 1].p = shared_alloc(vars[n_vars - 1].bytes);
                release(&hb_start);
                resume(f);
            }
            if (options.strict_barrier && f.state == done && arrived)
                for (unsigned j = 0; j < n_threads; ++j)
                    if (fibers[j].state == at_barrier)
                        fail("a thread of the block left the kernel while this one waits in __syncthreads", fibers[j],
                             fibers[j].at);
        }
        if (!ran)
            for (unsigned j = 0; j < n_threads; ++j) {
                if (fibers[j].state == at_barrier)
                    fail("deadlock: this thread waits in __syncthreads, others wait elsewhere", fibers[j],
                         fibers[j].at);
                if (fibers[j].state == at_warp)
                    fail("deadlock: this lane waits in a warp operation whose mask names lanes that never come",
                         fibers[j], fibers[j].at);
            }
    }
    for (unsigned i = 0; i < n_vars; ++i) shared_free(vars[i].p, vars[i].bytes);
    n_vars = 0;
    if (dyn) shared_free(dyn, dyn_bytes);
    if (__tsan_release) shared_free(hb_barrier, kHbBytes);
}
}  // namespace

const Idx& idx() { return cur->idx; }
void* shared_dynamic() { return dyn; }
void* shared_var(const void* key, std::size_t bytes)
{
    unsigned i = 0;
    while (i < n_vars && vars[i].key != key) ++i;
    if (i == n_vars) {
        if (n_vars == kMaxVars) fail("too many shared variables", *cur, Loc::current());
        vars[n_vars++] = {key, bytes, nullptr};
        to_host(false);  // the host allocates it, so that no thread seems to have written it
    }
    acquire(&hb_start);
    return vars[i].p;
}
void preempt()
{
    if (options.preempt && next() % options.preempt == 0) to_host(false);
}
void barrier(int& count, const Loc& at)
{
    Fiber& f = *cur;
    unsigned par = generation & 1;
    if (options.strict_barrier) {
        if (n_done) fail("__syncthreads after another thread of the block left the kernel", f, at);
        if (arrived)
            for (unsigned j = 0; j < n_threads; ++j)
                if (fibers[j].state == at_barrier) {
                    if (fibers[j].at.line != at.line)
                        fail("threads of one block wait at different __syncthreads", f, at);
                    break;
                }
    }
    f.at = at;
    vote[par] += count;
    release(hb_barrier + 8 * par);
    if (++arrived == n_threads - n_done) {
        arrived = 0;
        ++generation;
        vote[par ^ 1] = 0;
        for (unsigned j = 0; j < n_threads; ++j)
            if (fibers[j].state == at_barrier) fibers[j].state = ready;
        if (options.order == Order::random) to_host(false);  // the last to arrive need not go on first
    } else {
        f.state = at_barrier;
        to_host(false);
    }
    acquire(hb_barrier + 8 * par);
    count = vote[par];
}
const std::uint64_t* exchange(unsigned mask, std::uint64_t v, int kind, unsigned& lanes, const Loc& at)
{
    Fiber& f = *cur;
    Warp& w = warps[f.idx.warp];
    if (f.coll) {
        if (--f.coll->left == 0) f.coll->used = false;
        f.coll = nullptr;
    }
    if (!(mask >> f.idx.lane & 1)) fail("the mask of a warp operation does not name its caller", f, at);
    if (mask & w.exited)
        fail("the mask of a warp operation names lanes that have left the kernel or do not exist", f, at);
    Coll* c = nullptr;
    for (Coll& k : w.pool)
        if (k.used && !k.complete && (k.mask & mask)) {
            if (k.mask != mask || k.kind != kind)
                fail("lanes of one warp meet in different warp operations or with different masks", f, at);
            c = &k;
            break;
        }
    if (!c)
        for (Coll& k : w.pool)
            if (!k.used) {
                c = &k;
                c->mask = mask;
                c->lanes = 0;
                c->left = 0;
                c->kind = kind;
                c->complete = false;
                c->used = true;
                c->at = at;
                break;
            }
    c->v[f.idx.lane] = v;
    c->lanes |= 1u << f.idx.lane;
    ++c->left;
    f.coll = c;
    f.at = at;
    release(c->hb);
    if (c->lanes == mask) {
        c->complete = true;
        for (unsigned i = 0; i < 32; ++i)
            if (mask >> i & 1) {
                Fiber& o = fibers[f.idx.warp * 32 + i];
                if (o.state == at_warp) o.state = ready;
            }
        if (options.order == Order::random) to_host(false);
    } else {
        f.state = at_warp;
        to_host(false);
    }
    acquire(c->hb);
    lanes = c->lanes;
    return c->v;
}
void run_grid(dim3 g, dim3 b, std::size_t smem, void (*fn)(const void*), const void* arg)
{
    if (!stack_bytes) stack_bytes = __sanitizer_start_switch_fiber ? 256 << 10 : 64 << 10;
    body = fn;
    body_arg = arg;
    dyn_bytes = smem;
    rng = options.seed * 0x9E3779B97F4A7C15ull | 1;
    if (__tsan_get_current_fiber) host_tsan = __tsan_get_current_fiber();
    std::uint64_t n = std::uint64_t(g.x) * g.y * g.z;
    for (std::uint64_t i = 0; i < n; ++i) {
        std::uint64_t j = options.order == Order::reverse  ? n - 1 - i
                          : options.order == Order::random ? (i * 0x9E3779B1ull + options.seed) % n
                                                           : i;
        if (options.order == Order::random && n % 0x9E3779B1ull == 0) j = i;
        if (j != settings.only_block.value_or(j)) continue;
        run_block({unsigned(j % g.x), unsigned(j / g.x % g.y), unsigned(j / (std::uint64_t(g.x) * g.y))}, b, g);
    }
    acquire(&hb_end);
    cur = nullptr;
}
}  // namespace emulation

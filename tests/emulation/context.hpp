#pragma once
#include <cstddef>
#ifndef __x86_64__
#include <ucontext.h>
#endif

namespace emulation {

/// Where a flow of control was left. On x86-64 its stack pointer, the registers that a call keeps lying on the stack;
/// elsewhere ucontext, which makes system calls and is ten times slower.
struct Context {
#ifdef __x86_64__
    void* stack_pointer = nullptr;
#else
    ucontext_t saved;
#endif
};

/// A context that starts in `entry`, which must never return, on a stack of `bytes` from `stack` on.
void make_context(Context& context, char* stack, std::size_t bytes, void (*entry)());

/// Leaves the running flow in `from` and goes on where `to` was left.
void switch_context(Context& from, Context& to);

}  // namespace emulation

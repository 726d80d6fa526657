#include "tests/emulation/context.hpp"

#ifdef __x86_64__

extern "C" void emulation_swap(void** save, void* to);
asm(R"(
.text
.globl emulation_swap
.type emulation_swap,@function
emulation_swap:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp,(%rdi)
  movq %rsi,%rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emulation_swap,.-emulation_swap
)");

namespace emulation {

void make_context(Context& context, char* stack, std::size_t bytes, void (*entry)())
{
    auto** top = reinterpret_cast<void**>(stack + bytes);
    *--top = nullptr;  // where entry would return to
    *--top = reinterpret_cast<void*>(entry);
    for (int kept = 0; kept < 6; ++kept) *--top = nullptr;
    context.stack_pointer = top;
}

void switch_context(Context& from, Context& to) { emulation_swap(&from.stack_pointer, to.stack_pointer); }

}  // namespace emulation

#else

namespace emulation {

void make_context(Context& context, char* stack, std::size_t bytes, void (*entry)())
{
    getcontext(&context.saved);
    context.saved.uc_stack = {stack, 0, bytes};
    context.saved.uc_link = nullptr;
    makecontext(&context.saved, entry, 0);
}

void switch_context(Context& from, Context& to) { swapcontext(&from.saved, &to.saved); }

}  // namespace emulation

#endif

#pragma once
#include <cstdlib>
#include <memory>
#include <new>

namespace alster {

struct FreeAligned {
    void operator()(float* memory) const { std::free(memory); }
};

/// Floats that begin on a cache line, as registers of any width want them; not set to anything.
using AlignedFloats = std::unique_ptr<float[], FreeAligned>;

[[nodiscard]] inline AlignedFloats make_aligned_floats(std::size_t count)
{
    constexpr std::size_t line = 64;
    const std::size_t bytes = (count * sizeof(float) + line - 1) / line * line;
    auto* memory = static_cast<float*>(std::aligned_alloc(line, bytes));
    if (!memory) throw std::bad_alloc();
    return AlignedFloats(memory);
}

}  // namespace alster

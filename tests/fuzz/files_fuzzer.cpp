#include <algorithm>

#include "data/checkpoint_file.hpp"
#include "data/dataset_file.hpp"
#include "data/model_file.hpp"
#include "tests/fuzz/everything.hpp"
#include "tests/fuzz/memory_file.hpp"

// Files that were damaged: any bytes, as a file that each of the readers is told to open.

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

/// A file is some bytes among pages of zeros: half of the mutations are made where something stands.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed)
{
    constexpr std::size_t window = 64;
    if (seed % 2 == 0 || size < window) return LLVMFuzzerMutate(data, size, most);
    const auto begin = std::find_if(data + seed % size, data + size, [](std::uint8_t byte) { return byte != 0; });
    const auto length = std::min<std::size_t>(window, data + size - begin);
    if (length > 0) LLVMFuzzerMutate(begin, length, length);
    return size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const alster::fuzz::MemoryFile file({data, size});
    alster::fuzz::read_everything(file.path());
    return 0;
}

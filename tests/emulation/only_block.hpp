#pragma once
#include <cstdint>

namespace alster::test {

/// While it lives, an emulated device runs only this block of each launch, counted along x first: passing over a table
/// of more than 2^31 elements takes it too long. A real device runs all of them, to the same end.
class OnlyBlock {
public:
    explicit OnlyBlock(std::uint64_t number);
    ~OnlyBlock();
    OnlyBlock(const OnlyBlock&) = delete;
    OnlyBlock& operator=(const OnlyBlock&) = delete;
};

}  // namespace alster::test

#include "tests/emulation/only_block.hpp"

// On a real device.
namespace alster::test {

OnlyBlock::OnlyBlock(std::uint64_t) {}
OnlyBlock::~OnlyBlock() = default;

}  // namespace alster::test

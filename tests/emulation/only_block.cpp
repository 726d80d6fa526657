#include "tests/emulation/only_block.hpp"

#include "tests/emulation/emulation.hpp"

namespace alster::test {

OnlyBlock::OnlyBlock(std::uint64_t number) { emulation::settings.only_block = number; }
OnlyBlock::~OnlyBlock() { emulation::settings.only_block.reset(); }

}  // namespace alster::test

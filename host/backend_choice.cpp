#include "host/backend_choice.hpp"

namespace alster {

InstructionSet common_instruction_set(const Communicator& ranks)
{
    const auto mine = static_cast<std::int64_t>(best_instruction_set());
    return static_cast<InstructionSet>(-ranks.max(-mine));
}

}  // namespace alster

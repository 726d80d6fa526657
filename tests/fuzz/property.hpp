#pragma once
#include <functional>
#include <initializer_list>

#include "data/error.hpp"

namespace alster::fuzz {

/// Ends the fuzzer, which keeps the input, where a property does not hold.
void require(bool holds, const char* property);

/// Runs `work`. It may fail, but only with an Error of one line and one of these codes: true where it did not.
bool succeeds(std::initializer_list<ExitCode> codes, const std::function<void()>& work);

}  // namespace alster::fuzz

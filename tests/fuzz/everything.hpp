#pragma once
#include <string>

namespace alster::fuzz {

/// Opens a file as each kind that alster reads, and reads all of it. Nothing may fail but by an Error that is
/// documented.
void read_everything(const std::string& path);

}  // namespace alster::fuzz

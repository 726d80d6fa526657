#pragma once
#include <filesystem>
#include <string_view>

#include "data/output_file.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// A text file that all ranks write together: each a part of its own, which commit() joins in the order of ranks.
/// Errors: cannot_create (73), io (74).
class JoinedOutput {
public:
    JoinedOutput(const Communicator& ranks, const std::filesystem::path& path) : ranks_(ranks), out_(path) {}

    void write(std::string_view text) { out_.write(text); }

    /// Makes the file appear under its name. Collective.
    void commit();

private:
    const Communicator& ranks_;
    OutputFile out_;  // of this rank; the leading rank's becomes the file
};

}  // namespace alster

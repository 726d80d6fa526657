#pragma once
#include <fmt/format.h>

#include <string>
#include <vector>

#include "data/ingest/interaction_reader.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster::test {

/// What a log of this text holds, read by so many processes one after the other: each event as
/// "user item value seconds type", or a line's defect.
inline std::vector<std::string> read_events(const std::string& text, const LogLayout& layout, int ranks = 1)
{
    const TemporaryDirectory directory;
    const std::vector<std::string> paths = {write_file(directory / "log", text)};
    const auto files = inspect_inputs(paths);
    std::vector<std::string> result;
    for (int rank = 0; rank < ranks; ++rank) {
        InteractionReader reader(paths, parts_of(files, rank, ranks), layout);
        while (reader.next()) {
            if (reader.defect() != Defect::none) result.emplace_back(alster::text(reader.defect()));
            if (reader.defect() == Defect::none)
                for (const auto& e : reader.events())
                    result.push_back(fmt::format("{} {} {} {}{}{}", e.user, e.item, e.value, e.time.time / 1000,
                                                 e.type.empty() ? "" : " ", e.type));
        }
    }
    return result;
}

}  // namespace alster::test

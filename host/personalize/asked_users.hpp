#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "data/model_file.hpp"
#include "distributed/communicator.hpp"
#include "host/personalize/lists.hpp"

namespace alster {

/// Users that were asked for by id.
struct AskedUsers {
    std::vector<std::string> ids;
    std::vector<Row> rows;  // (ids) unknown_user where the model does not have the id

    /// The ids of rows that lie in `rows`.
    [[nodiscard]] std::span<const std::string> ids_of(std::span<const Row> block) const
    {
        return std::span(ids).subspan(block.data() - rows.data(), block.size());
    }
};

/// Ids from a file, one a line, plain or gzip; "-" is standard input. Throws bad_data (65) where there are none.
[[nodiscard]] std::vector<std::string> read_ids(const std::string& path);

/// Looks ids up in the model. `strict`: throws bad_data (65) naming the first unknown one. So does a first id that is
/// unknown and the header of a column of users.
[[nodiscard]] AskedUsers find_users(const ModelReader& model, std::vector<std::string> ids, bool strict);

/// What became of the users of a run of `recommend`.
struct UserCounts {
    std::int64_t users = 0;
    std::int64_t unknown = 0;   // ids that the model does not have
    std::int64_t fallback = 0;  // known users of whom nothing was learned
    std::int64_t filled = 0;    // places filled from popularity because the model's list ran short
    std::int64_t no_class = 0;  // users who may see nothing, as they meet no class of the rules
    std::int64_t short_lists = 0;
    std::int64_t missing = 0;  // places that are empty in them

    void add(const Lists& lists);
    /// Over the ranks. Collective.
    [[nodiscard]] UserCounts over(const Communicator& ranks) const;
    /// "5 lists; 1 of an unknown user, …"
    [[nodiscard]] std::string text() const;
    [[nodiscard]] nlohmann::json json() const;
};

}  // namespace alster

#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "data/dataset_file.hpp"

namespace alster {

/// Says of one user and one item whether the rules of eligibility.toml (docs/eligibility.md) let the user see it. This
/// is for the audit of lists: it shares neither code nor data structures with what makes them, reads the rules' text by
/// itself and evaluates clause by clause.
class Judge {
public:
    /// Errors: bad_config (78) for rules that cannot be read, or that name what the dataset lacks.
    Judge(const DatasetReader& dataset, const std::filesystem::path& rules, std::int64_t instant);
    ~Judge();
    Judge(const Judge&) = delete;
    Judge& operator=(const Judge&) = delete;

    /// The clause that forbids the item, "" where none does: "kids: items.genres", "window", "no class".
    /// `user` is nothing for one whom the dataset does not have.
    [[nodiscard]] std::string forbids(std::optional<Row> user, Row item);

    /// The same for users of a class that compares with nothing of the user.
    [[nodiscard]] std::string forbids_class(const std::string& name, Row item);

private:
    struct Rules;
    std::unique_ptr<Rules> rules_;
};

}  // namespace alster

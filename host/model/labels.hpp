#pragma once
#include <optional>
#include <string>
#include <vector>

#include "data/dataset_file.hpp"
#include "data/model_file.hpp"

namespace alster {

/// What items are called: id, and title where the dataset has titles.
class ItemLabels {
public:
    explicit ItemLabels(const ModelReader& model, const DatasetReader* dataset = nullptr);

    [[nodiscard]] std::string id(Row item) const { return ids_.text(item); }
    [[nodiscard]] bool has_titles() const { return titles_.has_value(); }
    [[nodiscard]] std::string title(Row item) const { return std::string((*titles_)[item]); }
    [[nodiscard]] const IdColumn& ids() const { return ids_; }

private:
    IdColumn ids_;
    std::optional<TextColumn> titles_;
};

/// Rows of ids that a user named. Throws bad_data (65) naming the first unknown one, and how many there are.
[[nodiscard]] std::vector<Row> rows_of_ids(const IdColumn& known, const std::vector<std::string>& ids,
                                           const std::string& what, const std::filesystem::path& model);

}  // namespace alster

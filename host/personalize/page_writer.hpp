#pragma once
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "data/left_out.hpp"
#include "host/personalize/eligibility.hpp"
#include "host/personalize/page.hpp"

namespace alster {

/// A file of pages.
struct PageFile {
    std::filesystem::path path;  // .jsonl, else HDF5
    const ModelReader& model;
    const ItemLabels& labels;
    Row rows = 0;    // of a page, at most
    Row titles = 0;  // of a row, at most
    const std::vector<std::string>& reasons;
    std::string score;  // how the model's scores are computed, in words
    LeftOut excluded;   // by rows
    const PopularItems* popular = nullptr;
    const Eligibility* eligibility = nullptr;
};

/// {"rows": [{"reason": …, "items": […], "scores": […], "titles": […], "because": id, "because_title": …}]}, titles
/// where there are any.
[[nodiscard]] nlohmann::json page_json(std::span<const PageRow> page, const PageFile& file);
/// As a person reads it.
[[nodiscard]] std::string page_text(std::span<const PageRow> page, const PageFile& file);

/// Writes pages block after block. In HDF5 the rows of all pages lie as groups /page/row00, /page/row01 … of a list
/// file: each place has the row's reason, and the seed of "because you watched" as its one piece of evidence.
class PageWriter {
public:
    virtual ~PageWriter() = default;
    /// The next users of this rank; `names` are their ids as they were asked for, or empty.
    virtual void write(std::span<const Row> users, std::span<const std::string> names, const Pages& pages) = 0;
    /// Collective.
    virtual void commit() = 0;
};

/// Errors: cannot_create (73), io (74). Collective.
[[nodiscard]] std::unique_ptr<PageWriter> make_page_writer(const Communicator& ranks, const PageFile& file);

}  // namespace alster

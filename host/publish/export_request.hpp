#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

/// Which vectors of a model: as stored, or items of equal norm, for whose cosine with [x, 0] the dot product holds.
enum class VectorKind { factors, ann_cosine };

/// What a number becomes: float32, IEEE half, or an integer of −127 … 127 with one scale for each dimension.
enum class Element { f4, f2, i8 };

/// What is exported, and to what. Options that were not given are empty: not every format and file takes them.
struct ExportRequest {
    std::filesystem::path source;  // a model, the directory of a run, or lists
    std::string format;            // a name of the tables in formats.hpp
    std::filesystem::path out;
    std::optional<Side> side;           // of a model; default: items
    std::optional<VectorKind> vectors;  // default: factors
    std::optional<Element> element;     // default: f4
    bool all_rows = false;              // rows of which nothing was learned as well
    std::filesystem::path data;         // the dataset of the model: for titles; "": none
    std::string group;                  // of lists; "": the only one
    std::optional<Row> queries;         // of ann-benchmarks: users to find the neighbours of
    bool verify = true;                 // compare the source with its checksums
};

/// What was written.
struct ExportResult {
    std::vector<std::filesystem::path> files = {};  // the one that was asked for comes first
    Row rows = 0;                                   // vectors, or lists
    Row skipped = 0;                                // rows of which nothing was learned
    Row width = 0;                                  // numbers of a vector; 0: lists
    std::optional<double> recall = {};              // recall@10 of vectors that were rounded, over `queries`
    Row queries = 0;
};

/// Writes the files, each under a temporary name until it is whole; the one that was asked for comes last. Memory does
/// not grow with the number of rows. Errors: usage (64) for what does not go together, bad_data (65), cannot_create
/// (73), io (74).
[[nodiscard]] ExportResult run_export(const ExportRequest& options);

}  // namespace alster

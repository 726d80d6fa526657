#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/list_file.hpp"
#include "host/publish/encoding.hpp"

namespace alster {

using Files = std::vector<std::filesystem::path>;

/// Vectors on their way to a file.
struct VectorExport {
    const VectorTable& table;
    const Encoding& encoding;
    std::filesystem::path out;
    Row queries = 0;  // of ann-benchmarks
};

/// One format that vectors are written in, with one kind of element. `write` returns the files, `out` first.
struct VectorFormat {
    std::string_view name;
    std::string_view endings;  // of `out`: ".csv .txt"
    Element element;
    Files (*write)(const VectorExport&);
};

/// Lists on their way to a file.
struct ListExport {
    const ListFileReader& lists;
    const ListGroup& group;
    const IdColumn& items;  // all ids of /items
    std::filesystem::path out;
};

/// One format that lists are written in.
struct ListFormat {
    std::string_view name;
    std::string_view endings;
    Files (*write)(const ListExport&);
};

[[nodiscard]] std::span<const VectorFormat> vector_formats();
[[nodiscard]] std::span<const ListFormat> list_formats();

/// All names, in alphabetical order.
[[nodiscard]] std::vector<std::string> format_names();

// -- the functions of the tables ----------------------------------------------------------------------------------

Files write_npy(const VectorExport& vectors);
Files write_fbin(const VectorExport& vectors);
Files write_fvecs(const VectorExport& vectors);
Files write_safetensors(const VectorExport& vectors);
Files write_ann_benchmarks(const VectorExport& vectors);
Files write_implicit(const VectorExport& vectors);  // both sides, all rows
Files write_jsonl(const VectorExport& vectors);
Files write_csv(const VectorExport& vectors);
Files write_tsv(const VectorExport& vectors);
Files write_word2vec(const VectorExport& vectors);
Files write_projector(const VectorExport& vectors);
Files write_pgvector(const VectorExport& vectors);
Files write_opensearch(const VectorExport& vectors);
Files write_elasticsearch(const VectorExport& vectors);

Files write_lists_jsonl(const ListExport& lists);
Files write_lists_csv(const ListExport& lists);
Files write_lists_tsv(const ListExport& lists);
Files write_personalize(const ListExport& lists);

/// The name of a file beside `out`: "x.npy" and ".ids.npy" give "x.ids.npy".
[[nodiscard]] std::filesystem::path beside(const std::filesystem::path& out, const std::string& ending);

}  // namespace alster

#include "host/publish/formats.hpp"

#include <set>

namespace alster {

namespace {

constexpr VectorFormat all_vector_formats[] = {
    {"npy", ".npy", Element::f4, write_npy},
    {"npy", ".npy", Element::f2, write_npy},
    {"npy", ".npy", Element::i8, write_npy},
    {"fbin", ".fbin", Element::f4, write_fbin},
    {"fbin", ".f16bin", Element::f2, write_fbin},
    {"fbin", ".i8bin", Element::i8, write_fbin},
    {"fvecs", ".fvecs", Element::f4, write_fvecs},
    {"safetensors", ".safetensors", Element::f4, write_safetensors},
    {"safetensors", ".safetensors", Element::f2, write_safetensors},
    {"safetensors", ".safetensors", Element::i8, write_safetensors},
    {"ann-benchmarks", ".hdf5 .h5", Element::f4, write_ann_benchmarks},
    {"implicit", ".npz", Element::f4, write_implicit},
    {"jsonl", ".jsonl", Element::f4, write_jsonl},
    {"csv", ".csv", Element::f4, write_csv},
    {"tsv", ".tsv", Element::f4, write_tsv},
    {"word2vec", ".txt .vec", Element::f4, write_word2vec},
    {"projector", ".tsv", Element::f4, write_projector},
    {"pgvector", ".pgcopy .bin", Element::f4, write_pgvector},
    {"pgvector", ".pgcopy .bin", Element::f2, write_pgvector},
    {"opensearch", ".ndjson .json .jsonl", Element::f4, write_opensearch},
    {"elasticsearch", ".ndjson .json .jsonl", Element::f4, write_elasticsearch},
};

constexpr ListFormat all_list_formats[] = {
    {"jsonl", ".jsonl", write_lists_jsonl},
    {"csv", ".csv", write_lists_csv},
    {"tsv", ".tsv", write_lists_tsv},
    {"personalize", ".jsonl .json .out", write_personalize},
};

}  // namespace

std::span<const VectorFormat> vector_formats() { return all_vector_formats; }

std::span<const ListFormat> list_formats() { return all_list_formats; }

std::vector<std::string> format_names()
{
    std::set<std::string> names;
    for (const auto& format : all_vector_formats) names.emplace(format.name);
    for (const auto& format : all_list_formats) names.emplace(format.name);
    return {names.begin(), names.end()};
}

std::filesystem::path beside(const std::filesystem::path& out, const std::string& ending)
{
    return out.parent_path() / (out.stem().string() + ending);
}

}  // namespace alster

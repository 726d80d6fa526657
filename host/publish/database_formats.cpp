#include <fmt/format.h>

#include <bit>
#include <concepts>
#include <nlohmann/json.hpp>

#include "data/json_text.hpp"
#include "data/output_file.hpp"
#include "host/publish/formats.hpp"
#include "host/publish/text_rows.hpp"

namespace alster {

namespace {

/// A number as PostgreSQL and networks have it, the highest byte first.
template <std::integral T>
void append_big_endian(std::string& text, T value)
{
    for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8)
        text += static_cast<char>((value >> shift) & 0xFF);
}

void append_field(std::string& text, std::string_view bytes)
{
    append_big_endian(text, static_cast<std::int32_t>(bytes.size()));
    text += bytes;
}

/// What vector_recv and halfvec_recv read: dimensions, 0, and the numbers.
void append_vector_field(std::string& text, std::span<const float> vector, Element element)
{
    const std::size_t bytes = element == Element::f2 ? sizeof(std::uint16_t) : sizeof(float);
    append_big_endian(text, static_cast<std::int32_t>(4 + vector.size() * bytes));
    append_big_endian(text, static_cast<std::int16_t>(vector.size()));
    append_big_endian(text, std::int16_t{0});
    for (const float value : vector)
        if (element == Element::f2)
            append_big_endian(text, half_bits(value));
        else
            append_big_endian(text, std::bit_cast<std::uint32_t>(value));
}

std::string sql_text(const VectorExport& vectors)
{
    const VectorTable& table = vectors.table;
    const char* type = vectors.encoding.element() == Element::f2 ? "halfvec" : "vector";
    const char* measure = table.kind() == VectorKind::ann_cosine ? "cosine" : "ip";
    const char* order = table.kind() == VectorKind::ann_cosine ? "<=>" : "<#>";
    const char* all = name(table.side());
    std::string out = vectors.out.filename().string();
    for (std::size_t n = 0; (n = out.find('\'', n)) != std::string::npos; n += 2) out.insert(n, 1, '\'');
    return fmt::format(
        "-- psql --file FILE, in the directory of the data\n"
        "CREATE EXTENSION IF NOT EXISTS vector;\n"
        "CREATE TABLE {0} (id {1} PRIMARY KEY, {2}embedding {3}({4}) NOT NULL);\n"
        "COMMENT ON TABLE {0} IS 'alster space_id {8}';\n"
        "\\copy {0} FROM '{5}' WITH (FORMAT binary)\n"
        "CREATE INDEX ON {0} USING hnsw (embedding {3}_{6}_ops);\n"
        "-- the ten best for a vector: SELECT id FROM {0} ORDER BY embedding {7} $1 LIMIT 10;\n",
        all, table.id_kind() == IdKind::int64 ? "bigint" : "text", table.has_titles() ? "title text, " : "", type,
        table.width(), out, measure, order, table.info().space_id);
}

/// Bulk lines for a search engine, and beside them the mapping of the index.
Files write_bulk(const VectorExport& vectors, const nlohmann::ordered_json& mapping)
{
    const VectorTable& table = vectors.table;
    const Files files{vectors.out, beside(vectors.out, ".mapping.json")};
    write_whole(files.back(), json_text(mapping, 2) + '\n');
    OutputFile file(vectors.out);
    table.each([&](const VectorRows& rows) {
        std::string text;
        for (Row n = 0; n < rows.size(); ++n) {
            text += "{\"index\":{\"_id\":" + json_text(nlohmann::json(rows.ids.text(n))) + "}}\n";
            text += "{\"id\":" + json_id(rows.ids, n);
            if (table.has_titles()) text += ",\"title\":" + json_text(nlohmann::json(table.title(rows.rows[n])));
            text += ",\"vector\":";
            append_json_numbers(text, rows.vector(n));
            text += "}\n";
        }
        file.write(text);
    });
    file.commit();
    return files;
}

/// The fields, and of which space the vectors are.
nlohmann::ordered_json mappings_of(const VectorTable& table, const nlohmann::ordered_json& vector)
{
    nlohmann::ordered_json properties;
    properties["id"] = {{"type", table.id_kind() == IdKind::int64 ? "long" : "keyword"}};
    if (table.has_titles()) properties["title"] = {{"type", "text"}};
    properties["vector"] = vector;
    return {{"_meta", {{"space_id", table.info().space_id}, {"mean", table.info().mean}}}, {"properties", properties}};
}

}  // namespace

Files write_pgvector(const VectorExport& vectors)
{
    const VectorTable& table = vectors.table;
    const Files files{vectors.out, beside(vectors.out, ".sql")};
    write_whole(files.back(), sql_text(vectors));
    OutputFile file(vectors.out);
    file.write(std::string_view("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19));  // signature, flags, no extension
    table.each([&](const VectorRows& rows) {
        std::string text;
        for (Row n = 0; n < rows.size(); ++n) {
            append_big_endian(text, static_cast<std::int16_t>(table.has_titles() ? 3 : 2));
            if (rows.ids.kind == IdKind::int64) {
                append_big_endian(text, std::int32_t{8});
                append_big_endian(text, rows.ids.numbers[n]);
            } else {
                append_field(text, rows.ids.texts[n]);
            }
            if (table.has_titles()) append_field(text, table.title(rows.rows[n]));
            append_vector_field(text, rows.vector(n), vectors.encoding.element());
        }
        file.write(text);
    });
    file.write("\377\377");
    file.commit();
    return files;
}

Files write_opensearch(const VectorExport& vectors)
{
    const char* space = vectors.table.kind() == VectorKind::ann_cosine ? "cosinesimil" : "innerproduct";
    const nlohmann::ordered_json vector = {{"type", "knn_vector"},
                                           {"dimension", vectors.table.width()},
                                           {"method", {{"name", "hnsw"}, {"engine", "faiss"}, {"space_type", space}}}};
    return write_bulk(vectors,
                      {{"settings", {{"index", {{"knn", true}}}}}, {"mappings", mappings_of(vectors.table, vector)}});
}

Files write_elasticsearch(const VectorExport& vectors)
{
    const char* similarity = vectors.table.kind() == VectorKind::ann_cosine ? "cosine" : "max_inner_product";
    const nlohmann::ordered_json vector = {
        {"type", "dense_vector"}, {"dims", vectors.table.width()}, {"index", true}, {"similarity", similarity}};
    return write_bulk(vectors, {{"mappings", mappings_of(vectors.table, vector)}});
}

}  // namespace alster

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/output_file.hpp"
#include "host/publish/formats.hpp"
#include "host/publish/npy.hpp"
#include "host/publish/text_rows.hpp"

namespace alster {

namespace {

using Shape = std::vector<Row>;

void write_vectors(OutputFile& file, const VectorExport& vectors)
{
    const bool as_they_are = vectors.encoding.element() == Element::f4;
    vectors.table.each([&](const VectorRows& rows) {
        if (as_they_are)
            file.write(raw(rows.values));
        else
            file.write(vectors.encoding.encoded(rows.values));
    });
}

void write_ids_npy(const VectorTable& table, const std::filesystem::path& path)
{
    OutputFile file(path);
    file.write(npy_header(npy_kind_of_ids(table), Shape{table.rows()}));
    table.each([&](const VectorRows& rows) { file.write(npy_ids(rows.ids, table.id_width())); }, true);
    file.commit();
}

/// The scales of i8 beside `out`; nothing for other elements.
void write_scales(const VectorExport& vectors, Files& files)
{
    const auto scales = vectors.encoding.scales();
    if (scales.empty()) return;
    files.push_back(beside(vectors.out, ".scales.npy"));
    write_whole(files.back(), npy_header("<f4", Shape{std::ssize(scales)}) + std::string(raw(scales)));
}

const char* safetensors_kind(Element element)
{
    return element == Element::f4 ? "F32" : element == Element::f2 ? "F16" : "I8";
}

std::string safetensors_header(const VectorExport& vectors)
{
    const VectorTable& table = vectors.table;
    const ModelInfo& info = table.info();
    Row end = 0;
    nlohmann::ordered_json header;
    header["__metadata__"] = {{"format", "pt"},
                              {"space_id", info.space_id},
                              {"run_id", info.run_id},
                              {"objective", info.objective},
                              {"mean", fmt::format("{}", info.mean)}};
    const auto add = [&](const std::string& name, const char* kind, const Shape& shape, Row bytes) {
        header[name] = {{"dtype", kind}, {"shape", shape}, {"data_offsets", {end, end + bytes}}};
        end += bytes;
    };
    if (table.id_kind() == IdKind::int64) add("ids", "I64", {table.rows()}, table.rows() * Row{8});
    if (const auto scales = std::ssize(vectors.encoding.scales()); scales > 0)
        add("scales", "F32", {scales}, 4 * scales);
    add(name(table.side()), safetensors_kind(vectors.encoding.element()), {table.rows(), table.width()},
        table.rows() * table.width() * static_cast<Row>(vectors.encoding.bytes()));
    std::string text = json_text(header);
    text.append((8 - text.size() % 8) % 8, ' ');
    return std::string(raw(static_cast<std::uint64_t>(text.size()))) + text;
}

}  // namespace

Files write_npy(const VectorExport& vectors)
{
    const VectorTable& table = vectors.table;
    Files files{vectors.out, beside(vectors.out, ".ids.npy")};
    write_ids_npy(table, files.back());
    write_scales(vectors, files);
    OutputFile file(vectors.out);
    file.write(npy_header(npy_kind(vectors.encoding.element()), Shape{table.rows(), table.width()}));
    write_vectors(file, vectors);
    file.commit();
    return files;
}

Files write_fbin(const VectorExport& vectors)
{
    const VectorTable& table = vectors.table;
    if (table.rows() > Row{0xFFFFFFFF})
        throw Error(ExitCode::usage, "--to fbin holds at most 4,294,967,295 vectors, there are {}: export npy",
                    table.rows());
    Files files{vectors.out, beside(vectors.out, ".ids.txt")};
    write_ids_text(table, files.back());
    write_scales(vectors, files);
    OutputFile file(vectors.out);
    file.write(raw(static_cast<std::uint32_t>(table.rows())));
    file.write(raw(static_cast<std::uint32_t>(table.width())));
    write_vectors(file, vectors);
    file.commit();
    return files;
}

Files write_fvecs(const VectorExport& vectors)
{
    const Files files{vectors.out, beside(vectors.out, ".ids.txt")};
    write_ids_text(vectors.table, files.back());
    OutputFile file(vectors.out);
    const auto width = static_cast<std::int32_t>(vectors.table.width());
    vectors.table.each([&](const VectorRows& rows) {
        for (Row n = 0; n < rows.size(); ++n) {
            file.write(raw(width));
            file.write(raw(rows.vector(n)));
        }
    });
    file.commit();
    return files;
}

Files write_safetensors(const VectorExport& vectors)
{
    const VectorTable& table = vectors.table;
    Files files{vectors.out};
    const bool numbers = table.id_kind() == IdKind::int64;
    if (!numbers) {
        files.push_back(beside(vectors.out, ".ids.txt"));
        write_ids_text(table, files.back());
    }
    OutputFile file(vectors.out);
    file.write(safetensors_header(vectors));
    if (numbers) table.each([&](const VectorRows& rows) { file.write(raw(std::span(rows.ids.numbers))); }, true);
    file.write(raw(vectors.encoding.scales()));
    write_vectors(file, vectors);
    file.commit();
    return files;
}

}  // namespace alster

#include "host/recommend/json_list_writer.hpp"

#include <fmt/format.h>

#include "data/error.hpp"
#include "data/json_text.hpp"
#include "host/recommend/list_text.hpp"

namespace alster {

JsonListWriter::JsonListWriter(const Communicator& ranks, const ListFile& file)
    : ranks_(ranks), what_(file), out_(part(ranks.rank()), std::ios::binary)
{
    if (!out_)
        throw Error(ExitCode::cannot_create, "{}: cannot be created; does its directory exist, may you write there?",
                    what_.path.string());
}

JsonListWriter::~JsonListWriter()
{
    std::error_code ignored;
    std::filesystem::remove(part(ranks_.rank()), ignored);
}

std::filesystem::path JsonListWriter::part(int rank) const
{
    return what_.path.string() + fmt::format(".part{}.tmp", rank);
}

void JsonListWriter::write(std::span<const Row> rows, const TopK& lists, std::span<const Reason> reasons)
{
    std::string text;
    for (std::size_t n = 0; n < rows.size(); ++n) {
        auto object = list_json(lists, static_cast<Row>(n), what_.labels);
        const auto id = what_.model.ids(what_.side, {rows[n], rows[n] + 1}).text(0);
        object[what_.side == Side::users ? "user" : "item"] = id;
        if (!reasons.empty()) object["reason"] = name(reasons[n]);
        text += json_text(object) + '\n';
    }
    out_ << text;
}

void JsonListWriter::commit()
{
    out_.close();
    const std::int64_t failed = out_.fail();
    if (ranks_.sum(failed) > 0) throw Error(ExitCode::io, "{}: writing failed, is the disk full?", what_.path.string());
    if (ranks_.leads()) join();
    ranks_.barrier();
}

void JsonListWriter::join()
{
    std::ofstream all(part(0), std::ios::binary | std::ios::app);
    for (int rank = 1; rank < ranks_.size(); ++rank) {
        std::ifstream in(part(rank), std::ios::binary);
        if (in.peek() != std::ifstream::traits_type::eof()) all << in.rdbuf();
        if (in.bad()) throw Error(ExitCode::io, "{}: cannot be read again", part(rank).string());
    }
    all.close();
    std::error_code error;
    if (!all.fail()) std::filesystem::rename(part(0), what_.path, error);
    if (all.fail() || error) throw Error(ExitCode::io, "{}: writing failed, is the disk full?", what_.path.string());
}

}  // namespace alster

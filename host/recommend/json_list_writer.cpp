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

void JsonListWriter::write(const ListBlock& block)
{
    std::string text;
    for (std::size_t n = 0; n < block.rows.size(); ++n) {
        const auto row = static_cast<Row>(n);
        auto object = list_json(block.lists, row, what_.labels);
        const Row owner = block.rows[n];
        object[what_.side == Side::users ? "user" : "item"] =
            block.names.empty() ? what_.model.ids(what_.side, {owner, owner + 1}).text(0) : block.names[n];
        if (!block.reasons.empty()) add_reasons(object, block.reasons.subspan(n * block.lists.k, block.lists.k));
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

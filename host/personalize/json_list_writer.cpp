#include "host/personalize/json_list_writer.hpp"

#include <nlohmann/json.hpp>

#include "data/json_text.hpp"
#include "host/personalize/list_text.hpp"

namespace alster {

JsonListWriter::JsonListWriter(const Communicator& ranks, const ListFile& file)
    : ListWriter(ranks, file.path), what_(file), out_(ranks, file.path)
{
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
        if (block.evidence) add_evidence(object, *block.evidence, block.lists, row, what_.labels);
        if (!block.shortfall.empty()) add_shortfall(object, block.shortfall[n]);
        text += json_text(object) + '\n';
    }
    out_.write(text);
}

void JsonListWriter::commit() { out_.commit(); }

}  // namespace alster

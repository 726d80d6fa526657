#include "host/personalize/hdf5_list_writer.hpp"

#include "data/error.hpp"

namespace alster {

namespace {

ListContents contents_of(const ListFile& file)
{
    const ModelInfo& info = file.model.info();
    const bool of_users = file.side == Side::users;
    const IdColumn sample = file.model.ids(file.side, {0, 0});
    const Eligibility* rules = file.eligibility;
    return {.info = {.run_id = info.run_id,
                     .space_id = info.space_id,
                     .fingerprint = info.fingerprint,
                     .objective = info.objective,
                     .score = file.score,
                     .excluded = file.excluded,
                     .mean = info.mean,
                     .eligibility = rules ? rules->rules().digest : std::string(),
                     .instant = rules ? rules->instant() : 0,
                     .viewer = file.viewer,
                     .rerank = file.rerank},
            .items = file.labels.ids(),
            .groups =
                {{.name = file.group, .side = file.side, .k = file.k, .reasons = of_users, .evidence = file.evidence}},
            .users = info.users,
            .user_ids = sample.kind,
            .user_id_width = sample.texts.width,
            .reasons = of_users ? std::vector<std::string>(reason_names.begin(), reason_names.end())
                                : std::vector<std::string>(),
            .popular = file.popular};
}

}  // namespace

Hdf5ListWriter::Hdf5ListWriter(const Communicator& ranks, const ListFile& file)
    : ListWriter(ranks, file.path), what_(file), access_(ranks), file_(file.path, contents_of(file), access_)
{
}

void Hdf5ListWriter::write(const ListBlock& block)
{
    if (block.rows.empty()) return;
    const RowRange range{block.rows.front(), block.rows.back() + 1};
    if (range.size() != static_cast<Row>(block.rows.size()))
        throw Error(ExitCode::internal, "{}: lists must come without gaps", what_.path.string());
    const std::vector<std::uint16_t> filled(block.lists.filled.begin(), block.lists.filled.end());
    std::vector<std::uint8_t> reasons;
    reasons.reserve(block.reasons.size());
    for (const Reason reason : block.reasons) reasons.push_back(static_cast<std::uint8_t>(reason));
    ListRows lists{.items = block.lists.items, .scores = block.lists.scores, .filled = filled, .reasons = reasons};
    if (block.evidence) {
        lists.evidence = block.evidence->items;
        lists.evidence_weights = block.evidence->weights;
    }
    file_.write(what_.group, range.first, lists);
    if (what_.side == Side::users) file_.write_users(range.first, what_.model.ids(Side::users, range));
}

void Hdf5ListWriter::commit() { file_.commit(); }

}  // namespace alster

#include "tests/support/sample_lists.hpp"

#include <limits>

#include "tests/support/sample_files.hpp"

namespace alster::test {

namespace {

constexpr Row users = 5;
constexpr Row items = 4;

/// List r has r % (k + 1) places: items r, r + 1, … modulo 4.
void add_list(const ListGroup& group, Row r, OwnListRows& lists)
{
    const Row filled = r % (group.k + 1);
    lists.filled.push_back(static_cast<std::uint16_t>(filled));
    for (Row n = 0; n < group.k; ++n) {
        const bool is_filled = n < filled;
        lists.items.push_back(is_filled ? static_cast<std::int32_t>((r + n) % items) : -1);
        lists.scores.push_back(is_filled ? 9.5F - static_cast<float>(n) : -std::numeric_limits<float>::infinity());
        if (group.reasons) lists.reasons.push_back(is_filled ? static_cast<std::uint8_t>((r + n) % 2) : no_reason);
        for (Row e = 0; e < group.evidence; ++e) {
            const bool is_known = is_filled && e == 0;
            lists.evidence.push_back(is_known ? static_cast<std::int32_t>(n) : -1);
            lists.evidence_weights.push_back(is_known ? -0.25F : 0.0F);
        }
    }
}

}  // namespace

PopularItems sample_popular() { return {.items = {2, 0}, .counts = {3, 1}}; }

ListContents sample_list_contents()
{
    const IdColumn ids = sample_user_ids();
    return {.info = {.run_id = "run é",
                     .space_id = "space",
                     .fingerprint = "data",
                     .objective = "explicit",
                     .score = "mean + dot(user.factors, item.factors)",
                     .excluded = LeftOut(),
                     .mean = 3.5},
            .items = sample_item_ids(),
            .groups = {{.name = "/topk/home", .side = Side::users, .k = 3, .reasons = true, .evidence = 2},
                       {.name = "/similar/items", .side = Side::items, .k = 2},
                       {.name = "/page/rows", .side = Side::users, .k = 4}},
            .users = users,
            .user_ids = ids.kind,
            .user_id_width = ids.texts.width,
            .reasons = {"model", "because you watched"}};
}

OwnListRows sample_lists(const ListGroup& group)
{
    OwnListRows lists;
    for (Row r = 0; r < (group.side == Side::users ? users : items); ++r) add_list(group, r, lists);
    return lists;
}

void write_lists_of_every_kind(const std::filesystem::path& path)
{
    ListContents contents = sample_list_contents();
    const PopularItems popular = sample_popular();
    contents.popular = &popular;
    ListFileWriter writer(path, contents);
    for (const auto& group : contents.groups) writer.write(group.name, 0, sample_lists(group).rows());
    writer.write_users(0, sample_user_ids());
    writer.commit();
}

}  // namespace alster::test

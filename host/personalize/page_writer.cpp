#include "host/personalize/page_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "data/json_text.hpp"
#include "data/list_file.hpp"
#include "data/printable.hpp"
#include "distributed/leader.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/personalize/joined_output.hpp"
#include "host/personalize/list_writer.hpp"

namespace alster {

namespace {

std::string group_name(Row row) { return fmt::format("/page/row{:02}", row); }

ListContents contents_of(const PageFile& file)
{
    const ModelInfo& info = file.model.info();
    const IdColumn sample = file.model.ids(Side::users, {0, 0});
    std::vector<ListGroup> groups;
    for (Row row = 0; row < file.rows; ++row)
        groups.push_back(
            {.name = group_name(row), .side = Side::users, .k = file.titles, .reasons = true, .evidence = 1});
    return {.info = {.run_id = info.run_id,
                     .space_id = info.space_id,
                     .fingerprint = info.fingerprint,
                     .objective = info.objective,
                     .score = "of each row its own: " + file.score,
                     .excluded = file.excluded,
                     .mean = info.mean,
                     .eligibility = file.eligibility ? file.eligibility->rules().digest : std::string(),
                     .instant = file.eligibility ? file.eligibility->instant() : 0},
            .items = file.labels.ids(),
            .groups = std::move(groups),
            .users = info.users,
            .user_ids = sample.kind,
            .user_id_width = sample.texts.width,
            .reasons = file.reasons,
            .popular = file.popular};
}

class Hdf5PageWriter : public PageWriter {
public:
    Hdf5PageWriter(const Communicator& ranks, const PageFile& file)
        : what_(file),
          lock_(lock_output(ranks, file.path)),
          access_(ranks),
          file_(file.path, contents_of(file), access_)
    {
    }

    void write(std::span<const Row> users, std::span<const std::string>, const Pages& pages) override
    {
        if (users.empty()) return;
        for (Row row = 0; row < what_.rows; ++row) write_row(users, row, pages);
        file_.write_users(users.front(), what_.model.ids(Side::users, {users.front(), users.back() + 1}));
    }

    void commit() override { file_.commit(); }

private:
    void write_row(std::span<const Row> users, Row row, const Pages& pages)
    {
        const auto places = static_cast<std::size_t>(what_.titles) * users.size();
        std::vector<std::int32_t> items(places, -1), evidence(places, -1);
        std::vector<float> scores(places, -std::numeric_limits<float>::infinity()), weights(places);
        std::vector<std::uint8_t> reasons(places, no_reason);
        std::vector<std::uint16_t> filled(users.size());
        for (std::size_t u = 0; u < users.size(); ++u) {
            if (row >= std::ssize(pages.rows[u])) continue;
            const PageRow& made = pages.rows[u][static_cast<std::size_t>(row)];
            filled[u] = static_cast<std::uint16_t>(made.items.size());
            const auto first = static_cast<std::ptrdiff_t>(u) * what_.titles;
            std::ranges::copy(made.items, items.begin() + first);
            std::ranges::copy(made.scores, scores.begin() + first);
            std::fill_n(reasons.begin() + first, made.items.size(), made.reason);
            if (made.seed < 0) continue;
            std::fill_n(evidence.begin() + first, made.items.size(), made.seed);
            std::ranges::copy(made.scores, weights.begin() + first);
        }
        file_.write(group_name(row), users.front(),
                    {.items = items,
                     .scores = scores,
                     .filled = filled,
                     .reasons = reasons,
                     .evidence = evidence,
                     .evidence_weights = weights});
    }

    PageFile what_;
    std::optional<OutputLock> lock_;
    ParallelFileAccess access_;
    ListFileWriter file_;
};

class JsonPageWriter : public PageWriter {
public:
    JsonPageWriter(const Communicator& ranks, const PageFile& file)
        : what_(file), lock_(lock_output(ranks, file.path)), out_(ranks, file.path)
    {
    }

    void write(std::span<const Row> users, std::span<const std::string> names, const Pages& pages) override
    {
        std::string text;
        for (std::size_t u = 0; u < users.size(); ++u) {
            auto object = page_json(pages.rows[u], what_);
            object["user"] = names.empty() ? what_.model.ids(Side::users, {users[u], users[u] + 1}).text(0) : names[u];
            text += json_text(object) + '\n';
        }
        out_.write(text);
    }

    void commit() override { out_.commit(); }

private:
    PageFile what_;
    std::optional<OutputLock> lock_;
    JoinedOutput out_;
};

}  // namespace

nlohmann::json page_json(std::span<const PageRow> page, const PageFile& file)
{
    auto rows = nlohmann::json::array();
    for (const PageRow& made : page) {
        nlohmann::json row = {{"reason", file.reasons[made.reason]}, {"scores", made.scores}};
        for (const auto item : made.items) {
            row["items"].push_back(file.labels.id(item));
            if (file.labels.has_titles()) row["titles"].push_back(file.labels.title(item));
        }
        if (made.seed >= 0) row["because"] = file.labels.id(made.seed);
        if (made.seed >= 0 && file.labels.has_titles()) row["because_title"] = file.labels.title(made.seed);
        rows.push_back(std::move(row));
    }
    return {{"rows", rows}};
}

std::string page_text(std::span<const PageRow> page, const PageFile& file)
{
    constexpr std::size_t shown = 4;
    const auto name = [&](std::int32_t item) {
        return printable(file.labels.has_titles() ? file.labels.title(item) : file.labels.id(item));
    };
    std::string text;
    for (const PageRow& row : page) {
        text += fmt::format("  {}{}, {} titles\n", file.reasons[row.reason], row.seed >= 0 ? ": " + name(row.seed) : "",
                            row.items.size());
        for (std::size_t n = 0; n < std::min(shown, row.items.size()); ++n)
            text += "      " + name(row.items[n]) + "\n";
    }
    return page.empty() ? "  no row: too few titles may be shown\n" : text;
}

std::unique_ptr<PageWriter> make_page_writer(const Communicator& ranks, const PageFile& file)
{
    if (is_json_lines(file.path)) return std::make_unique<JsonPageWriter>(ranks, file);
    return std::make_unique<Hdf5PageWriter>(ranks, file);
}

}  // namespace alster

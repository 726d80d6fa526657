#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/list_command.hpp"
#include "host/personalize/blocks.hpp"
#include "host/personalize/list_text.hpp"
#include "host/personalize/page_report.hpp"
#include "host/personalize/page_writer.hpp"
#include "host/personalize/user_list_report.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster page --model run/model.h5 --data dataset.h5 --user 42\n"
    "  mpirun -n 4 alster page --model run/model.h5 --data dataset.h5 --all --page page.toml \\\n"
    "      --eligibility eligibility.toml --out pages.h5\n"
    "\n"
    "Rows of top picks, of genres, of what is new and popular, and because of something watched. No title is on a page "
    "twice.";

struct Options {
    ListOptions lists;
    RecommendOptions recommend;
    std::string page;
    std::string previous;
    BlendOptions blend;
    WhomOptions whom;
    bool allow_held_out = false;
};

void add_options(CLI::App& app, Options& options)
{
    add_files(app, options.lists, "The dataset.h5 it was trained on")->required();
    add_whom(app, options.lists, options.whom, "pages");
    app.add_option("--page", options.page, "How a page is made: page.toml (default: docs/pages.md)");
    app.add_option("--out", options.lists.out, "Write pages.jsonl, or with --all pages.h5");
    app.add_flag("--include-seen", options.recommend.include_seen, "Exclude nothing from the rows");
    app.add_flag("--allow-held-out", options.allow_held_out, "Show what the split has set aside, as evaluate does");
    app.add_option("--previous", options.previous, "Former pages or lists: says how much changes for their users");
    add_eligibility(app, options.lists);
    add_blend(app, options.blend);
    add_scoring(app, options.lists.served);
}

/// Makes all pages, and writes or prints them.
class PageJob {
public:
    PageJob(ServedModel& served, const Options& options, const AskedUsers& asked, PageMaker& maker, PageFile file)
        : served_(served),
          options_(options),
          asked_(asked),
          maker_(maker),
          file_(std::move(file)),
          access_(served.ranks()),
          former_(former_of(options, served, access_)),
          report_(served.info().items, former_)
    {
    }

    void write(Eligibility* eligibility)
    {
        const auto writer = make_page_writer(served_.ranks(), file_);
        each_block([&](std::span<const Row> users, const Pages& made) {
            writer->write(users, asked_.rows.empty() ? std::span<const std::string>() : asked_.ids_of(users), made);
        });
        report_.sum_over(served_.ranks());
        if (eligibility) eligibility->require_some_items(served_.ranks());
        writer->commit();
        if (served_.ranks().leads()) print("{}\n", written_text(file_.path, report_.text(), report_.json(), json));
    }

    void show()
    {
        auto pages = nlohmann::json::array();
        each_block([&](std::span<const Row> users, const Pages& made) {
            const auto names = asked_.ids_of(users);
            for (std::size_t u = 0; u < users.size(); ++u) {
                auto object = page_json(made.rows[u], file_);
                object["user"] = names[u];
                if (json)
                    pages.push_back(std::move(object));
                else
                    print("user {}{}\n{}", printable(names[u]), remark(made.knowledge[u]),
                          page_text(made.rows[u], file_));
            }
        });
        if (!json && !former_.empty()) print("{}\n", report_.text());
        auto facts = report_.json();
        facts["users"] = pages;
        if (json && served_.ranks().leads()) print("{}\n", json_text(facts));
    }

    bool json = false;

private:
    static FormerLists former_of(const Options& options, ServedModel& served, const FileAccess& access)
    {
        if (options.previous.empty()) return {};
        return {{options.previous}, served.model(), access};
    }

    void each_block(const std::function<void(std::span<const Row>, const Pages&)>& visit)
    {
        for_asked_blocks(served_.ranks(), options_.lists.all, served_.info().users, asked_.rows, maker_.places(),
                         [&](std::span<const Row> users) {
                             const Pages made = maker_.pages(users);
                             report_.add(users, made);
                             visit(users, made);
                         });
    }

    ServedModel& served_;
    const Options& options_;
    const AskedUsers& asked_;
    PageMaker& maker_;
    PageFile file_;
    ParallelFileAccess access_;
    FormerLists former_;
    PageReport report_;
};

/// How places are scored, in words.
std::string score_words(const BlendedScores& blend)
{
    constexpr const char* others = "a count for popularity, a cosine because you watched";
    return fmt::format("{}, {}", blend.neighbours() ? blend.formula() : "the model's", others);
}

}  // namespace

int page_command(int argc, char** argv)
{
    Options options;
    CommandLine line("page", "Makes home pages: rows of titles, each with a reason.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;
    check(options.lists, "pages", "pages of --all users");
    options.recommend.exclusion.held_out = !options.allow_held_out;

    const Communicator ranks;
    const PageRules rules = options.page.empty() ? PageRules() : PageRules::load(options.page);
    ServedModel served(ranks, options.lists.served);
    say_warnings(served);
    std::optional<Eligibility> eligibility = eligibility_of(served, options.lists);
    options.recommend.eligibility = eligibility ? &*eligibility : nullptr;
    const AskedUsers asked = asked_users(served, options.lists, options.whom);
    const Scorers& scorers = served.scorers(!options.lists.all);
    const BlendedScores blend(served, options.blend);
    PageMaker maker(served, rules, options.recommend, instant_of(ranks, options.lists.at), blend.neighbours());
    const PopularItems popular = popular_for_unknown(served.popularity(), options.recommend.eligibility);
    PageJob job(served, options, asked, maker,
                {.path = options.lists.out,
                 .model = served.model(),
                 .labels = served.labels(),
                 .rows = rules.rows,
                 .titles = rules.titles,
                 .reasons = maker.reasons(),
                 .score = score_words(blend),
                 .excluded = left_out(options.recommend, served.dataset().info()),
                 .popular = &popular,
                 .eligibility = options.recommend.eligibility});
    job.json = line.json();
    if (!options.lists.out.empty())
        job.write(options.recommend.eligibility);
    else if (ranks.leads())
        job.show();
    if (ranks.leads()) say("alster: {}", scorers.chosen);
    return 0;
}

}  // namespace alster

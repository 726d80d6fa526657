#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/prepare_options.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster prepare --input ratings.dat --format movielens --items movies.dat --split time:0.1 --out ml.h5\n"
    "  mpirun -n 4 alster prepare --input log.csv --format csv --extend old.h5 --out new.h5\n"
    "  alster prepare --input a.csv.gz b.csv.gz --format csv --header --columns user=uid,item=sku,value=n --out d.h5\n"
    "  zcat events.jsonl.gz | alster prepare --input - --format jsonl --rules rules.toml --out d.h5\n";

nlohmann::json as_json(const DescriptionReport& file)
{
    auto attributes = nlohmann::json::array();
    for (const auto& attribute : file.attributes)
        attributes.push_back({{"name", attribute.name},
                              {"type", name(attribute.type)},
                              {"given", attribute.given},
                              {"distinct", attribute.distinct},
                              {"unreadable", attribute.unreadable},
                              {"least_events", event_classes},
                              {"given_in_class", attribute.given_in_class},
                              {"rows_in_class", attribute.rows_in_class}});
    return {{"described", file.described}, {"without_events", file.without_events}, {"repeated", file.repeated},
            {"texts_cut", file.cut},       {"quarantined", file.quarantined},       {"attributes", attributes}};
}

/// "no events", "1 to 9", "1000 or more"
std::string class_words(std::size_t c)
{
    if (c == 0) return "no events";
    if (c + 1 == event_classes.size()) return fmt::format("{} or more", event_classes[c]);
    return fmt::format("{} to {}", event_classes[c], event_classes[c + 1] - 1);
}

/// For which rows an attribute was given: of those with few events and with many, where it was not for all.
std::string given_text(const AttributeReport& attribute)
{
    std::int64_t rows = 0;
    for (const auto count : attribute.rows_in_class) rows += count;
    if (attribute.given == rows) return "given for all";
    std::string shares;
    for (std::size_t c = 0; c < event_classes.size(); ++c) {
        if (attribute.rows_in_class[c] == 0) continue;
        const auto share =
            static_cast<double>(attribute.given_in_class[c]) / static_cast<double>(attribute.rows_in_class[c]);
        shares += fmt::format("{}{:.0f} % of those with {}", shares.empty() ? "" : ", ", 100 * share, class_words(c));
    }
    return fmt::format("given for {} of {}: {}", attribute.given, rows, shares);
}

void print_attributes(const DescriptionReport& file, const DescriptionFile& asked, Side side)
{
    if (!asked.path.empty())
        print("described     {} {} ({} without events)\n", file.described, name(side), file.without_events);
    for (const auto& attribute : file.attributes) {
        const auto values = attribute.distinct > 0 ? fmt::format(" of {}", attribute.distinct) : "";
        print("  {:<18} {}{}, {}\n", printable(attribute.name), name(attribute.type), values, given_text(attribute));
    }
}

double peak_megabytes(const PrepareReport& report) { return report.peak_bytes / (1 << 20); }

void print_json(const PrepareReport& report, const std::string& out)
{
    nlohmann::json json = {{"out", out},
                           {"lines", report.lines},
                           {"quarantined", report.quarantined},
                           {"redelivered", report.redelivered},
                           {"ignored", report.ignored},
                           {"erased", report.erased},
                           {"repeated_headers", report.headers},
                           {"comments", report.comments},
                           {"columns", report.columns},
                           {"events", report.events},
                           {"duplicates", report.duplicates},
                           {"users", report.users},
                           {"items", report.items},
                           {"new_users", report.new_users},
                           {"new_items", report.new_items},
                           {"interactions", report.interactions},
                           {"held_out", report.held_out},
                           {"held_dropped", report.held_dropped},
                           {"test_unknown", report.test_unknown},
                           {"items_file", as_json(report.items_file)},
                           {"users_file", as_json(report.users_file)},
                           {"read_seconds", report.read_seconds},
                           {"seconds", report.seconds},
                           {"peak_mb", peak_megabytes(report)},
                           {"warnings", report.warnings}};
    if (report.validation)
        json["validation"] = {{"out", report.validation->path.string()},
                              {"interactions", report.validation->interactions},
                              {"held_out", report.validation->held_out}};
    print("{}\n", json_text(json));
}

std::string passed_over(const PrepareReport& report)
{
    std::string text;
    if (report.headers > 0) text += fmt::format(", {} repeated headers passed over", report.headers);
    if (report.comments > 0) text += fmt::format(", {} comments passed over", report.comments);
    return text;
}

void print_text(const PrepareReport& report, const PrepareOptions& options)
{
    const auto added = [&](std::int64_t rows) {
        return options.extend.empty() ? std::string() : fmt::format(" ({} new)", rows);
    };
    const double cells = static_cast<double>(report.users) * static_cast<double>(report.items);
    if (!report.columns.empty()) print("columns       {}\n", printable(report.columns));
    print("lines         {} ({} quarantined{})\n", report.lines, report.quarantined, passed_over(report));
    if (report.ignored > 0) print("ignored       {} events, by option or rule\n", report.ignored);
    if (report.erased > 0) print("erased        {} events of users and items that were erased\n", report.erased);
    print("events        {} ({} merged as duplicates)\n", report.events, report.duplicates);
    if (report.redelivered > 0)
        print("redelivered   {} events that the log holds again, dropped (--redelivered keep counts them)\n",
              report.redelivered);
    print("users         {}{}\n", report.users, added(report.new_users));
    print("items         {}{}\n", report.items, added(report.new_items));
    print("interactions  {} (density {:.3g} %)\n", report.interactions,
          100 * static_cast<double>(report.interactions) / cells);
    if (report.held_out > 0 || report.held_dropped > 0 || report.test_unknown > 0)
        print("held out      {} ({} dropped: their pair is also learned from; {} of unknown users or items)\n",
              report.held_out, report.held_dropped, report.test_unknown);
    print_attributes(report.users_file, options.users, Side::users);
    print_attributes(report.items_file, options.items, Side::items);
    print("time          {:.2f} s ({:.0f} lines/s), {:.0f} MB at most\n", report.seconds,
          static_cast<double>(report.lines) / report.seconds, peak_megabytes(report));
    print("wrote         {}\n", printable(options.out.string()));
    if (report.validation)
        print("wrote         {}: {} interactions, {} held out to choose by\n",
              printable(report.validation->path.string()), report.validation->interactions,
              report.validation->held_out);
}

void say_notes(const PrepareReport& report, const PrepareOptions& options)
{
    if (report.value_min <= 0 && options.rules.empty())
        say("note: there are values of 0 or below, the least is {}; without --rules, --objective implicit takes their "
            "events for positive ones and explicit for ratings: --drop-below or --drop-values ignores them",
            report.value_min);
    const bool has_types =
        report.columns.find("event=") != std::string::npos || options.layout.columns.has(EventColumn::event);
    if (has_types && options.rules.empty() && options.filter.types.empty() && options.filter.only.empty())
        say("note: without --rules, --only-events or --ignore-events, all types of events are one");
}

}  // namespace

int prepare_command(int argc, char** argv)
{
    CommandLine line("prepare",
                     "Turn interaction logs into a dataset: interactions by user and by item, ids, titles, a split",
                     examples);
    PrepareOptions options;
    PrepareWords words;
    add_prepare_options(line.app(), options, words);
    if (!line.parse(argc, argv)) return 0;
    interpret(words, options);
    options.command_options = line.resolved();
    const Communicator ranks;
    const PrepareReport report = prepare(ranks, options);
    if (!ranks.leads()) return 0;
    const std::string leak = leak_of_split(options.split.text);  // said when all is done: a failure is one line
    if (!leak.empty()) say("note: {}", leak);
    for (const auto& warning : report.warnings) say("warning: {}", warning);
    say_notes(report, options);
    if (line.json())
        print_json(report, options.out.string());
    else
        print_text(report, options);
    return 0;
}

}  // namespace alster

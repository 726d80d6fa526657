#include <fmt/format.h>

#include "data/attributes.hpp"
#include "data/console.hpp"
#include "data/error.hpp"
#include "data/ingest/attribute_encoder.hpp"
#include "data/printable.hpp"
#include "distributed/leader.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/publish/list_audit.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster audit lists.h5 --data dataset.h5 --eligibility eligibility.toml\n"
    "  mpirun -n 4 alster audit pages.h5 --data dataset.h5 --eligibility eligibility.toml --json\n"
    "\n"
    "Reads only these files and shares no code with what made the lists. One violation: exit code 10.\n"
    "The verdict is written beside the lists: LISTS.audit.json.";

void print_text(const AuditReport& report)
{
    print("audited       {} lists, {} places, {} pieces of evidence, at {}\n", report.lists, report.slots,
          report.evidence, iso_time(report.instant));
    if (!report.rules_of_lists.empty() && report.rules_of_lists != report.rules_digest)
        print("rules         not those that the lists were made with\n");
    print("violations    {}\n", report.violations);
    for (const auto& [clause, count] : report.by_clause) print("  {:<30} {}\n", printable(clause), count);
    for (const Violation& v : report.first)
        print("  {}{}: item {} ({})\n", printable(v.list), v.place > 0 ? fmt::format(", place {}", v.place) : "",
              printable(v.item), printable(v.clause));
    if (static_cast<std::int64_t>(report.first.size()) < report.violations)
        print("  and {} more\n", report.violations - static_cast<std::int64_t>(report.first.size()));
}

}  // namespace

int audit_command(int argc, char** argv)
{
    AuditOptions options;
    std::string at;
    CommandLine line("audit", "Checks every place of a list file against the rules of who may see what.", examples);
    line.app().add_option("lists", options.lists, "A list file, made by alster recommend, similar or page")->required();
    line.app().add_option("--data", options.data, "The dataset.h5 that the lists were made from")->required();
    line.app().add_option("--eligibility", options.rules, "The rules: eligibility.toml")->required();
    line.app().add_option("--at", at, "The instant for which they hold (default: the one in the list file)");
    if (!line.parse(argc, argv)) return 0;
    if (!at.empty()) options.instant = attribute_time(at);
    if (!at.empty() && !options.instant) throw Error(ExitCode::usage, "--at {}: write a time as 2026-11-27T18:00Z", at);
    const Communicator ranks;
    const AuditReport report = audit_lists(ranks, options);
    by_leader(ranks, [&] { write_verdict(report, options.lists); });
    if (ranks.leads() && line.json()) print("{}\n", verdict_json(report));
    if (ranks.leads() && !line.json()) print_text(report);
    return report.passed() ? 0 : static_cast<int>(ExitCode::guardrail);
}

}  // namespace alster

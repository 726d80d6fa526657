#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "distributed/communicator.hpp"

namespace alster {

/// What is audited, and by what.
struct AuditOptions {
    std::filesystem::path lists;
    std::filesystem::path data;
    std::filesystem::path rules;
    std::optional<std::int64_t> instant;  // Unix seconds; nothing: the one in the list file
};

/// A place of a list that must not be there.
struct Violation {
    std::string list;    // "/topk/home of user 42"
    Row place = 0;       // from 1; 0: of no place
    std::string item;    // id
    std::string clause;  // "kids: items.genres"
};

/// What an audit found.
struct AuditReport {
    std::int64_t lists = 0;
    std::int64_t slots = 0;     // items shown
    std::int64_t evidence = 0;  // items mentioned as evidence
    std::int64_t violations = 0;
    std::map<std::string, std::int64_t> by_clause = {};
    std::vector<Violation> first = {};  // at most 20, in the order of the file
    std::int64_t instant = 0;
    std::string lists_digest;         // SHA-256 of the list file
    std::string rules_digest;         // of the rules
    std::string rules_of_lists = {};  // what the list file says it was made with; "": without rules

    [[nodiscard]] bool passed() const { return violations == 0; }
};

/// Checks every place of every list, its evidence and what is popular: the rules let the user see it, the user has not
/// consumed it where the file says that lists exclude that, and no list of a user has an item that another list of the
/// same user has. Reads only the three files. Errors: bad_data (65) where they do not belong together. Collective; the
/// report is the same on all ranks.
[[nodiscard]] AuditReport audit_lists(const Communicator& ranks, const AuditOptions& options);

/// Where the verdict lies: LISTS.audit.json.
[[nodiscard]] std::filesystem::path verdict_path(const std::filesystem::path& lists);

/// Writes the verdict, for those who publish. Errors: cannot_create (73), io (74).
void write_verdict(const AuditReport& report, const std::filesystem::path& lists);

/// As a JSON text.
[[nodiscard]] std::string verdict_json(const AuditReport& report);

}  // namespace alster

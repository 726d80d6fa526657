#pragma once
#include <filesystem>

#include "host/publish/gate.hpp"

namespace alster {

/// What an alias led to, and leads to now. Targets as they stand in the links.
struct AliasChange {
    std::filesystem::path before;  // empty: there was none
    std::filesystem::path now;

    [[nodiscard]] bool changed() const { return before != now; }
};

/// Makes the symbolic link `alias` lead to `target`, a file or directory, in one rename: whoever follows it finds the
/// old target or the new one, wherever this process is killed. ALIAS.previous leads to the old one from before then.
/// Other publishers of the alias are locked out. Errors: bad_data (65) for a target that is missing, cannot_create (73)
/// where something that is no link stands at the alias, io (74).
AliasChange publish_alias(const std::filesystem::path& alias, const std::filesystem::path& target);

/// Makes `alias` lead to where ALIAS.previous leads, and that to where the alias led. Errors: those of publish_alias();
/// bad_data (65) where there is no other previous target.
AliasChange roll_back(const std::filesystem::path& alias);

/// Throws where a target may not be published: with the verdict's code where a check failed, bad_data (65) where none
/// of the judged files is the target or lies in it, or where one of them has changed since.
void require_verdict(const GateResult& verdict, const std::filesystem::path& target);

}  // namespace alster

#include "host/publish/alias.hpp"

#include <algorithm>

#include "data/output_lock.hpp"
#include "data/output_path.hpp"
#include "data/temporary_file.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;

fs::path previous_of(const fs::path& alias) { return fs::path(alias).concat(".previous"); }

/// Where a link leads, as it stands in it; empty where nothing is there.
fs::path target_of(const fs::path& link)
{
    std::error_code error;
    const auto there = fs::symlink_status(link, error);
    if (!fs::exists(there)) return {};
    if (!fs::is_symlink(there))
        throw Error(ExitCode::cannot_create,
                    "{}: is no symbolic link: an alias is one; give another name, or move what stands there",
                    link.string());
    return fs::read_symlink(link);
}

void set_link(const fs::path& link, const fs::path& target)
{
    const fs::path temporary = make_temporary(link);
    std::error_code error;
    fs::remove(temporary, error);
    fs::create_symlink(target, temporary, error);
    if (error)
        throw Error(ExitCode::cannot_create, "{}: no symbolic link can be made: {}", link.string(), error.message());
    publish(temporary, link);
}

OutputLock lock_of(const fs::path& alias)
{
    if (alias.filename().empty())
        throw Error(ExitCode::cannot_create, "\"{}\": is no name of an alias: give one without a slash at its end",
                    alias.string());
    return OutputLock::of_file(fs::path(alias).concat(".alias"));  // of a name of its own: a lock follows links
}

bool is_or_holds(const fs::path& target, const fs::path& file)
{
    std::error_code error;
    const fs::path outer = fs::canonical(target, error), inner = fs::canonical(file, error);
    if (error) return false;
    return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

}  // namespace

AliasChange publish_alias(const fs::path& alias, const fs::path& target)
{
    if (!fs::exists(target)) throw Error(ExitCode::bad_data, "{}: there is nothing to publish", target.string());
    const OutputLock lock = lock_of(alias);
    const fs::path old = target_of(alias);
    (void)target_of(previous_of(alias));  // refused before anything changes
    const fs::path link = fs::relative(fs::canonical(target), fs::canonical(directory_of(alias)));
    if (old == link) return {old, link};
    if (!old.empty()) set_link(previous_of(alias), old);
    set_link(alias, link);
    return {old, link};
}

AliasChange roll_back(const fs::path& alias)
{
    const OutputLock lock = lock_of(alias);
    const fs::path now = target_of(alias), previous = target_of(previous_of(alias));
    if (now.empty() || previous.empty() || now == previous)
        throw Error(ExitCode::bad_data, "{}: nothing else was published before: there is nothing to roll back to",
                    alias.string());
    if (!fs::exists(directory_of(alias) / previous))
        throw Error(ExitCode::bad_data, "{}: the previous target {} is gone", alias.string(), previous.string());
    set_link(alias, previous);
    set_link(previous_of(alias), now);
    return {now, previous};
}

void require_verdict(const GateResult& verdict, const fs::path& target)
{
    if (!verdict.passed()) throw Error(verdict.code(), "{} is not published: {}", target.string(), verdict.failures());
    if (std::ranges::none_of(verdict.files, [&](const JudgedFile& file) { return is_or_holds(target, file.path); }))
        throw Error(ExitCode::bad_data, "{} is not published: the verdict is about {}", target.string(),
                    verdict.subject);
    for (const auto& file : verdict.files)
        if (judged_file(file.path).sha256 != file.sha256)
            throw Error(ExitCode::bad_data,
                        "{} is not published: {} has changed since it was judged: run alster gate again",
                        target.string(), file.path.string());
}

}  // namespace alster

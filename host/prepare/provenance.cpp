#include "host/prepare/provenance.hpp"

#include <nlohmann/json.hpp>

#include "data/json_text.hpp"

namespace alster {

namespace {

nlohmann::json input(const std::string& path)
{
    std::error_code none;
    const auto bytes = std::filesystem::is_regular_file(path, none) ? std::filesystem::file_size(path, none) : 0;
    return {{"path", path}, {"bytes", bytes}};
}

}  // namespace

std::string provenance(const PrepareOptions& options, const PrepareReport& report, const std::string& rules,
                       const std::string& validates)
{
    nlohmann::json json;
    for (const auto& path : options.inputs) json["inputs"].push_back(input(path));
    if (!options.test.empty()) json["test"] = input(options.test);
    if (!options.items.path.empty()) json["items_file"] = input(options.items.path);
    if (!options.users.path.empty()) json["users_file"] = input(options.users.path);
    if (!options.extend.empty()) json["extends"] = input(options.extend);
    if (!validates.empty()) json["validates"] = validates;
    if (!rules.empty()) json["rules"] = rules;
    json["options"] = options.command_options;
    if (options.adds) json["adds"] = true;
    if (report.late > 0) json["late"] = report.late;
    json["lines"] = report.lines;
    json["quarantined"] = report.quarantined;
    json["redelivered"] = report.redelivered;
    json["ignored"] = report.ignored;
    if (report.erased > 0) json["erased"] = report.erased;
    json["repeated_headers"] = report.headers;
    json["comments"] = report.comments;
    if (!report.columns.empty()) json["columns"] = report.columns;
    json["events"] = report.events;
    json["duplicates"] = report.duplicates;
    json["held_dropped"] = report.held_dropped;
    json["test_unknown"] = report.test_unknown;
    for (const auto& [key, file] : {std::pair("items", &report.items_file), std::pair("users", &report.users_file)})
        json[key] = {{"described", file->described},
                     {"without_events", file->without_events},
                     {"repeated", file->repeated},
                     {"texts_cut", file->cut}};
    // paths need not be UTF-8
    return json_text(json);
}

}  // namespace alster

#pragma once
#include <simdjson.h>

#include <string>
#include <string_view>

#include "data/ingest/defect.hpp"

namespace alster {

/// What a JSON value is as text: a string, a number as it stands but for a
/// fraction of zeros (an id of 1.0 is 1), "true", "false"; no data for null and for what has no text, whose kind says what it
/// is. An object of MongoDB's extended JSON, {"$oid": "…"}, {"$date":
/// {"$numberLong": "…"}}, is what it stands for.
struct JsonText {
    std::string_view text = {};
    enum class Kind { text, number, boolean, null, array, object } kind = Kind::text;
};

[[nodiscard]] simdjson::error_code read_text(simdjson::ondemand::value& value, JsonText& result);

/// Reads JSON objects, one after the other. For the sources of data/ingest
/// only: its header needs simdjson.
class JsonDocument {
public:
    using Value = simdjson::ondemand::value;

    /// Gives each field of the object to `visit(key, value)`, which returns what
    /// is wrong with it. Texts hold until the next object. Returns not_json,
    /// not_an_object, or what `visit` found; detail() then says more.
    template <class Visit>
    [[nodiscard]] Defect read(std::string_view text, Visit visit)
    {
        simdjson::ondemand::object object;
        if (const Defect defect = open(text, object); defect != Defect::none) return defect;
        if (const Defect defect = read_fields(object, visit); defect != Defect::none) return defect;
        return close();
    }

    /// The same for an object inside.
    template <class Visit>
    [[nodiscard]] Defect read_fields(simdjson::ondemand::object& object, Visit visit)
    {
        for (auto field : object) {
            std::string_view key;
            Value value;
            if (const auto error = field.unescaped_key().get(key)) return broken(error);
            if (const auto error = field.value().get(value)) return broken(error);
            if (const Defect defect = visit(key, value); defect != Defect::none) return defect;
        }
        return Defect::none;
    }

    [[nodiscard]] Defect broken(simdjson::error_code error);

    /// The names of the object's fields, "user, payload.item", as far as it can
    /// be read.
    [[nodiscard]] std::string names(std::string_view text);

    [[nodiscard]] const std::string& detail() const { return detail_; }
    void set_detail(std::string detail) { detail_ = std::move(detail); }

private:
    [[nodiscard]] Defect open(std::string_view text, simdjson::ondemand::object& object);
    [[nodiscard]] Defect close();

    simdjson::ondemand::parser parser_;
    simdjson::ondemand::document document_;
    std::string text_;  // simdjson reads beyond the end
    std::string detail_;
};

}  // namespace alster

#include "data/ingest/json_document.hpp"

namespace alster {

namespace {

namespace json = simdjson::ondemand;

/// An object with the single field {"$name": value} is this value.
simdjson::error_code read_extension(json::value& value, JsonText& result)
{
    json::object object;
    if (const auto error = value.get_object().get(object)) return error;
    JsonText inside{.kind = JsonText::Kind::object};
    int fields = 0;
    bool extension = true;
    for (auto field : object) {
        std::string_view key;
        json::value inner;
        if (const auto error = field.unescaped_key().get(key)) return error;
        if (const auto error = field.value().get(inner)) return error;
        extension = extension && ++fields == 1 && key.starts_with('$');
        if (extension)
            if (const auto error = read_text(inner, inside)) return error;
    }
    result = extension && fields == 1 ? inside : JsonText{.kind = JsonText::Kind::object};
    return simdjson::SUCCESS;
}

std::string_view without_blanks(std::string_view token)
{
    return token.substr(0, token.find_last_not_of(" \t\r\n") + 1);
}

/// "1" for "1.0"
std::string_view without_zeros(std::string_view number)
{
    const auto dot = number.find('.');
    const bool whole = dot != number.npos && number.find_first_not_of('0', dot + 1) == number.npos;
    return whole ? number.substr(0, dot) : number;
}

/// Why an object of Python's is not JSON: its quotes.
bool looks_like_python(std::string_view text)
{
    const auto brace = text.find('{');
    if (brace == text.npos) return false;
    const auto first = text.find_first_not_of(" \t\r\n", brace + 1);
    return first != text.npos && text[first] == '\'';
}

/// NaN or Infinity where a value stands, as Python's json.dumps() writes them.
bool has_number_of_python(std::string_view text)
{
    for (auto colon = text.find(':'); colon != text.npos; colon = text.find(':', colon + 1)) {
        const auto value = text.find_first_not_of(" \t\r\n", colon + 1);
        if (value == text.npos) return false;
        for (const std::string_view word : {"NaN", "Infinity"})
            if (text.substr(value).starts_with(word)) return true;
    }
    return false;
}

}  // namespace

simdjson::error_code read_text(json::value& value, JsonText& result)
{
    json::json_type type{};
    if (const auto error = value.type().get(type)) return error;
    result = {};
    switch (type) {
        case json::json_type::string:
            return value.get_string().get(result.text);
        case json::json_type::number:
            result.kind = JsonText::Kind::number;
            result.text = without_zeros(without_blanks(value.raw_json_token()));
            return simdjson::SUCCESS;
        case json::json_type::boolean: {
            bool truth = false;
            result.kind = JsonText::Kind::boolean;
            const auto error = value.get_bool().get(truth);
            result.text = truth ? "true" : "false";
            return error;
        }
        case json::json_type::null:
            result.kind = JsonText::Kind::null;
            return value.is_null().error();
        case json::json_type::array:
            result.kind = JsonText::Kind::array;
            return simdjson::SUCCESS;
        case json::json_type::object:
            return read_extension(value, result);
    }
    return simdjson::INCORRECT_TYPE;
}

Defect JsonDocument::broken(simdjson::error_code error)
{
    detail_ = looks_like_python(text_)      ? "its quotes are ', as Python prints a "
                                              "dict; write it with json.dumps()"
              : has_number_of_python(text_) ? "NaN and Infinity are not JSON: write null where there is no number"
                                            : simdjson::error_message(error);
    return Defect::not_json;
}

Defect JsonDocument::open(std::string_view text, json::object& object)
{
    detail_.clear();
    text_ = text;
    text_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    if (const auto error = parser_.iterate(text_.data(), text_.size(), text_.capacity()).get(document_))
        return broken(error);
    json::json_type type{};
    if (const auto error = document_.type().get(type)) return broken(error);
    if (type == json::json_type::object) {
        const auto error = document_.get_object().get(object);
        return error ? broken(error) : Defect::none;
    }
    const bool array = type == json::json_type::array;
    detail_ = array ? "an array" : type == json::json_type::string ? "a text" : "a single value";
    return Defect::not_an_object;
}

Defect JsonDocument::close()
{
    const char* rest = nullptr;
    if (document_.current_location().get(rest) == simdjson::OUT_OF_BOUNDS) return Defect::none;
    detail_ = "something follows the object";
    return Defect::not_json;
}

std::string JsonDocument::names(std::string_view text)
{
    std::string names;
    const auto note = [&](std::string_view outer, std::string_view key) {
        names += (names.empty() ? "" : ", ") + std::string(outer) + (outer.empty() ? "" : ".") + std::string(key);
        return Defect::none;
    };
    static_cast<void>(read(text, [&](std::string_view key, Value& value) {
        const std::string outer(key);
        json::object inside;
        if (value.get_object().get(inside)) return note("", key);
        return read_fields(inside, [&](std::string_view name, Value&) { return note(outer, name); });
    }));
    return names;
}

}  // namespace alster

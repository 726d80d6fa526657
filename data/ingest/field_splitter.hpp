#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/separator.hpp"

namespace alster {

/// Cuts a line into its fields. Blanks around a field are dropped, and so are the quotes of a field that has them:
/// inside, the separator is text, and a quote is doubled or, where nothing else fits, has a backslash before it. ="007", as
/// written for Excel, is 007.
class FieldSplitter {
public:
    /// `width`: the number of fields of the table, 0 where it is unknown.
    explicit FieldSplitter(Separator separator, std::size_t width = 0);
    ~FieldSplitter();

    /// False where a quote is not closed or text follows it. The views hold until the next call and as long as the
    /// line. A line with quotes that fit nowhere is cut as it stands between tabs or bars, and elsewhere if it has
    /// `width` fields and none begins with a quote.
    [[nodiscard]] bool split(std::string_view line, std::vector<std::string_view>& fields);

    /// Cuts a line as it stands, whatever quotes it has.
    void split_plain(std::string_view line, std::vector<std::string_view>& fields) const;

    /// True where the last line was cut as it stands although it has quotes.
    [[nodiscard]] bool literal() const { return literal_; }

private:
    struct CsvState;
    [[nodiscard]] bool split_quoted(std::string_view line, std::vector<std::string_view>& fields);
    [[nodiscard]] bool split_csv(std::string_view line, std::vector<std::string_view>& fields);
    [[nodiscard]] bool split_quoted_blanks(std::string_view line, std::vector<std::string_view>& fields);

    Separator separator_;
    std::size_t width_;
    bool literal_ = false;
    std::string unescaped_;
    std::string plain_;              // a line without formulas
    std::unique_ptr<CsvState> csv_;  // made at the first quote
};

/// Follows the quotes of a record over its lines.
class QuoteCount {
public:
    void add(std::string_view text);

    /// True inside a quoted field, as far as doubled quotes go, and with quotes behind a backslash not counted.
    [[nodiscard]] bool open() const { return all_ % 2 == 1; }
    [[nodiscard]] bool open_with_escapes() const { return plain_ % 2 == 1; }

private:
    std::size_t all_ = 0;
    std::size_t plain_ = 0;  // without those behind an odd number of backslashes
};

}  // namespace alster

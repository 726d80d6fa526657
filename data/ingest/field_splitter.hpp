#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace alster {

/// What stands between two fields of a line.
enum class Separator {
    comma,  // with the quotes of CSV
    tab,
    bar,
    double_colon,
    blanks,  // any run of spaces, tabs and commas
};

/// Cuts a line into its fields. Blanks around a field are dropped.
class FieldSplitter {
public:
    explicit FieldSplitter(Separator separator);
    ~FieldSplitter();

    /// False where a quote is not closed or stands inside a plain field. The views hold until the next call and as long
    /// as the line. A quoted field cannot go on in the next line.
    [[nodiscard]] bool split(std::string_view line, std::vector<std::string_view>& fields);

private:
    struct CsvState;
    [[nodiscard]] bool split_quoted(std::string_view line, std::vector<std::string_view>& fields);

    Separator separator_;
    std::unique_ptr<CsvState> csv_;  // made at the first quote
};

}  // namespace alster

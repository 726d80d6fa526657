#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/synthetic.hpp"
#include "data/synthetic/taste_model.hpp"
#include "data/synthetic/text_output.hpp"

namespace alster::synthetic {

/// Writes the log of one user after the other. Holds references: model and catalogue must outlive it.
class LogWriter {
public:
    LogWriter(const SyntheticOptions& options, const std::vector<Item>& catalogue, const TasteModel& model,
              TextOutput& output, SyntheticSummary& summary);

    /// The column names.
    void write_header();

    /// Exactly `lines` lines; users from 0, each at most once.
    void write_user(Row user, std::int64_t lines);

private:
    struct User {
        Row number = 0;
        Random random;
        std::vector<float> mixture;
        std::int64_t joined = 0;
        double bias = 0;
    };

    [[nodiscard]] User meet(Row number) const;
    [[nodiscard]] std::int32_t draw_unseen(User& user);
    [[nodiscard]] std::int64_t draw_time(User& user, std::int32_t item) const;
    std::int64_t write_watch(User& user, std::int32_t item, bool first, std::int64_t room);
    void write_play(User& user, std::int32_t item, double fit, std::int64_t time);
    void write_thumb(User& user, std::int32_t item, double fit, std::int64_t time);
    void write_stars(User& user, std::int32_t item, double fit, std::int64_t time);
    void write_line(const User& user, std::int32_t item, std::string_view event, std::string_view value,
                    std::int64_t time);

    const SyntheticOptions& options_;
    const std::vector<Item>& catalogue_;
    const TasteModel& model_;
    TextOutput& output_;
    SyntheticSummary& summary_;
    std::vector<Column> last_viewer_;    // (items): the last user who watched it, −1 for none
    std::vector<std::int32_t> watched_;  // by the present user
};

}  // namespace alster::synthetic

#include "data/ingest/line_source.hpp"

#include <cstring>
#include <utility>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr std::size_t first_size = std::size_t{1} << 20;
constexpr std::size_t longest_line = std::size_t{1} << 26;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

LineSource::LineSource(std::vector<std::string> paths) : paths_(std::move(paths)), buffer_(first_size) {}

bool LineSource::open_next()
{
    if (opened_ == paths_.size()) return false;
    source_ = std::make_unique<ByteSource>(paths_[opened_++]);
    number_ = 0;
    begin_ = end_ = 0;
    return true;
}

/// Reads more behind what is left of the buffer; false at the end of the file.
bool LineSource::fill()
{
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == buffer_.size()) {
        if (end_ >= longest_line)
            throw Error(ExitCode::bad_data, "{}:{}: a line of more than 64 MiB; is this a text file?",
                        paths_[opened_ - 1], number_ + 1);
        buffer_.resize(2 * end_);
    }
    const std::size_t size = source_->read({buffer_.data() + end_, buffer_.size() - end_});
    end_ += size;
    return size > 0;
}

bool LineSource::take(Line& line, std::size_t length, std::size_t terminator)
{
    line.text = {buffer_.data() + begin_, length};
    line.number = ++number_;
    line.file = opened_ - 1;
    begin_ += length + terminator;
    if (line.text.ends_with('\r')) line.text.remove_suffix(1);
    if (line.number == 1 && line.text.starts_with(byte_order_mark)) line.text.remove_prefix(byte_order_mark.size());
    return true;
}

bool LineSource::next(Line& line)
{
    while (source_ || open_next()) {
        std::size_t searched = 0;
        do {
            const char* first = buffer_.data() + begin_;
            const std::size_t size = end_ - begin_;
            if (size > searched)
                if (const void* end = std::memchr(first + searched, '\n', size - searched))
                    return take(line, static_cast<std::size_t>(static_cast<const char*>(end) - first), 1);
            searched = size;
        } while (fill());
        if (begin_ < end_) return take(line, end_ - begin_, 0);
        source_.reset();
    }
    return false;
}

}  // namespace alster

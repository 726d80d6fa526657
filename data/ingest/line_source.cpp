#include "data/ingest/line_source.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "data/error.hpp"
#include "data/ingest/file_kind.hpp"
#include "data/ingest/json_objects.hpp"

namespace alster {

namespace {

constexpr std::size_t first_size = std::size_t{1} << 20;
constexpr std::size_t longest_line = std::size_t{1} << 26;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

LineSource::LineSource(std::vector<std::string> paths) : LineSource(paths, whole_files(paths.size())) {}

LineSource::LineSource(std::vector<std::string> paths, std::vector<FilePart> parts, Records records)
    : paths_(std::move(paths)), parts_(std::move(parts)), records_(records), lines_(paths_.size()), buffer_(first_size)
{
}

bool LineSource::open_next()
{
    if (opened_ == parts_.size()) return false;
    const FilePart& next = parts_[opened_++];
    part_end_ = next.end;
    // a line that begins before the part is somebody else's; the byte before it tells whether one begins with it
    position_ = next.begin > 0 ? next.begin - 1 : 0;
    source_ = std::make_unique<ByteSource>(paths_[next.file], position_);
    begin_ = end_ = 0;
    read_head();
    if (Line others; next.begin > 0) static_cast<void>(find_line(others));
    by_object_ = next.begin == 0 && records_ == Records::json_objects && objects_span_lines();
    return true;
}

/// Of the file that was just opened.
bool LineSource::objects_span_lines()
{
    bool more = true;
    while (more && end_ < look_ahead) more = fill();
    return alster::objects_span_lines({buffer_.data(), std::min(end_, look_ahead)}, !more);
}

/// What stands at the beginning of a file tells what kind of file it is.
void LineSource::read_head()
{
    head_.clear();
    if (part().begin > 0) return;
    while (end_ < file_head_size && fill()) continue;
    head_.assign(buffer_.data(), std::min(end_, file_head_size));
    refuse_other_kinds(path(part().file), head_);
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
            throw Error(ExitCode::bad_data, "{}: a line of more than 64 MiB at byte {}; is this a text file?",
                        path(part().file), position_);
        buffer_.resize(2 * end_);
    }
    const std::size_t size = source_->read({buffer_.data() + end_, buffer_.size() - end_});
    end_ += size;
    return size > 0;
}

void LineSource::take(Line& line, std::size_t length, std::size_t terminator)
{
    line.text = {buffer_.data() + begin_, length};
    line.begin = position_;
    taken_ = {length, length + terminator};
    begin_ += length + terminator;
    position_ += length + terminator;
    if (line.text.ends_with('\r')) line.text.remove_suffix(1);
    if (line.begin == 0 && line.text.starts_with(byte_order_mark)) line.text.remove_prefix(byte_order_mark.size());
}

/// The line that begins at begin_, of which the first bytes were searched already; false at the end of the file.
bool LineSource::find_line(Line& line, std::size_t searched)
{
    do {
        const char* first = buffer_.data() + begin_;
        const std::size_t size = end_ - begin_;
        if (size > searched)
            if (const void* end = std::memchr(first + searched, '\n', size - searched))
                return take(line, static_cast<std::size_t>(static_cast<const char*>(end) - first), 1), true;
        searched = std::max(searched, size);
    } while (fill());
    if (begin_ == end_) return false;
    take(line, end_ - begin_, 0);
    return true;
}

/// Counts the ends of lines in front of the next object; false at the end of the file.
bool LineSource::skip_separators(std::int64_t& lines)
{
    do {
        const std::string_view text(buffer_.data() + begin_, end_ - begin_);
        const bool mark = position_ == 0 && text.starts_with(byte_order_mark);
        const std::size_t skipped = mark ? byte_order_mark.size() : separators_length(text);
        lines += std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(skipped), '\n');
        begin_ += skipped;
        position_ += skipped;
        if (skipped < text.size() && !mark) return true;
    } while (begin_ < end_ || fill());
    return false;
}

/// The object, or what else stands there up to the next one.
bool LineSource::find_object(Line& line)
{
    std::int64_t& lines = lines_[part().file];
    if (!skip_separators(lines)) return false;
    std::size_t length = 0;
    do {
        const std::string_view text(buffer_.data() + begin_, end_ - begin_);
        length = text.front() == '{' ? object_length(text) : std::min(text.find('{'), text.find('\n'));
    } while (length == std::string_view::npos && fill());
    length = std::min(length, end_ - begin_);
    take(line, length, 0);
    line.number = lines + 1;
    lines += std::count(line.text.begin(), line.text.end(), '\n');
    return true;
}

bool LineSource::next(Line& line)
{
    while (source_ || open_next()) {
        if (by_object_ && find_object(line)) {
            line.file = part().file;
            return true;
        }
        if (!by_object_ && position_ < part_end_ && find_line(line)) {
            line.file = part().file;
            line.number = ++lines_[line.file];
            first_ = taken_;
            added_lines_ = 0;
            return true;
        }
        source_.reset();
    }
    return false;
}

bool LineSource::extend(Line& line)
{
    const Extent before = taken_;
    const std::uint64_t begin = position_;
    begin_ -= before.whole;
    position_ -= before.whole;
    const bool found = find_line(line, before.whole) && taken_.whole > before.whole;
    if (found) {
        ++added_lines_;
        ++lines_[line.file];
        last_begin_ = begin;
    } else {
        cut(line, before);
    }
    return found;
}

void LineSource::restore(Line& line)
{
    lines_[line.file] -= std::exchange(added_lines_, 0);
    cut(line, first_);
}

/// Hands the line out anew, this much of it.
void LineSource::cut(Line& line, Extent extent)
{
    begin_ -= taken_.whole;
    position_ -= taken_.whole;
    take(line, extent.text, extent.whole - extent.text);
}

}  // namespace alster

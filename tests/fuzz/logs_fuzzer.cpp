#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "data/ingest/interaction_reader.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/property.hpp"

// Interaction logs. The first byte picks the layout (its last digit in octal), whether the rest is packed by gzip (8),
// and whether the file is read twice, as two files (64).

namespace alster::fuzz {
namespace {

constexpr Milliseconds end_of_time = Milliseconds{1000} << 32;

LogLayout layout_of(unsigned number)
{
    const auto columns = [](const char* text) { return ColumnSpec::parse(text); };
    const std::array<LogLayout, 8> layouts = {{
        {.format = LogFormat::csv},
        {.format = LogFormat::csv, .columns = columns("user=u,item=i,value=v,time=t"), .header = true},
        {.format = LogFormat::csv, .columns = columns("user=5,item=4,value=3,time=2,event=1,confidence=0")},
        {.format = LogFormat::tsv},
        {.format = LogFormat::jsonl},
        {.format = LogFormat::movielens},
        {.format = LogFormat::pairs},
        {.format = LogFormat::lists},
    }};
    return layouts[number % layouts.size()];
}

std::string packed(Bytes bytes)
{
    z_stream stream{};
    require(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib starts");
    std::string result(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = const_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    deflate(&stream, Z_FINISH);
    result.resize(stream.total_out);
    deflateEnd(&stream);
    return result;
}

void check(const Event& event)
{
    require(check_id(event.user) == Defect::none && check_id(event.item) == Defect::none, "ids are good");
    require(event.user.find('\0') == event.user.npos, "no id holds a NUL, which would end it");
    require(std::isfinite(event.value), "values are finite");
    require(std::isfinite(event.confidence) && event.confidence >= 0, "confidences are finite and not negative");
    require(event.time.time >= 0 && event.time.time < end_of_time, "times lie between 1970 and 2106");
}

void read(const std::string& path, LogLayout layout, int copies, std::int64_t most_lines)
{
    const LogFormat format = layout.format;
    InteractionReader reader(std::vector<std::string>(copies, path), std::move(layout));
    std::int64_t number = 0;
    std::size_t file = 0;
    while (reader.next()) {
        const Line& line = reader.line();
        const bool least = records_of(format) == Records::lines ? line.number > number : line.number >= number;
        require(line.file > file || least, "lines are numbered in their order");
        require(line.number <= most_lines, "there are no more lines than ends of lines");
        require(!line.text.empty(), "a line has a text");
        file = line.file;
        number = line.number;
        if (reader.defect() == Defect::none)
            std::for_each(reader.events().begin(), reader.events().end(), check);
        else
            require(text(reader.defect()) != std::string_view("unknown"), "a defect has a name");
    }
}

}  // namespace
}  // namespace alster::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace alster;
    if (size == 0) return 0;
    const fuzz::Bytes bytes(data + 1, size - 1);
    const bool pack = (data[0] & 8) != 0;
    const bool packed_already = bytes.size() > 1 && bytes[0] == 0x1f && bytes[1] == 0x8b;
    const auto lines = packed_already ? std::numeric_limits<std::int64_t>::max()
                                      : std::count(bytes.begin(), bytes.end(), std::uint8_t{'\n'}) + 1;
    const auto text = pack ? fuzz::packed(bytes) : fuzz::text_of(bytes);
    const fuzz::MemoryFile file({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    fuzz::succeeds({ExitCode::bad_data, ExitCode::usage},
                   [&] { fuzz::read(file.path(), fuzz::layout_of(data[0] & 7), data[0] & 64 ? 2 : 1, lines); });
    return 0;
}

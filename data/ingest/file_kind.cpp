#include "data/ingest/file_kind.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "data/error.hpp"

namespace alster {

namespace {

using namespace std::string_view_literals;

/// A kind of file by the bytes that it begins with. `advice` may name the file as {0}.
struct Kind {
    std::string_view magic;
    std::string_view name;
    std::string_view advice;
    bool binary = false;  // the magic could begin a text too: a control byte must follow soon
};

constexpr auto pandas = "write it as text first, in Python: pandas.read_{1}('{0}').to_csv('FILE.csv', index=False)"sv;
constexpr auto numpy = "write its columns as text first, with numpy.savetxt"sv;
constexpr auto other_encoding = "convert it first: iconv -f {1} -t UTF-8 {0} > FILE"sv;

constexpr auto kinds = std::to_array<Kind>({
    {"PK\3\4"sv, "a zip archive (or an .xlsx or .npz file)", "unpack it first: unzip -p {0} > FILE"},
    {"PK\5\6"sv, "an empty zip archive", "make the archive again"},
    {"PK\7\10"sv, "a zip archive in several pieces",
     "unpack it first: zip -s 0 {0} --out one.zip; unzip -p one.zip > FILE"},
    {"7z\xBC\xAF\x27\x1C"sv, "a 7z archive", "unpack it first: 7z x {0}"},
    {"Rar!\x1A\x07"sv, "a rar archive", "unpack it first: unrar x {0}"},
    {"\x04\x22\x4D\x18"sv, "packed by lz4", "unpack it first: lz4 -d {0} FILE"},
    {"\xFF\x06\0\0sNaPpY"sv, "packed by snappy", "unpack it first: snzip -d {0}"},
    {"\x1F\x9D"sv, "packed by compress", "unpack it first: uncompress -c {0} > FILE"},
    {"\x5D\0\0"sv, "packed by lzma", "unpack it first: xz --format=lzma -dc {0} > FILE"},
    {"LZIP\1"sv, "packed by lzip", "unpack it first: lzip -dc {0} > FILE"},
    {"\x1F\x8B"sv, "gzip data inside packed data", "unpack it once first"},
    {"PAR1"sv, "a Parquet file", pandas, true},
    {"ORC"sv, "an ORC file", pandas, true},
    {"ARROW1\0"sv, "an Arrow (Feather) file", pandas},
    {"FEA1"sv, "a Feather file", pandas, true},
    {"Obj\1"sv, "an Avro file", "write it as JSON lines first: avro-tools tojson {0} > FILE.jsonl"},
    {"\x89HDF\r\n\x1A\n"sv, "an HDF5 file", "write the table in it as CSV first, with h5py or pandas.read_hdf"},
    {"SQLite format 3\0"sv, "an SQLite database",
     "write a table of it as CSV first: sqlite3 -header -csv {0} 'SELECT * FROM …' > FILE.csv"},
    {"\x93NUMPY"sv, "a numpy array (.npy)", numpy},
    {"\x80\2"sv, "a Python pickle", pandas},
    {"\x80\3"sv, "a Python pickle", pandas},
    {"\x80\4"sv, "a Python pickle", pandas},
    {"\x80\5"sv, "a Python pickle", pandas},
    {"MATLAB 5.0 MAT-file"sv, "a MATLAB file", "read it with scipy.io.loadmat and write its columns as text"},
    {"RDX2\n"sv, "an R data file", "write the table as text first, in R: write.csv(x, 'FILE.csv', row.names=FALSE)"},
    {"RDX3\n"sv, "an R data file", "write the table as text first, in R: write.csv(x, 'FILE.csv', row.names=FALSE)"},
    {"X\n\0\0\0"sv, "an R object (.rds)",
     "write it as text first, in R: write.csv(readRDS('{0}'), 'FILE.csv', row.names=FALSE)"},
    {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "an old Excel (.xls) file", "save it as CSV first"},
    {"%PDF-"sv, "a PDF file", "give the table as text"},
    {"<!DOCTYPE html"sv, "a web page", "the download went wrong, look into it"},
    {"<!doctype html"sv, "a web page", "the download went wrong, look into it"},
    {"<html"sv, "a web page", "the download went wrong, look into it"},
    {"<?xml"sv, "an XML file", "write it as CSV or JSON lines first"},
    {"version https://git-lfs.github.com/spec/"sv, "a pointer of Git LFS", "fetch the file itself: git lfs pull"},
    {"%%MatrixMarket"sv, "a MatrixMarket file",
     "drop its head first: grep -v '^%' {0} | tail -n +2 > FILE, and read that with --separator space"},
});

/// Byte order marks of 2 and 4 bytes; UTF-8's is no hindrance.
constexpr auto encodings = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"\xFF\xFE\0\0"sv, "UTF-32"},
    {"\0\0\xFE\xFF"sv, "UTF-32"},
    {"\xFF\xFE"sv, "UTF-16"},
    {"\xFE\xFF"sv, "UTF-16"},
});

[[noreturn]] void refuse(const std::string& path, std::string_view name, std::string_view advice,
                         std::string_view detail = "")
{
    throw Error(ExitCode::bad_data, "{}: is {}, not lines of text: {}", path, name,
                fmt::format(fmt::runtime(advice), path, detail));
}

/// What pandas calls the reader of a kind: read_parquet and so on.
std::string_view pandas_reader(std::string_view name)
{
    constexpr auto readers = std::to_array<std::pair<std::string_view, std::string_view>>(
        {{"Parquet", "parquet"}, {"ORC", "orc"}, {"Feather", "feather"}, {"pickle", "pickle"}});
    const auto found = std::ranges::find_if(readers, [&](const auto& r) { return name.find(r.first) != name.npos; });
    return found == readers.end() ? "" : found->second;
}

bool has_control_bytes(std::string_view bytes)
{
    return std::ranges::any_of(bytes, [](char c) { return static_cast<unsigned char>(c) < '\t'; });
}

/// The encoding of a text without a mark in which every second byte, or three of four, are 0; "": none.
std::string_view unmarked_encoding(std::string_view head)
{
    const std::string_view text = head.substr(0, 64);
    if (text.size() < 8) return "";
    std::array<std::size_t, 4> zeros{};
    for (std::size_t i = 0; i < text.size(); ++i) zeros[i % 4] += text[i] == '\0';
    const std::size_t all = text.size() / 4;
    const auto is = [&](int a, int b, int c, int d) {
        return std::ranges::equal(zeros, std::array{a, b, c, d},
                                  [&](std::size_t found, int wanted) { return wanted ? found >= all : found == 0; });
    };
    if (is(0, 1, 1, 1)) return "UTF-32LE";
    if (is(1, 1, 1, 0)) return "UTF-32BE";
    if (is(0, 1, 0, 1)) return "UTF-16LE";
    return is(1, 0, 1, 0) ? "UTF-16BE" : "";
}

bool is_tar(std::string_view head) { return head.size() > 262 && head.substr(257).starts_with("ustar"); }

/// Many carriage returns and no line feed; one line alone may end with either.
bool has_only_carriage_returns(std::string_view head)
{
    const auto first = head.find('\r');
    return first != head.npos && first + 1 < head.size() && head.find('\n') == head.npos;
}

}  // namespace

void refuse_other_kinds(const std::string& path, std::string_view head)
{
    for (const auto& [mark, name] : encodings)
        if (head.starts_with(mark)) refuse(path, fmt::format("{} text", name), other_encoding, name);
    for (const auto& kind : kinds)
        if (head.starts_with(kind.magic) && (!kind.binary || has_control_bytes(head.substr(0, 64))))
            refuse(path, kind.name, kind.advice, pandas_reader(kind.name));
    if (is_tar(head)) refuse(path, "a tar archive", "unpack it first: tar -xf {0}");
    if (const auto name = unmarked_encoding(head); !name.empty())
        refuse(path, fmt::format("{} text", name), other_encoding, name);
    if (has_only_carriage_returns(head))
        throw Error(ExitCode::bad_data, "{0}: its lines end with CR only, as on old Macs: tr '\\r' '\\n' < {0} > FILE",
                    path);
}

}  // namespace alster

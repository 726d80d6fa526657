#include <array>
#include <cstring>
#include <fstream>
#include <set>

#include "data/hdf5_impl.hpp"
#include "data/hdf5_types.hpp"

// Attributes whose text has any length. HDF5 keeps such text in a heap that has no checksum, and believes it: it copies
// as many bytes as the heap says into room for as many as the attribute says, and follows sizes out of the heap. So a
// heap is looked at here before HDF5 reads from it.

namespace alster {

namespace {

/// What the attribute itself holds: bytes of the text, and where it lies.
struct Descriptor {
    std::uint32_t bytes;
    std::uint64_t heap;  // position in the file, 0: no text
    std::uint32_t object;
};

template <class T>
T number_at(std::span<const char> bytes, std::size_t offset)
{
    T value{};
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

constexpr std::size_t descriptor_bytes = 16;

/// A conversion to bytes that leaves the descriptor as it is.
herr_t leave(hid_t from, hid_t to, H5T_cdata_t* data, std::size_t, std::size_t, std::size_t, void*, void*, hid_t)
{
    if (data->command != H5T_CONV_INIT) return 0;
    data->need_bkg = H5T_BKG_NO;
    return H5Tis_variable_str(from) > 0 && H5Tget_size(to) == descriptor_bytes ? 0 : -1;
}

std::optional<Descriptor> descriptor_of(const Hdf5Handle& attribute)
{
    const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
    const Hdf5Handle bytes(H5Tcreate(H5T_OPAQUE, descriptor_bytes), H5Tclose);
    [[maybe_unused]] static const herr_t known =
        H5Tregister(H5T_PERS_SOFT, "descriptor of text", type.get(), bytes.get(), leave);
    std::array<char, descriptor_bytes> raw{};
    if (H5Aread(attribute.get(), bytes.get(), raw.data()) < 0) return std::nullopt;
    return Descriptor{number_at<std::uint32_t>(raw, 0), number_at<std::uint64_t>(raw, 4),
                      number_at<std::uint32_t>(raw, 12)};
}

/// The heap at a position of the file; empty where there is none.
std::vector<char> heap_at(const std::filesystem::path& path, std::uint64_t position)
{
    constexpr std::size_t header = 16;  // "GCOL", version 1, three bytes, size of all
    std::error_code error;
    const std::uint64_t file_bytes = std::filesystem::file_size(path, error);
    if (error || file_bytes < header || position > file_bytes - header) return {};
    std::ifstream file(path, std::ios::binary);
    std::vector<char> heap(header);
    file.seekg(static_cast<std::streamoff>(position)).read(heap.data(), header);
    if (!file || std::memcmp(heap.data(), "GCOL\1", 5) != 0) return {};
    const auto bytes = number_at<std::uint64_t>(heap, 8);
    if (bytes < 4096 || bytes > file_bytes - position) return {};
    heap.resize(bytes);
    file.read(heap.data() + header, static_cast<std::streamsize>(bytes - header));
    return file ? heap : std::vector<char>();
}

/// True where the heap's objects lie inside it, one behind the other, and `text` is one of them, with its length.
bool is_sound(std::span<const char> heap, const Descriptor& text)
{
    constexpr std::size_t header = 16;  // of the heap, and of an object: number, references, four bytes, size
    std::set<std::uint16_t> objects;
    bool found = false;
    std::size_t at = header;
    while (at + header <= heap.size()) {
        const auto object = number_at<std::uint16_t>(heap, at);
        const auto bytes = number_at<std::uint64_t>(heap, at + 8);
        const std::size_t room = heap.size() - at;
        // object 0 is what is free, its header included
        if (bytes > room || (object == 0 && (bytes < header || bytes % 8 != 0))) return false;
        const std::size_t all = object == 0 ? bytes : header + (bytes + 7) / 8 * 8;
        if (all > room || !objects.insert(object).second) return false;
        found = found || (object != 0 && object == text.object && bytes == text.bytes);
        at += all;
    }
    return found && (at == heap.size() || !objects.contains(0));
}

/// Positions and sizes are of eight bytes and count from the file's beginning, as alster writes it.
bool is_usual(const Hdf5Handle& file)
{
    const Hdf5Handle properties(H5Fget_create_plist(file.get()), H5Pclose);
    hsize_t before = 1;
    std::size_t position = 0;
    std::size_t size = 0;
    return H5Pget_userblock(properties.get(), &before) >= 0 && before == 0 &&
           H5Pget_sizes(properties.get(), &position, &size) >= 0 && position == 8 && size == 8;
}

std::optional<std::string> fixed_text(const Hdf5Handle& attribute, const Hdf5Handle& type)
{
    std::string text(H5Tget_size(type.get()), '\0');
    if (H5Aread(attribute.get(), type.get(), text.data()) < 0) return std::nullopt;
    text.resize(text.find_last_not_of('\0') + 1);
    return text;
}

}  // namespace

/// The text of an attribute, of any length or, in older files, of a fixed one; nothing where it cannot be read. What
/// this process writes itself is not looked at: it is not in the file yet.
std::optional<std::string> Hdf5File::Impl::text_of(const Hdf5Handle& attribute) const
{
    const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
    if (elements_in(attribute) != 1) return std::nullopt;
    if (H5Tis_variable_str(type.get()) <= 0) return fixed_text(attribute, type);
    if (!writing) {
        const auto descriptor = descriptor_of(attribute);
        if (!descriptor || !is_usual(file)) return std::nullopt;
        if (descriptor->heap == 0) return std::string();
        if (!is_sound(heap_at(current, descriptor->heap), *descriptor)) return std::nullopt;
    }
    char* characters = nullptr;
    if (H5Aread(attribute.get(), type.get(), static_cast<void*>(&characters)) < 0) return std::nullopt;
    std::string text(characters ? characters : "");
    H5free_memory(characters);
    return text;
}

}  // namespace alster

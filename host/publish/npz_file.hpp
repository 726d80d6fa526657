#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace alster {

/// NumPy arrays in one .npz, uncompressed and of any size, written one after another: made under a temporary name,
/// renamed by commit(), removed where that is not reached. Errors: cannot_create (73), io (74).
class NpzFile {
public:
    explicit NpzFile(const std::filesystem::path& path);
    ~NpzFile();
    NpzFile(const NpzFile&) = delete;
    NpzFile& operator=(const NpzFile&) = delete;

    /// Begins an array; `header` is its npy_header().
    void begin(const std::string& name, std::string_view header);
    /// More bytes of its values.
    void write(std::string_view bytes);
    void commit();

private:
    void end_entry();
    void require(bool done) const;

    std::filesystem::path path_;
    std::filesystem::path temporary_;
    void* zip_ = nullptr;
    bool in_entry_ = false;
};

}  // namespace alster

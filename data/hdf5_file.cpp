#include "data/hdf5_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "data/hdf5_impl.hpp"

namespace alster {

namespace {

namespace fs = std::filesystem;
using hdf5::Handle;

/// Datasets of this size and more begin on a page: numpy.memmap maps them without an offset inside the page.
constexpr hsize_t align_from = 65'536;
constexpr hsize_t alignment = 4096;

Handle access_properties(const FileAccess& access)
{
    const hid_t given = access.properties();
    Handle properties(given > 0 ? H5Pcopy(given) : H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5Pset_alignment(properties.get(), align_from, alignment);
    H5Pset_libver_bounds(properties.get(), H5F_LIBVER_V110, H5F_LIBVER_LATEST);
    return properties;
}

void require_writable(const fs::path& path)
{
    const fs::path directory = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (!fs::is_directory(directory))
        throw Error(ExitCode::cannot_create, "{}: no such directory: make it, or write elsewhere", directory.string());
    if (fs::is_directory(path))
        throw Error(ExitCode::cannot_create, "{}: is a directory, not a file to write", path.string());
    if (access(directory.c_str(), W_OK) != 0)
        throw Error(ExitCode::cannot_create, "{}: the directory is not writable", directory.string());
}

void sync(const fs::path& path)
{
    const int descriptor = ::open(path.c_str(), O_RDONLY);
    const bool synced = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0) ::close(descriptor);
    if (!synced) throw Error(ExitCode::io, "{}: cannot be synced to disk", path.string());
}

}  // namespace

Hdf5File::Impl::~Impl()
{
    const bool failing = std::uncaught_exceptions() > exceptions;
    if (access && access->shared() && failing) {
        // closing is collective, and the other ranks will not come: the job is about to be stopped
        for (auto& [name, state] : writing) state.dataset.abandon();
        file.abandon();
    }
    writing.clear();
    file.reset();
    if (temporary.empty() || !(access->leads() || failing)) return;
    std::error_code ignored;
    fs::remove(temporary, ignored);
}

Hdf5File::Hdf5File(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;
Hdf5File& Hdf5File::operator=(Hdf5File&&) noexcept = default;
Hdf5File::~Hdf5File() = default;

Hdf5File Hdf5File::create(const fs::path& path, const FileAccess& access)
{
    hdf5::initialize();
    require_writable(path);
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    impl->access = &access;
    impl->temporary = path.string() + ".tmp";
    const Handle properties = access_properties(access);
    impl->file = Handle(H5Fcreate(impl->temporary.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, properties.get()), H5Fclose);
    if (!impl->file.valid())
        throw Error(ExitCode::cannot_create, "{}: cannot be created: {}", impl->temporary.string(), hdf5::last_error());
    return Hdf5File(std::move(impl));
}

Hdf5File Hdf5File::open(const fs::path& path, const FileAccess& access, Verify verify)
{
    hdf5::initialize();
    std::error_code error;
    if (!fs::is_regular_file(path, error)) throw Error(ExitCode::bad_data, "{}: no such file", path.string());
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    impl->access = &access;
    const Handle properties = access_properties(access);
    impl->file = Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, properties.get()), H5Fclose);
    if (!impl->file.valid())
        throw Error(ExitCode::bad_data, "{}: is no HDF5 file, or is truncated: {}", path.string(), hdf5::last_error());
    Hdf5File file(std::move(impl));
    if (H5Aexists(file.impl_->file.get(), "complete") <= 0 || file.integer_attribute("/", "complete") != 1)
        throw Error(ExitCode::bad_data, "{}: was not finished, or was not written by alster", path.string());
    if (verify == Verify::all) file.verify();
    return file;
}

void Hdf5File::commit()
{
    Impl& impl = *impl_;
    set_attribute("/", "attributes_crc32", static_cast<std::int64_t>(impl.attributes_checksum()));
    set_attribute("/", "complete", std::int64_t{1});
    impl.writing.clear();
    if (!impl.file.reset())
        throw Error(ExitCode::io, "{}: writing failed: {}", impl.temporary.string(), hdf5::last_error());
    {
        const Hdf5File written = open(impl.temporary, *impl.access);
    }  // reads everything back
    impl.access->barrier();
    if (impl.access->leads()) {
        sync(impl.temporary);
        std::error_code error;
        fs::rename(impl.temporary, impl.path, error);
        if (error) throw Error(ExitCode::cannot_create, "{}: {}", impl.path.string(), error.message());
        sync(impl.path.has_parent_path() ? impl.path.parent_path() : fs::path("."));
    }
    impl.temporary.clear();
    impl.access->barrier();
}

const fs::path& Hdf5File::path() const { return impl_->path; }

bool Hdf5File::contains(const std::string& name) const
{
    // every group on the way must exist before HDF5 may be asked for what is inside
    for (std::size_t end = name.find('/', 1);; end = name.find('/', end + 1)) {
        if (H5Lexists(impl_->file.get(), name.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
        if (end == std::string::npos) return true;
    }
}

}  // namespace alster

#include "data/hdf5_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>

#include "data/error.hpp"
#include "data/hdf5_failure.hpp"
#include "data/hdf5_impl.hpp"
#include "data/output_path.hpp"
#include "data/temporary_file.hpp"

namespace alster {

namespace {

/// Page size: what mmap needs. Threshold 1: small datasets too begin on a page.
constexpr hsize_t alignment = 4096;

Hdf5Handle access_properties(const FileAccess& access)
{
    const hid_t given = static_cast<hid_t>(access.properties());
    Hdf5Handle properties(given > 0 ? H5Pcopy(given) : H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    const bool set = properties.valid() && H5Pset_alignment(properties.get(), 1, alignment) >= 0 &&
                     H5Pset_libver_bounds(properties.get(), H5F_LIBVER_V110, H5F_LIBVER_LATEST) >= 0;
    if (!set) throw Error(ExitCode::internal, "HDF5 refuses its file properties: {}", hdf5_reason());
    return properties;
}

/// No times of creation: the same content gives the same bytes.
Hdf5Handle creation_properties()
{
    Hdf5Handle properties(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
    H5Pset_obj_track_times(properties.get(), false);
    return properties;
}

/// Runs `work` in the leading process; its failure is every process's failure, so that none waits for another.
void on_leader(const FileAccess& access, const std::filesystem::path& path, const std::function<void()>& work)
{
    int code = 0;
    std::exception_ptr failure;
    if (access.leads()) {
        try {
            work();
        } catch (const Error& error) {
            code = static_cast<int>(error.code());
            failure = std::current_exception();
        }
    }
    const auto codes = access.gathered(code);
    if (failure) std::rethrow_exception(failure);
    for (const auto other : codes)
        if (other != 0) throw Error(static_cast<ExitCode>(other), "{}: the first rank cannot make it", path.string());
}

/// The leader's text, for all: the contract of access hands over numbers only.
std::string from_leader(const FileAccess& access, std::string text)
{
    text.resize(static_cast<std::size_t>(access.gathered(std::ssize(text)).front()));
    for (std::size_t first = 0; first < text.size(); first += sizeof(std::int64_t)) {
        const std::size_t bytes = std::min(sizeof(std::int64_t), text.size() - first);
        std::int64_t piece = 0;
        std::memcpy(&piece, text.data() + first, bytes);
        piece = access.gathered(piece).front();
        std::memcpy(text.data() + first, &piece, bytes);
    }
    return text;
}

[[noreturn]] void refuse_unreadable(const std::filesystem::path& path, const std::error_code& error)
{
    throw Error(ExitCode::io, "{}: cannot be read: {}: look at the permissions of the file and its directories",
                path.string(), error.message());
}

void require_readable(const std::filesystem::path& path)
{
    std::error_code error;
    const auto there = std::filesystem::status(path, error);
    if (there.type() == std::filesystem::file_type::not_found)
        throw Error(ExitCode::bad_data, "{}: no such file", path.string());
    if (!std::filesystem::status_known(there)) refuse_unreadable(path, error);
    if (std::filesystem::is_directory(there))
        throw Error(ExitCode::bad_data, "{}: is a directory, a file is needed", path.string());
    // HDF5 would wait forever at a pipe, and read a device to its end
    if (!std::filesystem::is_regular_file(there))
        throw Error(ExitCode::bad_data, "{}: is a pipe, socket or device, an ordinary file is needed", path.string());
    if (::access(path.c_str(), R_OK) != 0) refuse_unreadable(path, std::error_code(errno, std::generic_category()));
}

/// What HDF5 failed at was not the file where the process may open no more of them.
void require_file_handles(const std::filesystem::path& path)
{
    const int reason = hdf5_failure().reason;
    if (reason == EMFILE || reason == ENFILE)
        throw Error(ExitCode::io, "{}: cannot be read: {}: raise ulimit -n", path.string(), std::strerror(reason));
}

/// Why HDF5 did not open a file that is there.
[[noreturn]] void refuse_unopened(const std::filesystem::path& path)
{
    const Hdf5Failure failure = hdf5_failure();
    require_file_handles(path);
    if (failure.open_for_writing || failure.reason == EAGAIN || failure.reason == EACCES)
        throw Error(ExitCode::io,
                    "{}: another program has it open for writing: close it there and run again; "
                    "HDF5_USE_FILE_LOCKING=FALSE reads without asking for a lock, h5clear -s ends a writer's mark",
                    path.string());
    if (failure.locking)
        throw Error(ExitCode::io,
                    "{}: cannot be locked: {}: its file system knows no locks; with HDF5_USE_FILE_LOCKING=FALSE files "
                    "are opened without, which is safe where nobody writes them meanwhile",
                    path.string(), std::strerror(failure.reason));
    if (failure.reason != 0)
        throw Error(ExitCode::io, "{}: reading failed: {}", path.string(), std::strerror(failure.reason));
    throw Error(ExitCode::bad_data, "{}: is not a whole HDF5 file: {}", path.string(), hdf5_reason());
}

}  // namespace

Hdf5File::Hdf5File(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Hdf5File::Hdf5File(Hdf5File&&) noexcept = default;

Hdf5File& Hdf5File::operator=(Hdf5File&& other) noexcept
{
    if (impl_) impl_->abandon();
    impl_ = std::move(other.impl_);
    return *this;
}

Hdf5File::~Hdf5File()
{
    if (impl_) impl_->abandon();
}

Hdf5File Hdf5File::create(const std::filesystem::path& path, const FileAccess& access)
{
    start_hdf5();
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    impl->access = &access;
    on_leader(access, path, [&] {
        impl->goal = output_target(path);
        impl->current = make_temporary(impl->goal);
        impl->free_bytes = free_bytes_beside(impl->goal);
    });
    impl->current = from_leader(access, impl->current.string());
    impl->file = Hdf5Handle(
        H5Fcreate(impl->current.c_str(), H5F_ACC_TRUNC, creation_properties().get(), access_properties(access).get()),
        H5Fclose);
    if (!impl->file.valid()) {
        const auto reason = hdf5_reason();
        const bool locking = hdf5_failure().locking;
        std::error_code ignored;
        if (access.leads()) std::filesystem::remove(impl->current, ignored);
        if (locking) refuse_unopened(path);
        throw Error(ExitCode::cannot_create, "{}: cannot be created: {}", path.string(), reason);
    }
    impl->writing = true;
    Hdf5File file(std::move(impl));
    file.set_attribute("/", "complete", std::int64_t{0});
    return file;
}

Hdf5File Hdf5File::open(const std::filesystem::path& path, const FileAccess& access, Verify verify)
{
    start_hdf5();
    require_readable(path);
    auto impl = std::make_unique<Impl>();
    impl->path = impl->current = path;
    impl->access = &access;
    // each rank reads for itself: reading needs no MPI-IO, and closing then waits for nobody
    impl->file = Hdf5Handle(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (!impl->file.valid()) refuse_unopened(path);
    impl->check_complete();
    Hdf5File file(std::move(impl));
    if (verify == Verify::all) file.verify();
    return file;
}

void Hdf5File::Impl::close()
{
    unsealed.clear();
    if (!file.close())
        throw Error(ExitCode::io, "{}: writing failed: {}: make room and run again", path.string(), hdf5_reason());
}

void Hdf5File::Impl::reserve_room() const
{
    access->barrier();  // all have written their rows
    // HDF5's own metadata is written while closing, where a rank that fails leaves the others waiting
    on_leader(*access, path, [&] { alster::reserve_room(current, planned_bytes); });
}

void Hdf5File::Impl::abandon() noexcept
{
    if (!writing) return;
    const bool failing = std::uncaught_exceptions() > exceptions;
    if (failing && access->shared()) {
        // closing is collective, and the other ranks are elsewhere: the job is about to be stopped
        for (auto& [name, entry] : unsealed) entry.dataset.handle.release();
        file.release();
    }
    unsealed.clear();
    file.close();
    writing = false;
    std::error_code ignored;
    if (failing || access->leads()) std::filesystem::remove(current, ignored);
}

void Hdf5File::Impl::altered(const std::string& what) const
{
    require_file_handles(path);
    throw Error(ExitCode::bad_data, "{}: {}: the file is damaged or was altered, make it again", path.string(), what);
}

void Hdf5File::Impl::require_same(const std::string& what, std::span<const std::byte> mine) const
{
    Checksum sum;
    sum.update(mine);
    for (const auto other : access->gathered(sum.crc))
        if (other != sum.crc) throw Error(ExitCode::internal, "{}: the ranks disagree about {}", path.string(), what);
}

void Hdf5File::commit()
{
    auto& impl = *impl_;
    if (!impl.writing) throw Error(ExitCode::internal, "{}: is not being written", impl.path.string());
    if (!impl.unsealed.empty())
        throw Error(ExitCode::internal, "{}: {} was not sealed", impl.path.string(), impl.unsealed.begin()->first);
    set_attribute("/", "attributes_crc32", static_cast<std::int64_t>(impl.structure().crc));
    set_attribute("/", "complete", std::int64_t{1});
    impl.reserve_room();
    impl.close();
    impl.access->barrier();
    try {
        (void)open(impl.current, *impl.access);
    } catch (const Error& error) {
        throw Error(ExitCode::io, "{}: what was written does not read back: {}", impl.path.string(), error.what());
    }
    sync_to_disk(impl.current);  // on every rank: each may hold pages of its own
    impl.access->barrier();
    on_leader(*impl.access, impl.path, [&] { publish(impl.current, impl.goal); });
    impl.writing = false;
}

const std::filesystem::path& Hdf5File::path() const { return impl_->path; }
const FileAccess& Hdf5File::access() const { return *impl_->access; }

}  // namespace alster

#include "tests/fuzz/sample.hpp"

#include <hdf5.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

namespace alster::fuzz {

namespace {

std::vector<char> bytes_of(const std::string& name)
{
    std::ifstream file(std::string(ALSTER_SAMPLES "/") + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Hdf5Handle opened_sample(std::size_t sample)
{
    static const std::array images = {bytes_of(samples[0]), bytes_of(samples[1]), bytes_of(samples[2]),
                                      bytes_of(samples[3])};
    const auto& image = images[sample];
    const Hdf5Handle properties(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
    H5Pset_fapl_core(properties.get(), 1 << 16, false);
    H5Pset_libver_bounds(properties.get(), H5F_LIBVER_V110, H5F_LIBVER_LATEST);
    H5Pset_file_image(properties.get(), const_cast<char*>(image.data()), image.size());
    return {H5Fopen("sample", H5F_ACC_RDWR, properties.get()), H5Fclose};
}

std::vector<std::uint8_t> image_of(const Hdf5Handle& file)
{
    H5Fflush(file.get(), H5F_SCOPE_GLOBAL);
    std::vector<std::uint8_t> image(
        static_cast<std::size_t>(std::max<ssize_t>(H5Fget_file_image(file.get(), nullptr, 0), 0)));
    H5Fget_file_image(file.get(), image.data(), image.size());
    return image;
}

}  // namespace alster::fuzz

#include "tests/support/real_data.hpp"

#include <cstdlib>
#include <string>

namespace alster::test {

std::filesystem::path real_data()
{
    const char* path = std::getenv("ALSTER_TEST_DATA");
    return path ? path : "";
}

TemporaryDirectory::TemporaryDirectory()
{
    std::string name = (std::filesystem::temp_directory_path() / "alster-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
}

TemporaryDirectory::~TemporaryDirectory()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace alster::test

#include "data/file_access.hpp"

namespace alster {

const FileAccess& serial_access()
{
    static const FileAccess access;
    return access;
}

}  // namespace alster

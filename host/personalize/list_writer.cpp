#include "host/personalize/list_writer.hpp"

#include "host/personalize/hdf5_list_writer.hpp"
#include "host/personalize/json_list_writer.hpp"

namespace alster {

bool is_json_lines(const std::filesystem::path& path) { return path.extension() == ".jsonl"; }

std::unique_ptr<ListWriter> make_list_writer(const Communicator& ranks, const ListFile& file)
{
    if (is_json_lines(file.path)) return std::make_unique<JsonListWriter>(ranks, file);
    return std::make_unique<Hdf5ListWriter>(ranks, file);
}

}  // namespace alster

#include <algorithm>
#include <filesystem>

#include "data/ingest/attribute_encoder.hpp"
#include "data/ingest/item_catalogue.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/property.hpp"

// Item files, tables and JSON. Whatever is accepted has a text of at most 1000 bytes of UTF-8 for each item.

namespace alster::fuzz {
namespace {

using Columns = std::map<std::string, TextsOfColumn>;

void check(const Columns& columns, Row items)
{
    for (const auto& [name, column] : columns) {
        const auto& texts = column.texts;
        require(!name.empty() && utf8_from_latin1(name) == name, "a column has a name, in UTF-8");
        require(std::ssize(texts) == items, "every item has a text");
        for (Row r = 0; r < items; ++r)
            require(utf8_from_latin1(texts[r]) == texts[r] && texts[r].size() <= 1000, "texts are short and UTF-8");
        for (std::size_t type = 0; type < attribute_type_names.size(); ++type) {
            const auto as = static_cast<AttributeType>(type);
            const auto encoded = encode(as, texts, distinct_values(as, texts), 1);
            require(encoded.column.rows() == items, "every item has a value of any type");
            require(encoded.unreadable <= items, "values that cannot be read are counted");
        }
    }
}

}  // namespace
}  // namespace alster::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace alster;
    static const IdIndex items = [] {
        IdIndex index("items");
        for (const char* id : {"1", "2", "3", "7"}) static_cast<void>(index.row(id));
        return index;
    }();
    const fuzz::MemoryFile file({data, size});
    fuzz::succeeds({ExitCode::bad_data}, [&] {
        Quarantine quarantine(1);
        const ItemCatalogue catalogue = read_items(file.path(), items, quarantine);
        fuzz::check(catalogue.columns, items.rows());
        fuzz::require(catalogue.described <= items.rows(), "no item is described twice");
        fuzz::require(quarantine.bad() <= quarantine.lines(), "lines are counted");
    });
    fuzz::succeeds({ExitCode::bad_data}, [&] {
        Quarantine quarantine(1);
        fuzz::check(read_items(file.path(), items, quarantine, {}, Side::users).columns, items.rows());
    });
    return 0;
}

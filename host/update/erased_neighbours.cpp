#include "data/file_format.hpp"
#include "data/neighbour_file.hpp"
#include "host/update/erased_files.hpp"

namespace alster {

ErasedFile erase_in_neighbours(const std::filesystem::path& path, Erasure& erasure)
{
    const NeighbourReader before(path);
    NeighbourInfo info = before.info();
    const IdColumn ids = read_id_rows(before.file(), "/items", {0, info.items});
    const ClearedRows cleared = erasure.rows_of(Side::items, ids, info.fingerprint);
    info.fingerprint = erasure.following(info.fingerprint);
    ErasedFile report{.path = path, .kind = "neighbours", .items = cleared.count};
    report.follows = info.fingerprint != before.info().fingerprint;
    report.written = report.follows || cleared.count > 0;
    if (!report.written) return report;
    const auto offsets = before.offsets();
    const auto rows = before.items();
    const auto weights = before.weights();
    std::vector<Offset> kept_offsets{0};
    std::vector<std::int32_t> kept_rows;
    std::vector<float> kept_weights;
    for (Row i = 0; i < info.items; ++i) {
        for (Offset n = offsets[i]; n < offsets[i + 1]; ++n) {
            if (cleared.at(i) || cleared.at(rows[n])) continue;
            kept_rows.push_back(rows[n]);
            kept_weights.push_back(weights[n]);
        }
        kept_offsets.push_back(std::ssize(kept_rows));
    }
    report.places = std::ssize(rows) - std::ssize(kept_rows);
    const IdColumn names = with_erased_ids(ids, cleared);
    write_neighbours(path, info, names, names.kind == IdKind::text ? names.texts.width : 0,
                     {kept_offsets, kept_rows, kept_weights});
    return report;
}

}  // namespace alster

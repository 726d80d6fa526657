#include "host/publish/formats.hpp"
#include "host/publish/npy.hpp"
#include "host/publish/npz_file.hpp"

namespace alster {

namespace {

using Shape = std::vector<Row>;

void write_number(NpzFile& file, const std::string& name, double value)
{
    file.begin(name, npy_header("<f8", Shape{}));
    file.write(raw(value));
}

void write_number(NpzFile& file, const std::string& name, Row value)
{
    file.begin(name, npy_header("<i8", Shape{}));
    file.write(raw(value));
}

/// Its factors, and its ids, which become an attribute of the loaded model.
void write_side(NpzFile& file, const ModelReader& model, Side side)
{
    const VectorTable table(model, side, VectorKind::factors, true);
    const std::string one = side == Side::users ? "user" : "item";
    file.begin(one + "_factors", npy_header("<f4", Shape{table.rows(), table.width()}));
    table.each([&](const VectorRows& rows) { file.write(raw(rows.values)); });
    file.begin(one + "_ids", npy_header(npy_kind_of_ids(table), Shape{table.rows()}));
    table.each([&](const VectorRows& rows) { file.write(npy_ids(rows.ids, table.id_width())); }, true);
}

}  // namespace

/// What AlternatingLeastSquares.save() of implicit writes. Rows are those of the model, so that a matrix of the dataset
/// fits.
Files write_implicit(const VectorExport& vectors)
{
    const ModelReader& model = vectors.table.model();
    const ModelInfo& info = model.info();
    NpzFile file(vectors.out);
    write_side(file, model, Side::users);
    write_side(file, model, Side::items);
    write_number(file, "factors", info.width);
    write_number(file, "iterations", info.sweeps);
    write_number(file, "regularization", info.lambda);
    write_number(file, "alpha", info.alpha > 0 ? info.alpha : 1.0);
    constexpr std::u32string_view dtype = U"float32";
    file.begin("dtype", npy_header("<U7", Shape{}));
    file.write(raw(std::span(dtype)));
    file.commit();
    return {vectors.out};
}

}  // namespace alster

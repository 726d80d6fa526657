#include "data/synthetic/truth_file.hpp"

#include <algorithm>

#include "data/hdf5_file.hpp"

namespace alster::synthetic {

namespace {

constexpr Row users_at_once = 4096;

void write_mixtures(Hdf5File& file, Row users, const TasteModel& model)
{
    const std::string name = "/users/mixture";
    file.make_rows<float>(name, users, model.topics());
    std::vector<float> block;
    for (Row first = 0; first < users; first += users_at_once) {
        block.clear();
        for (Row u = first; u < std::min(users, first + users_at_once); ++u) {
            const auto mixture = model.mixture(u);
            block.insert(block.end(), mixture.begin(), mixture.end());
        }
        file.write_rows<float>(name, first, block);
    }
    file.seal(name);
}

void write_topics(Hdf5File& file, const TasteModel& model)
{
    const std::string name = "/topics/items";
    file.make_rows<float>(name, model.topics(), model.items());
    for (int k = 0; k < model.topics(); ++k) file.write_rows<float>(name, k, model.topic_items(k));
    file.seal(name);
}

}  // namespace

void write_truth(const SyntheticOptions& options, const TasteModel& model, const std::filesystem::path& path)
{
    auto file = Hdf5File::create(path);
    file.set_attribute("/", "format", std::string_view("alster-truth"));
    file.set_attribute("/", "seed", static_cast<std::int64_t>(options.seed));
    file.set_attribute("/", "noise", options.noise);
    write_mixtures(file, options.users, model);
    write_topics(file, model);
    file.write<float>("/items/popularity", model.popularity());
    file.commit();
}

}  // namespace alster::synthetic

#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "data/left_out.hpp"
#include "data/model_file.hpp"
#include "distributed/communicator.hpp"
#include "distributed/leader.hpp"
#include "host/model/labels.hpp"
#include "host/personalize/eligibility.hpp"
#include "host/personalize/lists.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// Some lists in the order of a file.
struct ListBlock {
    std::span<const Row> rows;           // whose lists; unknown_user: of no row of the model
    std::span<const std::string> names;  // (rows) the ids that were asked for; empty: those of the model
    const TopK& lists;
    std::span<const Reason> reasons;            // (rows, k) of users; empty: lists of items
    std::span<const Shortfall> shortfall = {};  // (rows) of users; empty: lists of items
    const Evidence* evidence = nullptr;         // of users, where the file has any
};

/// A file of lists that all ranks write together, block after block: nobody holds all of them.
class ListWriter {
public:
    /// Takes the lock of `path`. Collective.
    ListWriter(const Communicator& ranks, const std::filesystem::path& path) : lock_(lock_output(ranks, path)) {}
    virtual ~ListWriter() = default;
    ListWriter(const ListWriter&) = delete;
    ListWriter& operator=(const ListWriter&) = delete;

    /// The next lists of this rank.
    virtual void write(const ListBlock& block) = 0;

    /// Makes the file appear under its name. Collective.
    virtual void commit() = 0;

private:
    std::optional<OutputLock> lock_;
};

/// What the lists are.
struct ListFile {
    std::filesystem::path path;
    const ModelReader& model;
    const ItemLabels& labels;
    Side side;          // whose lists these are
    std::string group;  // in HDF5: "/topk/home", "/similar/items"
    Row k = 0;
    Row evidence = 0;                       // of users: pieces of a place
    std::string score = {};                 // how scores are computed, in words
    std::optional<LeftOut> excluded = {};   // of users
    const PopularItems* popular = nullptr;  // of users: what a service shows to whom it does not know
    const Eligibility* eligibility = nullptr;
    std::string viewer = {};  // of items, with an eligibility: who will see the lists, as ListInfo has it
    std::string rerank = {};  // of users: the digest of the rules that ordered the lists, if any did
};

/// True for a name that ends in .jsonl: JSON lines {"user": id, "items": [ids], "scores": …, "filled": …, "k": …,
/// "reason": …} ("item" in place of "user" for similar items, and no reason).
[[nodiscard]] bool is_json_lines(const std::filesystem::path& path);

/// JSON lines for a .jsonl, else HDF5 (docs/formats.md, "Lists"): `group`/item (rows, k) row in /items/id or -1, score,
/// filled, /items/id; of users reason, /users/id, /vocab/reason and /popular/all too. HDF5 takes the rows of all ranks
/// in order and without a gap. Nothing appears under the final name before commit(). Errors: cannot_create
/// (73), also where another run writes it; io (74). Collective.
[[nodiscard]] std::unique_ptr<ListWriter> make_list_writer(const Communicator& ranks, const ListFile& file);

}  // namespace alster

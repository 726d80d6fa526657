#pragma once
#include "data/file_access.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// All ranks open one HDF5 file together (MPI-IO). With one rank it is the same as serial access.
class ParallelFileAccess : public FileAccess {
public:
    explicit ParallelFileAccess(const Communicator& ranks);
    ~ParallelFileAccess() override;

    [[nodiscard]] std::int64_t properties() const override { return properties_; }
    [[nodiscard]] Checksum joined(const Checksum& mine) const override;
    [[nodiscard]] std::vector<std::int64_t> gathered(std::int64_t mine) const override
    {
        return ranks_.all_gather(mine);
    }
    [[nodiscard]] int rank() const override { return ranks_.rank(); }
    [[nodiscard]] int size() const override { return ranks_.size(); }
    [[nodiscard]] bool leads() const override { return ranks_.leads(); }
    void in_turn(std::span<std::byte> state, const std::function<void()>& work) const override;
    void barrier() const override { ranks_.barrier(); }
    [[nodiscard]] bool shared() const override { return ranks_.size() > 1; }

private:
    const Communicator& ranks_;
    std::int64_t properties_ = 0;
};

}  // namespace alster

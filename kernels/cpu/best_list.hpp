#pragma once
#include <algorithm>
#include <bit>
#include <limits>
#include <span>
#include <vector>

#include "kernels/top_k.hpp"

namespace alster {

/// The best of one list so far: at least the k best are in `kept`, unordered, and what cannot be among them any more is
/// not let in. `kept` is cut back to k when it is full, so that one selection pays for many insertions.
class BestList {
public:
    static constexpr Row chunk = 16;  // scores that are looked at together
    static constexpr unsigned all_of_chunk = 0xffff;

    /// `slack`: places beside the k that are filled before the list is cut.
    void start(Row k, Row candidates, Row slack)
    {
        k_ = static_cast<std::size_t>(k);
        capacity_ = static_cast<std::size_t>(std::min(candidates, k + std::max(slack, k / 2)));
        threshold_ = -std::numeric_limits<float>::infinity();
        count_ = 0;
        kept_.resize(capacity_ + chunk);
    }

    /// Candidates come in ascending order: one that ties with the k-th best is behind it.
    [[nodiscard]] bool may_take(float score) const { return score > threshold_; }
    [[nodiscard]] float threshold() const { return threshold_; }

    /// Takes in those of candidates first, first + 1 … whose bits are set. What is looked at is written, and counted
    /// where it is to be kept: no branch to mispredict.
    void take(const float* scores, Row first, unsigned bits)
    {
        if (bits == all_of_chunk)
            for (Row n = 0; n < chunk; ++n) write(scores[n], first + n);
        else
            for (; bits != 0; bits &= bits - 1) {
                const Row n = std::countr_zero(bits);
                write(scores[n], first + n);
            }
        if (count_ >= capacity_ && count_ > k_) cut();
    }

    /// Takes one candidate in.
    void take_one(float score, Row candidate)
    {
        write(score, candidate);
        if (count_ >= capacity_ && count_ > k_) cut();
    }

    /// The k best in order.
    std::span<const Scored> finish()
    {
        const auto end = kept_.begin() + static_cast<std::ptrdiff_t>(std::min(k_, count_));
        std::partial_sort(kept_.begin(), end, kept_.begin() + static_cast<std::ptrdiff_t>(count_));
        return {kept_.begin(), end};
    }

private:
    void write(float score, Row candidate)
    {
        kept_[count_] = {score, static_cast<std::int32_t>(candidate)};
        count_ += may_take(score);
    }

    void cut()
    {
        const auto kth = kept_.begin() + static_cast<std::ptrdiff_t>(k_ - 1);
        std::nth_element(kept_.begin(), kth, kept_.begin() + static_cast<std::ptrdiff_t>(count_));
        count_ = k_;
        threshold_ = kth->score;
    }

    std::size_t k_ = 0;
    std::size_t capacity_ = 0;
    float threshold_ = 0;
    std::size_t count_ = 0;
    std::vector<Scored> kept_;  // (capacity + chunk), `count` of them
};

}  // namespace alster

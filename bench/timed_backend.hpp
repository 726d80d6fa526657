#pragma once
#include <utility>

#include "host/machine/stopwatch.hpp"
#include "kernels/backend.hpp"

namespace alster {

/// Seconds of what lies between the solves.
struct BasisSeconds {
    double gramian = 0;  // with the largest element, which its sum is scaled by
    double eigenproblem = 0;
    double rotation = 0;
};

/// A backend that adds up the time its basis takes, part by part.
template <Backend B>
class TimedBackend : public B {
public:
    explicit TimedBackend(const B& backend) : B(backend) {}

    [[nodiscard]] double largest(const typename B::Matrix& Y) const
    {
        return timed(seconds_.gramian, [&] { return B::largest(Y); });
    }
    void gramian(const typename B::Matrix& Y, ExactSum& G, BasisFor use = BasisFor::model) const
    {
        timed(seconds_.gramian, [&] { B::gramian(Y, G, use); });
    }
    [[nodiscard]] Spectrum principal_basis(std::span<const double> gram, Row width) const
    {
        return timed(seconds_.eigenproblem, [&] { return B::principal_basis(gram, width); });
    }
    void rotate(typename B::Matrix& Y, const Spectrum& spectrum, BasisFor use = BasisFor::model) const
    {
        timed(seconds_.rotation, [&] { B::rotate(Y, spectrum, use); });
    }

    /// What has been added up since the last call.
    [[nodiscard]] BasisSeconds taken() const { return std::exchange(seconds_, {}); }

private:
    /// Adds what is left of a scope to `to`.
    struct Adding {
        double& to;
        Stopwatch watch = {};
        ~Adding() { to += watch.elapsed(); }
    };

    template <class F>
    static auto timed(double& to, F work)
    {
        const Adding adding{to};
        return work();
    }

    mutable BasisSeconds seconds_;
};

}  // namespace alster

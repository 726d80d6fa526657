#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

namespace alster {

/// Memory for tables whose rows are read anywhere: asks for large pages, without which most rows miss the translation
/// buffer (not measured apart on a quiet machine yet). Elements that are given no value have none: the threads that
/// write them are the first to touch their pages.
template <class T>
struct LargePages {
    using value_type = T;

    LargePages() = default;
    template <class U>
    LargePages(const LargePages<U>&)
    {
    }

    [[nodiscard]] T* allocate(std::size_t count)
    {
        constexpr std::size_t page = std::size_t{2} << 20;
        const std::size_t bytes = count * sizeof(T);
        const std::size_t alignment = bytes < page ? 64 : page;
        void* memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
        if (!memory) throw std::bad_alloc();
        if (alignment == page) madvise(memory, bytes, MADV_HUGEPAGE);  // a wish: it may be refused
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t /*count*/) { std::free(memory); }

    template <class U>
    void construct(U* element)
    {
        ::new (element) U;
    }
    template <class U, class Value>
    void construct(U* element, Value&& value)
    {
        ::new (element) U(std::forward<Value>(value));
    }

    template <class U>
    [[nodiscard]] friend bool operator==(const LargePages&, const LargePages<U>&)
    {
        return true;
    }
};

template <class T>
using TableVector = std::vector<T, LargePages<T>>;

}  // namespace alster

#pragma once
#include <cuda_runtime.h>

// What kernels are written with. A g++ that is given the emulation's <cuda_runtime.h> (tests/emulation) finds all of it
// there; nvcc finds here what CUDA spells differently.
#ifdef __CUDACC__

#include <cstddef>

/// Shared memory of a block: SHARED(float, tile, [32][33]);
#define SHARED(type, name, ...) __shared__ type name __VA_ARGS__

/// The dynamic shared memory of a launch: DYNAMIC_SHARED(float, memory);
#define DYNAMIC_SHARED(type, name)                                         \
    extern __shared__ __align__(16) unsigned char alster_dynamic_shared[]; \
    type* name = reinterpret_cast<type*>(alster_dynamic_shared)

namespace alster {

/// kernel<<<grid, block, shared_bytes, stream>>>(arguments…), which only nvcc can read. Above 48 KiB of shared memory
/// the kernel's limit has to be raised first (device.hpp).
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, std::size_t shared_bytes, cudaStream_t stream,
            Arguments&&... arguments)
{
    kernel<<<grid, block, shared_bytes, stream>>>(static_cast<Parameters>(arguments)...);
}

}  // namespace alster

#endif

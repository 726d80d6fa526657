# Everything comes from the distribution's packages (scripts/install_dependencies.sh names them).
find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(MPI REQUIRED COMPONENTS CXX)
target_compile_definitions(MPI::MPI_CXX INTERFACE OMPI_SKIP_MPICXX=1)

set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 REQUIRED COMPONENTS C)
if(NOT HDF5_IS_PARALLEL)
    message(FATAL_ERROR "HDF5 was found without MPI support: install libhdf5-openmpi-dev")
endif()

find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(simdjson REQUIRED)
find_package(tsl-robin-map REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)

# OpenBLAS brings BLAS and LAPACK; the pthread build is the distribution's default.
find_package(PkgConfig REQUIRED)
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas)
find_library(LAPACKE lapacke REQUIRED)
find_library(LIBCSV csv REQUIRED)
find_path(RANDOM123_INCLUDE Random123/philox.h REQUIRED)

# A CUDA compiler is welcome and its absence no error: then the build is for CPUs. Architectures: A100 and H100/H200, and
# PTX for what comes after.
set(ALSTER_HAS_CUDA OFF)
if(ALSTER_CUDA)
    include(CheckLanguage)
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
        set(CMAKE_CUDA_ARCHITECTURES 80-real 90)
    endif()
    check_language(CUDA)
    if(CMAKE_CUDA_COMPILER)
        enable_language(CUDA)
        if(NOT DEFINED CMAKE_CUDA20_STANDARD_COMPILE_OPTION)   # CMake 3.25 does not know that nvcc 12 and later have it
            set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
            set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
        endif()
        find_package(CUDAToolkit REQUIRED)
        set(ALSTER_HAS_CUDA ON)
    else()
        message(STATUS "no nvcc: the build is for CPUs")
    endif()
endif()

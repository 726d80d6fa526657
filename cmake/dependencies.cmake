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

# A CUDA compiler is welcome and its absence no error. The CUDA backend itself is to come (README.md).
if(ALSTER_CUDA)
    include(CheckLanguage)
    check_language(CUDA)
endif()

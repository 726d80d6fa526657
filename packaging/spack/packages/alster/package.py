# spack repo add packaging/spack && spack install alster
from spack.package import *


class Alster(CMakePackage):
    """Distributed exact alternating least squares for recommendation."""

    license("Apache-2.0")

    version("0.1.0")

    variant("cuda", default=False, description="Build the CUDA backend")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("ninja", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("mpi")
    depends_on("hdf5+mpi")
    depends_on("eigen@3.4:3")
    depends_on("openblas threads=pthreads")
    depends_on("netlib-lapack+lapacke")
    depends_on("cli11")
    depends_on("fmt")
    depends_on("nlohmann-json")
    depends_on("tomlplusplus")
    depends_on("simdjson")
    depends_on("robin-map")
    depends_on("random123")
    depends_on("libcsv")
    depends_on("minizip")
    depends_on("zlib-api")
    depends_on("bzip2")
    depends_on("xz")
    depends_on("zstd")
    depends_on("openssl")
    depends_on("cuda@12:", when="+cuda")

    conflicts("%gcc@:11", msg="C++20 as of GCC 12 is needed")

    def cmake_args(self):
        return [
            self.define("ALSTER_TESTS", False),
            self.define("ALSTER_BENCH", False),
            self.define_from_variant("ALSTER_CUDA", "cuda"),
        ]

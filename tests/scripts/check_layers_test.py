"""The layer check finds what it is for, and accepts what is allowed."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "check_layers.py"


def check(files):
    """Exit code and output for a tree of these files."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in files.items():
            path = pathlib.Path(directory) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        result = subprocess.run([sys.executable, SCRIPT, directory], capture_output=True, text=True, check=False)
        return result.returncode, result.stdout


class CheckLayers(unittest.TestCase):
    def assert_refused(self, name, text, reason):
        code, output = check({name: text})
        self.assertEqual(1, code, output)
        self.assertIn(reason, output)

    def assert_accepted(self, name, text):
        code, output = check({name: text})
        self.assertEqual(0, code, output)

    def test_arrows_point_down(self):
        self.assert_refused("data/a.hpp", '#include "kernels/backend.hpp"\n', "data/a.hpp:1: data/ must not include")
        self.assert_refused("kernels/a.cpp", '\n#include "distributed/communicator.hpp"\n', "kernels/a.cpp:2:")
        self.assert_refused("distributed/a.cpp", '#include "host/job.hpp"\n', "must not include")
        self.assert_accepted("host/a.cpp", '#include "kernels/backend.hpp"\n#include "distributed/communicator.hpp"\n')

    def test_rooms_of_the_host_see_lower_floors_only(self):
        self.assert_refused("host/model/a.hpp", '#include "host/train/options.hpp"\n',
                            "host/model/ is on floor 2 and must not include host/train/options.hpp on floor 5")
        self.assert_refused("host/plan/a.cpp", '#include "host/sweep/sweep_file.hpp"\n', "on floor 6 and must not")
        self.assert_refused("host/model/a.hpp", '#include "host/unheard/of.hpp"\n', "must not include")
        self.assert_refused("host/publish/a.cpp", '#include "host/personalize/lists.hpp"\n', "audits lists")
        self.assert_accepted("host/train/a.cpp", '#include "host/train/b.hpp"\n#include "host/machine/threads.hpp"\n')
        self.assert_accepted("host/main.cpp", '#include "host/commands/commands.hpp"\n')

    def test_code_for_instruction_sets_sees_its_own_kind(self):
        self.assert_refused("kernels/cpu/isa/a.hpp", '#include "kernels/backend.hpp"\n', "must not include kernels/backend")
        self.assert_refused("kernels/cpu/isa/rows/a.hpp", "#include <vector>\n", "must not include <vector>")
        self.assert_accepted("kernels/cpu/isa/rows/a.hpp", '#include <cmath>\n#include "kernels/cpu/isa/tiles.hpp"\n')
        self.assert_accepted("kernels/cpu/a.cpp", '#include <vector>\n#include "kernels/cpu/isa/tiles.hpp"\n')

    def test_a_type_has_one_header(self):
        code, output = check({"host/train/a.hpp": "struct Options {\n    int a;\n};\n", "data/b.hpp": "struct Options;\n",
                              "host/publish/b.hpp": "\nclass Options : Base {\n};\n"})
        self.assertEqual(1, code, output)
        self.assertIn("host/train/a.hpp:1: Options is a type of host/publish/b.hpp already", output)
        code, output = check({"host/train/a.cpp": "struct A {\n};\n", "host/train/b.hpp": "struct A {\n};\n"})
        self.assertEqual(0, code, output)

    def test_parameters_are_counted(self):
        many = "int f(int a, std::pair<int, int> b, int c, int d, int e, int f, int g, int h)\n{\n    return a;\n}\n"
        self.assert_refused("data/a.cpp", many, "a function with 8 parameters")
        self.assert_accepted("data/a.cpp", many.replace(", int h", ""))
        self.assert_accepted("kernels/cuda/a.cuh", many)

    def test_libraries_stay_in_their_layer(self):
        self.assert_refused("host/a.cpp", "int size = MPI_Comm_size(0);\n", "MPI belongs in")
        self.assert_refused("host/a.cpp", "hid_t file = H5Fopen();\n", "HDF5 belongs in")
        self.assert_refused("kernels/cpu/a.cpp", "cudaMalloc(0);\n", "CUDA belongs in")
        self.assert_refused("data/a.cpp", "#include <Eigen/Dense>\n", "Eigen belongs in")
        for call in ('fmt::print("a");', 'fmt::print(stderr, "a");', "std::cout << 1;", "std::cerr << 1;", 'printf("a");',
                     'std::fprintf(f, "a");', 'puts("a");', "#include <iostream>"):
            self.assert_refused("host/a.cpp", call + "\n", "writing to standard streams belongs in data/console.")
            self.assert_accepted("data/console.cpp", call + "\n")
        self.assert_accepted("host/a.cpp", 'print("a"); say("b"); fmt::format("c"); outputs(1);\n')
        self.assert_refused("host/a.cpp", "auto text = object.dump(2);\n", "JSON as text belongs in data/json_text.hpp")
        self.assert_refused("host/a.cpp", "#ifdef FAST\n#endif\n", "conditional compilation")
        self.assert_accepted("distributed/a.cpp", "int size = MPI_Comm_size(0);\n")
        self.assert_accepted("host/a.cpp", '// like MPI_Comm_size\nconst char* text = "H5Fopen";\n')

    def test_length_is_limited(self):
        self.assert_refused("data/a.cpp", "\n" * 401, "401 lines")
        self.assert_accepted("data/a.cpp", "\n" * 400)

    def test_long_functions_are_found_in_both_brace_styles(self):
        body = "    f();\n" * 60
        self.assert_refused("data/a.cpp", f"namespace a {{\nint long_one(int a,\n         int b) {{\n{body}}}\n}}\n", "a function of 63")
        self.assert_refused("data/a.cpp", f"int long_one()\n{{\n{body}}}\n", "a function of 63")
        self.assert_refused("data/a.cpp", f"A::A() : b_(1) {{\n{body}}}\n", "a function of 62")
        self.assert_accepted("data/a.cpp", f"struct S {{\n{'    int f();' * 1}\n" + "    int f();\n" * 100 + "};\n")
        self.assert_accepted("data/a.cpp", "int f() {\n" + "    f();\n" * 58 + "}\n")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""Checks the house rules that a compiler does not: which layer may know which, and how long files and functions are.

    check_layers.py [ROOT]      prints each violation as file:line: rule; exit code 1 if there are any

Layers (CONTRIBUTING.md): data <- kernels, distributed <- host <- tests, bench. host/ is a building of its own: a file
there includes its own room and those of lower floors.
"""
import pathlib
import re
import sys

MAY_INCLUDE = {
    "data": {"data"},
    "kernels": {"data", "kernels"},
    "distributed": {"data", "distributed"},
    "host": {"data", "kernels", "distributed", "host"},
    "tests": {"data", "kernels", "distributed", "host", "tests"},
    "bench": {"data", "kernels", "distributed", "host", "bench", "tests"},
}

# Rooms of one floor do not see each other.
FLOOR = {
    "machine": 1, "statistics": 1,
    "prepare": 2, "model": 2, "report": 2,
    "sharding": 3, "personalize": 3,
    "solve": 4, "evaluate": 4, "publish": 4,
    "train": 5, "update": 5, "runs": 5,
    "plan": 6, "sweep": 6, "tune": 6,
    "commands": 7,
}

# What is compiled once for each instruction set sees only its own kind: an inline function of a common header would
# be kept in whichever version the linker meets first, and a CPU may not have its instructions.
ISA = "kernels/cpu/isa/"
ISA_MAY_INCLUDE = {"kernels/dual_form.hpp", "kernels/pivots.hpp", "kernels/precision.hpp"}
ISA_MAY_INCLUDE_OF_THE_SYSTEM = {"cmath", "cstddef", "cstdint", "cstring", "type_traits", "immintrin.h", "bit"}

# What a pattern may only occur in: path prefixes.
CONFINED = [
    (re.compile(r"\bMPI_\w|\bMPIX_\w|<mpi\.h>"), "MPI", ("distributed/", "tests/")),
    (re.compile(r"\bH5[A-Z]\w*|\bhid_t\b|<hdf5\.h>"), "HDF5",
     ("data/", "distributed/parallel_file_access.", "tests/")),
    (re.compile(r"\bcuda[A-Z]\w*|\bcublas\w+|\bcusolver\w+|<cuda|__global__|__device__|<<<"), "CUDA",
     ("kernels/cuda/", "tests/emulation/", "tests/kernels/cuda/", "bench/cuda/")),
    (re.compile(r"\bfmt::print\b|\bstd::(cout|cerr|clog)\b|<iostream>|<cstdio>|\b(std::)?(v?f?printf|f?puts|f?putc|putchar|perror)\s*\("),
     "writing to standard streams", ("data/console.", "tests/", "bench/")),
    (re.compile(r"\.dump\("), "JSON as text", ("data/json_text.hpp", "tests/", "bench/")),
    (re.compile(r"^\s*#\s*(if|ifdef|ifndef|elif)\b"), "conditional compilation", ("kernels/cuda/", "tests/emulation/")),
    (re.compile(r"<Eigen/|\bEigen::"), "Eigen", ("kernels/", "distributed/", "host/", "tests/", "bench/")),
]

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 7
# Kernels take the pieces of a row, and callbacks what their library says.
MANY_PARAMETERS = ("kernels/cpu/isa/", "kernels/cuda/", "tests/")
CALLBACK = re.compile(r"^\s*(herr_t|concept|template <[^>]*> concept)\b|\bconcept\b")

# Layers whose headers have all their types in one namespace, and a type that begins in the first column.
ONE_NAMESPACE = ("data/", "distributed/", "host/")
TYPE = re.compile(r"^(?:struct|class|enum class) (\w+)(?: final)?(?: :[^;{]*)? \{")

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
SYSTEM_INCLUDE = re.compile(r'^\s*#\s*include\s+<([^>]+)>')
# A brace at the end of a line that opens a body but no function body.
NO_FUNCTION = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^()]*\{$|\bconcept\b|=\s*\{$|^\s*\}?\s*(else|do)\s*\{$")
CONTROL = re.compile(r"^\s*(\}\s*)?(if|for|while|switch|catch|else|do|try|case|default)\b")


def without_comments_and_text(source):
    """The code alone, with every line in its place: comments and quoted text become blanks."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)

    def blank(match):
        text = match.group(0)
        if text.startswith('"') and re.search(r"#\s*include\s+$", source[max(0, match.start() - 20):match.start()]):
            return text
        return re.sub(r"[^\n]", " ", text)

    return pattern.sub(blank, source)


def functions(lines):
    """(first line, length) of each function body, judged by where its braces open and close."""
    opened = []                # (line, is a function) for each open brace
    statement_start = 0
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        head = " ".join(lines[statement_start:number + 1])
        for position, letter in enumerate(line):
            if letter == "{":
                before = head if line.rstrip().endswith("{") and position == len(line.rstrip()) - 1 else ""
                is_function = (bool(before) and "(" in before and not NO_FUNCTION.search(before)
                               and not CONTROL.match(before) and not any(f for _, f in opened))
                opened.append((statement_start, is_function))
            elif letter == "}" and opened:
                first, is_function = opened.pop()
                if is_function:
                    yield first, number - first + 1
        if re.search(r"[;{}]\s*$", line) or line.lstrip().startswith("#") or re.match(r"\s*(public|private|protected):", line):
            statement_start = number + 1


def room_of(name):
    """The room of a file of host/, or None for what lies beside the rooms (main.cpp)."""
    parts = name.split("/")
    return parts[1] if parts[0] == "host" and len(parts) > 2 else None


def wrong_includes(line, name):
    """What is wrong with a line that includes something."""
    include, system = INCLUDE.match(line), SYSTEM_INCLUDE.match(line)
    target = include.group(1) if include else ""
    if "/" in target:
        layer = name.split("/")[0]
        if target.split("/")[0] not in MAY_INCLUDE[layer]:
            yield f"{layer}/ must not include {target}"
        room, other = room_of(name), room_of(target)
        if room and other and other != room and FLOOR.get(other, 99) >= FLOOR.get(room, 0):
            yield f"host/{room}/ is on floor {FLOOR.get(room)} and must not include {target} on floor {FLOOR.get(other)}"
        if room == "publish" and other == "personalize":
            yield f"host/publish/ audits lists and must not include what makes them: {target}"
    if name.startswith(ISA):
        if target and not target.startswith(ISA) and target not in ISA_MAY_INCLUDE:
            yield f"{ISA} must not include {target}"
        if system and system.group(1) not in ISA_MAY_INCLUDE_OF_THE_SYSTEM:
            yield f"{ISA} must not include <{system.group(1)}>"


def parameters(head):
    """The number of parameters of a function, judged by the commas of its first list in parentheses."""
    start = head.find("(")
    depth, count, seen = 0, 0, False
    for letter in head[start:]:
        if letter in "([{<":
            depth += 1
        elif letter in ")]}>":
            depth -= 1
            if depth == 0:
                return count + 1 if seen else 0
        elif depth == 1 and letter == ",":
            count += 1
        elif not letter.isspace():
            seen = True
    return 0


def violations_of(path, name):
    source = path.read_text(encoding="utf-8")
    lines = without_comments_and_text(source).split("\n")
    length = source.count("\n")
    if length > MAX_FILE_LINES:
        yield 1, f"{length} lines, more than {MAX_FILE_LINES}: a file has one job"
    for number, line in enumerate(lines, start=1):
        for wrong in wrong_includes(line, name):
            yield number, wrong
        for pattern, what, homes in CONFINED:
            if pattern.search(line) and not name.startswith(homes):
                yield number, f"{what} belongs in {', '.join(homes)}"
    for first, count in functions(lines):
        if count > MAX_FUNCTION_LINES:
            yield first + 1, f"a function of {count} lines, more than {MAX_FUNCTION_LINES}"
        head = " ".join(lines[first:first + 12])
        many = 0 if name.startswith(MANY_PARAMETERS) or CALLBACK.search(head) else parameters(head)
        if many > MAX_PARAMETERS:
            yield first + 1, f"a function with {many} parameters, more than {MAX_PARAMETERS}: make a struct of some"


def types_with_two_bodies(files):
    """Types of one name in two headers: where both are linked, the linker keeps one of their destructors."""
    homes = {}
    for path, name in files:
        if not name.startswith(ONE_NAMESPACE) or path.suffix != ".hpp":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            if found := TYPE.match(line):
                first = homes.setdefault(found.group(1), name)
                if first != name:
                    yield f"{name}:{number}: {found.group(1)} is a type of {first} already: give one another name"


def source_files(root):
    for layer in MAY_INCLUDE:
        for path in sorted((root / layer).rglob("*")):
            if path.suffix in {".hpp", ".cpp", ".cu", ".cuh"}:
                yield path, path.relative_to(root).as_posix()


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    files, found, function_count = 0, 0, 0
    for path, name in source_files(root):
        files += 1
        function_count += sum(1 for _ in functions(without_comments_and_text(path.read_text(encoding="utf-8")).split("\n")))
        for line, rule in violations_of(path, name):
            found += 1
            print(f"{name}:{line}: {rule}")
    for wrong in types_with_two_bodies(source_files(root)):
        found += 1
        print(wrong)
    if files == 0:
        print(f"{root}: no source files")
        return 1
    print(f"{files} files, {function_count} functions, {found} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Checks the house rules that a compiler does not: which layer may know which, and how long files and functions are.

    check_layers.py [ROOT]      prints each violation as file:line: rule; exit code 1 if there are any

Layers (CONTRIBUTING.md): data <- kernels, distributed <- host <- tests, bench.
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

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
# A brace at the end of a line that opens a body but no function body.
NO_FUNCTION = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b[^()]*\{$|=\s*\{$|^\s*\}?\s*(else|do)\s*\{$")
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


def violations_of(path, name):
    source = path.read_text(encoding="utf-8")
    lines = without_comments_and_text(source).split("\n")
    layer = name.split("/")[0]
    length = source.count("\n")
    if length > MAX_FILE_LINES:
        yield 1, f"{length} lines, more than {MAX_FILE_LINES}: a file has one job"
    for number, line in enumerate(lines, start=1):
        include = INCLUDE.match(line)
        if include and "/" in include.group(1):
            target = include.group(1).split("/")[0]
            if target not in MAY_INCLUDE[layer]:
                yield number, f"{layer}/ must not include {include.group(1)}"
        for pattern, what, homes in CONFINED:
            if pattern.search(line) and not name.startswith(homes):
                yield number, f"{what} belongs in {', '.join(homes)}"
    for first, count in functions(lines):
        if count > MAX_FUNCTION_LINES:
            yield first + 1, f"a function of {count} lines, more than {MAX_FUNCTION_LINES}"


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
    if files == 0:
        print(f"{root}: no source files")
        return 1
    print(f"{files} files, {function_count} functions, {found} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

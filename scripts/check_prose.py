#!/usr/bin/env python3
"""Warns of prose that is hard to read: lines, sentences and paragraphs that are too long, and words that have a plainer one.

    check_prose.py [FILE.md …]      default: README.md, CONTRIBUTING.md, docs/*.md; prints warnings, exit code 1 if any

Code, tables and headings are left alone. The limits are those of CONTRIBUTING.md ("Prose").
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_COLUMNS = 120
MAX_SENTENCE = 40   # words
MAX_PARAGRAPH = 80  # words
PLAINER = {
    "gone on with": "resumed",
    "told to all": "broadcast",
    "for ever": "forever",
    "not to be had": "unknown",
    "mend": "fix",
    "mended": "fixed",
    "of no meaning": "ignored",
}
WORDS = re.compile(r"\b(" + "|".join(map(re.escape, PLAINER)) + r")\b", re.I)


def blocks(lines):
    """(number of the first line, lines) of each paragraph or item of a list; code, tables and headings are no prose."""
    block, begin, fenced = [], 0, False
    for number, line in enumerate(lines + [""], start=1):
        text = line.strip()
        if text.startswith("```"):
            fenced = not fenced
        prose = text and not fenced and not re.match(r"```|#|\||<", text) and not line.startswith("    ")
        if block and (not prose or re.match(r"[-*] |\d+\. ", text)):
            yield begin, block
            block = []
        if prose:
            begin = begin if block else number
            block.append(text)


def sentences(text):
    text = re.sub(r"`[^`]*`", "code", text)                # a command is one word
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)   # of a link its text
    return re.split(r"(?<=[.!?:;])\s+(?=[A-Z\"(])", text)


def warnings_of(lines):
    for begin, block in blocks(lines):
        for offset, line in enumerate(block):
            if len(line) > MAX_COLUMNS:
                yield begin + offset, f"{len(line)} columns, more than {MAX_COLUMNS}"
            for word in WORDS.findall(line):
                yield begin + offset, f"\"{word}\": {PLAINER[word.lower()]}"
        text = " ".join(block)
        if (count := len(text.split())) > MAX_PARAGRAPH:
            yield begin, f"a paragraph of {count} words, more than {MAX_PARAGRAPH}"
        for sentence in sentences(text):
            if (count := len(sentence.split())) > MAX_SENTENCE:
                yield begin, f"a sentence of {count} words, more than {MAX_SENTENCE}: {sentence[:50]} …"


def main():
    files = [pathlib.Path(name) for name in sys.argv[1:]]
    if not files:
        files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    found = 0
    for path in files:
        for line, warning in warnings_of(path.read_text(encoding="utf-8").split("\n")):
            found += 1
            print(f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{line}: {warning}")
    print(f"{len(files)} files, {found} warnings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

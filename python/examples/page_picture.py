"""A home page as a picture: reads what `alster page --json` prints, and writes SVG to standard output.

    alster page --model run --data d.h5 --user 42 --json | python3 page_picture.py > page.svg

Of each row it draws the first titles as cards, under the row's reason. It needs nothing but Python.
"""
import argparse
import json
import sys
import textwrap
from html import escape

CARD, HEIGHT, GAP, LEFT, LINE = 132, 74, 10, 24, 15
COLOURS = ("#31546e", "#5a4a78", "#7a4352", "#6b5a2f", "#3f6650", "#4d5663", "#70503a", "#2f6468")


def heading(row):
    """'because you watched The Old Robot', 'genre: Drama'."""
    words = row["reason"] if row["reason"].startswith("genre:") else row["reason"].replace("-", " ")
    return f"{words} {row.get('because_title', row['because'])}" if "because" in row else words


def card(x, y, title, colour):
    lines = textwrap.wrap(title, 17)[:3] or [""]
    top = y + HEIGHT / 2 - LINE * (len(lines) - 1) / 2 + 4
    text = "".join(f'<tspan x="{x + CARD / 2}" y="{top + LINE * n:.0f}">{escape(line)}</tspan>'
                   for n, line in enumerate(lines))
    return (f'<rect x="{x}" y="{y}" width="{CARD}" height="{HEIGHT}" rx="6" fill="{colour}"/>'
            f'<text text-anchor="middle" fill="#fff">{text}</text>')


def picture(page, rows, cards):
    """The page of one user as SVG."""
    shown = page["rows"][:rows]
    width, step = 2 * LEFT + cards * (CARD + GAP) - GAP, HEIGHT + 44
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{54 + step * len(shown)}" '
             'font-family="sans-serif" font-size="12">',
             f'<rect width="100%" height="100%" fill="#14181d"/>',
             f'<text x="{LEFT}" y="32" fill="#fff" font-size="18">{escape(str(page["user"]))}</text>']
    for n, row in enumerate(shown):
        y = 54 + n * step
        parts.append(f'<text x="{LEFT}" y="{y + 14}" fill="#cfd6dd" font-size="14">{escape(heading(row))}</text>')
        for place, title in enumerate(row.get("titles", row["items"])[:cards]):
            parts.append(card(LEFT + place * (CARD + GAP), y + 24, str(title), COLOURS[n % len(COLOURS)]))
    return "\n".join(parts + ["</svg>"]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--user", type=int, default=0, help="which of the users of the input, from 0")
    parser.add_argument("--rows", type=int, default=6, help="rows to draw")
    parser.add_argument("--cards", type=int, default=6, help="titles of a row to draw")
    options = parser.parse_args()
    try:
        made = json.load(sys.stdin)
        page = made["users"][options.user] if "users" in made else made
        sys.stdout.write(picture(page, options.rows, options.cards))
    except (json.JSONDecodeError, KeyError, IndexError, TypeError) as wrong:
        sys.exit(f"page_picture.py: no page to draw on standard input, give it alster page --json: {wrong!r}")


if __name__ == "__main__":
    main()

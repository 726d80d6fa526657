"""Code of the documentation, as printed."""
import pathlib
import re


def snippet(source, document, name):
    """The block of code behind the line `<!-- tested: NAME -->`."""
    text = (pathlib.Path(source) / document).read_text(encoding="utf-8")
    found = re.search(rf"^<!-- tested: {re.escape(name)} -->\n```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert found, f"{document}: no block of code is marked '<!-- tested: {name} -->'"
    return found.group(1)

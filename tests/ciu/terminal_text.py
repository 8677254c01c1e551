"""What a Textual app shows, as lines of text."""

from xml.etree import ElementTree

from textual.app import App

CELL_X = 12.2
"""Width of a cell in the picture that Rich draws of a terminal."""
TEXT = "{http://www.w3.org/2000/svg}text"


def text_of(app: App[None]) -> list[str]:
    """Return the lines of the screen, without the blanks at their ends."""
    rows: dict[float, str] = {}
    for text in ElementTree.fromstring(app.export_screenshot()).iter(TEXT):
        if "clip-path" not in text.attrib:  # the title of the window
            continue
        at, row = round(float(text.attrib["x"]) / CELL_X), float(text.attrib["y"])
        rows[row] = rows.get(row, "").ljust(at) + (text.text or "").replace("\xa0", " ")
    return [rows[row].rstrip() for row in sorted(rows)]

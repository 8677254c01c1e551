"""What the pages and docstrings point at is there, and generated text stays inside its marks."""

import re
import tomllib

import pytest

from meter.app.process import FIRMWARE
from tools.docs import FOLDERS, ROOT, between

PAGES = ("docs/adding.md", "docs/design/README.md")
DESIGN = ROOT / "docs" / "design"
PLACE = re.compile(r"`((?:tests|link|meter|ciu|tools|docs)/[\w./*]+)`")
CHAPTER = re.compile(r"\b([a-z]+)\.md(?: (?:chapter )?(\d+(?:\.\d+)?))?")
HEADING = re.compile(r"^#+ (\d+(?:\.\d+)?)", re.MULTILINE)
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def is_there(place: str) -> bool:
    return any(ROOT.glob(place)) or (ROOT / f"{place}.py").exists()


@pytest.mark.parametrize("page", PAGES)
def test_every_place_that_a_page_names_exists(page: str) -> None:
    named = set(PLACE.findall((ROOT / page).read_text()))
    assert named
    made_up = {place for place in named if place.endswith("/yours.py")}
    assert [place for place in sorted(named - made_up) if not is_there(place)] == []


def test_every_chapter_that_a_docstring_cites_exists() -> None:
    chapters = {page.stem: HEADING.findall(page.read_text()) for page in DESIGN.glob("*.md")}
    cited = [
        (str(path.relative_to(ROOT)), page, chapter)
        for path in SOURCES
        for page, chapter in CHAPTER.findall(path.read_text())
        if page in chapters
    ]
    assert cited
    assert [each for each in cited if each[2] and each[2] not in chapters[each[1]]] == []


def test_the_meter_tells_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"{project['name']} {project['version']}" == FIRMWARE


def test_generated_text_leaves_alone_what_stands_around_it() -> None:
    page = "above\n<!-- house begin -->\nold\n<!-- house end -->\nbelow\n"
    made = between(page, "house", "new")
    assert made == page.replace("old", "new")
    assert between(made, "house", "new") == made

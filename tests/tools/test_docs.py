"""What pages and docstrings point at is there; pictures hold what the code holds, and no more."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from xml.etree import ElementTree

import pytest

from link.cosem import OBJECTS, dotted
from link.secret import Secret
from link.settings import write_secret
from link.terms import physical_address
from meter.app.process import FIRMWARE
from meter.config import MeterConfig, read_config, read_seed
from meter.places import PLACES
from tools.docs import house, ladder, object_map
from tools.docs.cells import ASCENT, CELL_WIDTH, joined
from tools.docs.files import DRAWINGS, PICTURES
from tools.docs.rooms import ROOT, folders
from tools.docs.states import TABLES, Arrow, StateTable
from tools.docs.svg import picture, text

PAGES = ("docs/adding.md", "docs/glossary.md", "docs/design/README.md")
DESIGN = ROOT / "docs" / "design"
PLACE = re.compile(r"`((?:tests|link|meter|ciu|tools|docs)/[\w./*]+)`")
CHAPTER = re.compile(r"\b([a-z]+)\.md(?: (?:chapter )?(\d+(?:\.\d+)?))?")
HEADING = re.compile(r"^#+ (\d+(?:\.\d+)?)", re.MULTILINE)
SOURCES = sorted(path for folder, _ in folders() for path in (ROOT / folder.name).rglob("*.py"))
HANDED_OUT = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md"))]
DRAWN = sorted(PICTURES.glob("*.svg"))
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")
SVG = "{http://www.w3.org/2000/svg}"
tables = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.picture)


def texts(drawing: str) -> list[str]:
    """Return every line of text on a picture, in order."""
    return [each.text or "" for each in ElementTree.fromstring(drawing).iter(SVG + "text")]


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


@pytest.mark.parametrize("page", HANDED_OUT, ids=lambda page: page.name)
def test_every_link_and_picture_of_a_page_is_there(page: Path) -> None:
    missing = [to for to in LINK.findall(page.read_text()) if not (page.parent / to).exists()]
    assert missing == []


def test_every_picture_is_shown_on_a_page() -> None:
    shown = {Path(to).name for page in HANDED_OUT for to in LINK.findall(page.read_text())}
    assert {path.name for path in DRAWN} - shown == set()


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.stem)
def test_a_picture_needs_nothing_from_outside(path: Path) -> None:
    drawing = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert ElementTree.fromstring(drawing) is not None
    assert "://" not in drawing
    assert "<script" not in drawing
    assert "@font-face" not in drawing


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_picture_is_the_same_every_time(name: str) -> None:
    assert DRAWINGS[name]() == DRAWINGS[name]()


def test_letters_that_must_join_become_shapes_and_all_others_stay_in_their_cells() -> None:
    row = '<text class="r" x="0" y="20" textLength="97.6">│&#160;a&#160;b&#160;██</text>'
    drawn = ElementTree.fromstring(f"<svg>{joined(row)}</svg>")
    (words,) = drawn.iter("text")
    assert (words.text, float(words.attrib["x"])) == ("a\N{NO-BREAK SPACE}b", 2 * CELL_WIDTH)
    frame_up, frame_down, block = drawn.iter("rect")
    assert float(frame_up.attrib["y"]) == 20 - ASCENT
    assert frame_up.attrib["x"] == frame_down.attrib["x"]
    assert float(block.attrib["x"]) == pytest.approx(6 * CELL_WIDTH, abs=0.1)
    assert float(block.attrib["width"]) == pytest.approx(2 * CELL_WIDTH, abs=0.1)


def test_the_house_shows_every_room() -> None:
    rooms = [r.name for folder, _ in folders() for layer in folder.layers for r in layer]
    drawn = texts(house.drawing())
    assert sorted(rooms) == sorted(each for each in drawn if each in rooms)


def test_the_object_map_shows_every_object() -> None:
    drawn = texts(object_map.drawing())
    assert [each.name for each in OBJECTS if each.name not in drawn] == []
    assert {dotted(each.logical_name) for each in OBJECTS} <= set(drawn)


@tables
def test_a_rung_leads_to_one_state_at_the_most(table: StateTable) -> None:
    for rung in ladder.rungs(table):
        assert len({arrow.next for arrow in rung if arrow.next != arrow.state}) <= 1


def test_what_leads_elsewhere_from_each_state_has_a_rung_for_each_goal() -> None:
    arrows = tuple(Arrow(at, "key", "beep", to) for at, to in ("ab", "ba", "cc"))
    lines = ladder.rungs(StateTable("made up", "made-up", ("a", "b", "c"), arrows))
    assert {frozenset(line) for line in lines} == {frozenset((each,)) for each in arrows}


def test_words_on_a_picture_may_hold_any_sign() -> None:
    words = "a < b & c > d"
    assert texts(picture("any", (9, 9), [text("said", (0, 0), words)])) == [words]


@tables
def test_a_ladder_holds_every_arrow_once(table: StateTable) -> None:
    drawn = [arrow for rung in ladder.rungs(table) for arrow in rung]
    assert len(drawn) == len(table.arrows)
    assert set(drawn) == set(table.arrows)


@tables
def test_a_ladder_has_as_many_marks_as_its_table_has_arrows(table: StateTable) -> None:
    circles = list(ElementTree.fromstring(ladder.drawing(table)).iter(SVG + "circle"))
    assert len(circles) == len(table.arrows)


METER_PAGE = (ROOT / "docs" / "meter.md").read_text()


def test_the_file_of_the_meters_page_is_one_that_a_meter_starts_with(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", METER_PAGE, re.DOTALL)
    (tmp_path / "meter.toml").write_text(text)
    write_secret(tmp_path / "decoder.key", Secret(bytes(range(16))))
    config = read_config(tmp_path / "meter.toml")
    assert read_seed(config).currency == "KES"
    assert config.link.address == physical_address(config.meter.drn)
    told = {(section, key) for section, keys in tomllib.loads(text).items() for key in keys}
    known = {
        (section.name, field.name)
        for section in fields(MeterConfig)
        for field in fields(getattr(config, section.name))
    }
    assert known - told == {("keys", "link")}  # written by provision, not read yet


def test_the_meters_page_names_every_simulated_place_and_appliance() -> None:
    for place in PLACES.values():
        (row,) = [line for line in METER_PAGE.splitlines() if f"`simulated://{place.name}`" in line]
        assert row.endswith(f"| {', '.join(each.name for each in place.appliances)} |")

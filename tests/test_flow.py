"""What holds of every page: nothing lost, no number changed, everything told."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from pipeline import chrome, dedup, parse, spelling, tables
from pipeline.errors import PageError
from pipeline.records import Page, Provenance, RawPage
from pipeline.rules import load_rules
from tests.conftest import ROOT, SHARED

RULES = load_rules()


def files() -> list[Path]:
    """Return the example pages and, where they are, the five real ones."""
    raw = [file for file in (ROOT / "raw").rglob("*") if file.suffix in {".html", ".htm", ".txt"}]
    return sorted(raw) + sorted((SHARED / "seeds").glob("*.txt"))


@cache
def parsed(file: Path) -> Page:
    raw = RawPage("", file.read_bytes(), "", Provenance(file.name))
    try:
        return parse.parse(raw, RULES.metadata)
    except PageError:
        pytest.skip("no text")


@cache
def stripped(file: Path) -> Page:
    return dedup.drop_repeats(chrome.strip(parsed(file), RULES.chrome), RULES.dedup)


@cache
def cleaned(file: Path) -> Page:
    page = tables.rebuild_tables(stripped(file), RULES.tables)
    return spelling.normalize_page(page, RULES.spelling)


def digits(text: str) -> list[str]:
    return re.findall("[0-9]", unicodedata.normalize("NFKC", text))


each_page = pytest.mark.parametrize("file", files(), ids=lambda file: file.stem)


@each_page
def test_no_number_changes(file: Path) -> None:
    assert digits(cleaned(file).text) == digits(stripped(file).text)


@each_page
def test_blocks_never_move(file: Path) -> None:
    before, after = parsed(file).blocks, cleaned(file).blocks
    assert [(block.path, block.line) for block in after] == [
        (block.path, block.line) for block in before
    ]
    assert [block.text for block in stripped(file).blocks] == [block.text for block in before]


@each_page
def test_what_was_dropped_and_changed_has_a_rule_with_a_reason(file: Path) -> None:
    page = cleaned(file)
    rules = {block.rule for block in page.dropped} | {change.rule for change in page.changes}
    assert rules <= set(RULES.reasons)


@each_page
def test_replaying_the_changes_gives_the_page(file: Path) -> None:
    page = cleaned(file)
    replayed = spelling.replay(stripped(file).blocks, page.changes)
    assert [block.text for block in replayed] == [block.text for block in page.blocks]


@each_page
def test_twice_is_once(file: Path) -> None:
    assert spelling.normalize_page(cleaned(file), RULES.spelling).text == cleaned(file).text

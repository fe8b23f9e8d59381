"""docs/faults.md names tests that are there."""

import re

from tests.conftest import ROOT

# How many there are of each kind, and those that need an engine on several machines.
_ROWS = {"A": 20, "B": 16, "C": 15, "D": 11}
_ELSEWHERE = {"A20", "D8", "D10"}


def test_every_fault_has_a_row() -> None:
    told = (ROOT / "docs" / "faults.md").read_text("utf-8")
    wanted = {f"{kind}{n}" for kind, count in _ROWS.items() for n in range(1, count + 1)}
    rows = re.findall(r"^\| ([A-D]\d+) \|(.*)$", told, re.MULTILINE)
    assert {name for name, _ in rows} >= wanted - _ELSEWHERE
    assert [name for name, row in rows if "test_" not in row] == []


def test_the_tests_named_for_faults_are_there() -> None:
    told = (ROOT / "docs" / "faults.md").read_text("utf-8")
    places = [*(ROOT / "tests").glob("test_*.py"), *(ROOT / "faults").glob("test_*.py")]
    sources = [file.read_text("utf-8") for file in places]
    named = re.findall(r"`(test_\w+)`", told)
    assert named
    assert [name for name in named if not any(f"def {name}(" in text for text in sources)] == []
    files = set(re.findall(r"`(test_\w+\.py)`", told))
    assert [file for file in files if not (ROOT / "tests" / file).exists()] == []

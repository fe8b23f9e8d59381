"""docs/faults.md names tests that are there."""

import re

from tests.conftest import ROOT


def test_the_tests_named_for_faults_are_there() -> None:
    told = (ROOT / "docs" / "faults.md").read_text("utf-8")
    places = [*(ROOT / "tests").glob("test_*.py"), *(ROOT / "faults").glob("test_*.py")]
    sources = [file.read_text("utf-8") for file in places]
    named = re.findall(r"`(test_\w+)`", told)
    assert named
    assert [name for name in named if not any(f"def {name}(" in text for text in sources)] == []
    files = set(re.findall(r"`(test_\w+\.py)`", told))
    assert [file for file in files if not (ROOT / "tests" / file).exists()] == []

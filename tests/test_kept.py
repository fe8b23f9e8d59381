"""What is kept of patterns answers as `re` does, and its file may be gone or spoilt."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import kept
from pipeline.rules import built_in_rules

PATTERNS = [
    ("责任编辑[:：](?P<name>[一-龥]{2,4})|(?P<none>无)", re.MULTILINE),
    ("(?<!第)[0-9０-９]{1,4}+(?=页)|[^。；a-f]++$", re.IGNORECASE),
    ("(?i:copyright)|©|[\U00020000-\U0002a6df]", 0),
]
TEXTS = ("责任编辑:张三", "无", "第12页 34页", "COPYRIGHT ©", "𠮷野", "", "abcxyz。")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(kept, "_FILE", tmp_path / "new" / "kept.test")
    monkeypatch.setattr(kept, "_ASKED", {})
    kept._kept.cache_clear()
    yield tmp_path / "new"
    kept._kept.cache_clear()


def _matches(pattern: re.Pattern[str]) -> list[list[tuple[str, dict[str, str]]]]:
    return [[(m[0], m.groupdict()) for m in pattern.finditer(text)] for text in TEXTS]


def test_a_kept_pattern_is_what_re_compiles(folder: Path) -> None:
    for find, flags in PATTERNS:
        kept.pattern(find, flags)
    kept.save()
    assert [path.name for path in folder.iterdir()] == ["kept.test"]
    re.purge()
    for find, flags in PATTERNS:
        restored, plain = kept.pattern(find, flags), re.compile(find, flags)
        assert restored == plain
        assert (restored.groups, restored.groupindex) == (plain.groups, plain.groupindex)
        assert _matches(restored) == _matches(plain)


def test_all_patterns_of_the_rules_are_the_same_when_kept() -> None:
    lines = [find for rules in (built_in_rules().chrome.general,) for _, find in rules.lines]
    for find in lines:
        compiled = find.compiled
        known = kept._code(find.find, re.IGNORECASE if find.anatomy.cased else 0)
        assert kept._restored(find.find, known) == compiled


def test_what_was_remembered_is_not_worked_out_again(folder: Path) -> None:
    assert kept.remember("length", "四个汉字", lambda: 4) == 4
    kept.save()
    assert kept.remember("length", "四个汉字", lambda: -1) == 4
    assert kept.remember("other", "四个汉字", lambda: 5) == 5


@pytest.mark.parametrize("spoilt", [b"", b"\xff" * 40, b"cut"])
def test_a_spoilt_file_costs_time_alone(folder: Path, spoilt: bytes) -> None:
    kept.remember("length", "汉", lambda: 1)
    kept.save()
    file = folder / "kept.test"
    file.write_bytes(file.read_bytes()[:-3] if spoilt == b"cut" else spoilt)
    kept._kept.cache_clear()
    assert kept.remember("length", "汉", lambda: 2) == 2


def test_what_another_python_kept_is_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.remember("length", "汉", lambda: 1)
    kept.save()
    kept._kept.cache_clear()
    monkeypatch.setattr(sys, "version", "3.99")
    assert kept.remember("length", "汉", lambda: 2) == 2


def test_a_folder_that_may_not_be_written_is_no_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write_text("in the way")
    kept.remember("length", "汉", lambda: 1)
    kept.save()
    assert folder.read_text() == "in the way"

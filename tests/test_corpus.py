"""What `make clean-corpus` makes of the example pages in raw/, as tests/corpus.toml says."""

import csv
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.rules import load_rules
from tests.conftest import ROOT

EXPECTED = tomllib.loads((ROOT / "tests" / "corpus.toml").read_text("utf-8"))
PAGES = {page["file"]: page for page in EXPECTED["page"]}


def rows(cleaned: Path, name: str) -> list[dict[str, str]]:
    with (cleaned / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def ledger(cleaned: Path) -> dict[str, dict[str, str]]:
    return {row["raw"]: row for row in rows(cleaned, "ledger.csv")}


@cache
def articles(cleaned: Path) -> dict[str, dict[str, Any]]:
    with (cleaned / "articles.jsonl").open(encoding="utf-8") as file:
        return {article["raw"]: article for article in map(json.loads, file)}


@cache
def cleaned_pages() -> dict[str, Any]:
    """Return each page that can be read as `pipeline.clean` makes it, duplicates too."""
    import pipeline

    return {
        file: pipeline.clean((ROOT / "raw" / file).read_bytes())
        for file, page in PAGES.items()
        if page["status"] != "aside"
    }


def test_every_page_of_raw_is_in_the_ledger_once(example: Path) -> None:
    files = {
        file.relative_to(ROOT / "raw").as_posix()
        for file in (ROOT / "raw").rglob("*")
        if file.suffix in {".html", ".htm", ".txt"}
    }
    names = [row["raw"] for row in rows(example, "ledger.csv")]
    assert sorted(names) == sorted(files) == sorted(PAGES)


@pytest.mark.parametrize("file", PAGES)
def test_status(example: Path, file: str) -> None:
    row, expected = ledger(example)[file], PAGES[file]
    assert row["status"] == expected["status"]
    if "same_as" in expected:
        assert row["canonical"] == ledger(example)[expected["same_as"]]["page"]
    if expected["status"] == "aside":
        assert row["reason"] == expected["reason"]


@pytest.mark.parametrize("file", [f for f, p in PAGES.items() if "must" in p or "must_not" in p])
def test_text(file: str) -> None:
    text, expected = cleaned_pages()[file].text, PAGES[file]
    assert [line for line in expected.get("must", ()) if line not in text] == []
    assert [line for line in expected.get("must_not", ()) if line in text] == []
    assert [line for line in expected.get("once", ()) if text.count(line) != 1] == []


@pytest.mark.parametrize("file", [f for f, p in PAGES.items() if p["status"] == "article"])
def test_metadata(example: Path, file: str) -> None:
    article, expected = articles(example)[file], PAGES[file]
    for key in ("title", "source", "editor", "issuer", "document_number", "index_number"):
        if key in expected:
            assert article[key] == expected[key]
    for key in ("published", "issued"):
        if key in expected:
            assert article[key] == str(expected[key])
    rules = {rule.id for rule in load_rules().metadata.rules}
    assert {origin["rule"] for origin in article["origins"]} <= rules


@pytest.mark.parametrize("file", [f for f, p in PAGES.items() if "tables" in p])
def test_tables(file: str) -> None:
    tables, expected = cleaned_pages()[file].tables, PAGES[file]
    assert len(tables) == expected["tables"]
    for sample in expected.get("table", ()):
        table = next(table for table in tables if table.title == sample["title"])
        assert list(table.header) == sample["header"]
        assert len(table.rows) == sample["count"]
        assert [row for row in sample["rows"] if tuple(row) not in table.rows] == []


def test_relations(example: Path) -> None:
    relation = {(m["raw_a"], m["raw_b"]): m["relation"] for m in rows(example, "matches.csv")}
    opposite = {"contains": "contained", "contained": "contains"}
    relation |= {(b, a): opposite.get(kind, kind) for (a, b), kind in relation.items()}
    for pair in EXPECTED["related"]:
        assert relation.get((pair["a"], pair["b"])) in pair["relations"], pair
    for group in EXPECTED["apart"]:
        kinds = {relation.get((a, b)) for a in group["pages"] for b in group["pages"] if a != b}
        assert kinds <= {None, "template"}


def test_disagreements(example: Path) -> None:
    found = {
        (row["raw_a"], row["raw_b"]): (row["figures_a"], row["figures_b"])
        for row in rows(example, "disagreements.csv")
    }
    found |= {(b, a): (second, first) for (a, b), (first, second) in found.items()}
    wanted = {
        (pair["a"], pair["b"]): (" ".join(pair["figures_a"]), " ".join(pair["figures_b"]))
        for pair in EXPECTED["disagreement"]
    }
    assert wanted
    assert wanted.items() <= found.items()
    # Copies of the report disagree with the digest as it does itself; nothing else differs.
    assert set(found.values()) <= {pair for a, b in wanted.values() for pair in ((a, b), (b, a))}

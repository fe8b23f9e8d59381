"""The five real pages, where they are: the job must do right by them, always."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import SHARED, Cli

GOLD = SHARED / "eval" / "tables" / "seed003"


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def cleaned(cli: Cli, seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeds") / "cleaned"
    done = cli("run", "--raw", seeds, "--cleaned", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def row_of(cleaned: Path) -> Callable[[str], dict[str, str]]:
    found = {row["raw"][:3]: row for row in rows(cleaned / "ledger.csv")}
    assert set(found) == {"000", "001", "002", "003", "004"}
    return found.__getitem__


def test_a_report_and_its_digest_are_related_and_nothing_else(cleaned: Path) -> None:
    matches = rows(cleaned / "matches.csv")
    assert [{match["raw_a"][:3], match["raw_b"][:3]} for match in matches] == [{"000", "004"}]
    assert matches[0]["relation"] in {"overlaps", "contains", "contained"}


def test_they_differ_in_one_figure(cleaned: Path) -> None:
    (found,) = rows(cleaned / "disagreements.csv")
    assert {found["figures_a"], found["figures_b"]} == {"200人", "100人"}
    assert "新增省级以上重点人才工程" in found["sentence_a"]
    assert "新增省级以上重点人才工程" in found["sentence_b"]


def test_the_article_printed_twice_is_kept_once(
    cleaned: Path, row_of: Callable[[str], dict[str, str]]
) -> None:
    text = (cleaned / row_of("001")["text"]).read_text("utf-8")
    for phrase in ("二、2020年主要目标任务", "壮大先进制造业集群", "悠悠万事，民生为大"):
        assert text.count(phrase) == 1


@pytest.mark.parametrize("number", range(1, 17))
def test_boxes_of_the_plan_are_exact(
    cleaned: Path, row_of: Callable[[str], dict[str, str]], number: int
) -> None:
    (file,) = (cleaned / "tables" / row_of("003")["page"]).glob(f"{number:02d}_*.csv")
    with (
        file.open(encoding="utf-8", newline="") as ours,
        (GOLD / f"zhuanlan_{number:02d}.csv").open(encoding="utf-8", newline="") as gold,
    ):
        assert list(csv.reader(ours)) == list(csv.reader(gold))


def test_rows_whose_reading_is_judgement_are_doubted(
    cleaned: Path, row_of: Callable[[str], dict[str, str]]
) -> None:
    judged = json.loads((GOLD / "meta.json").read_text("utf-8"))["ambiguous"]
    doubts = rows(cleaned / "tables" / "doubts.csv")
    doubted = {(doubt["file"].split("/")[1][:2], doubt["row"]) for doubt in doubts}
    for name, cases in judged.items():
        number = name[-2:]
        (file,) = (cleaned / "tables" / row_of("003")["page"]).glob(f"{number}_*.csv")
        table = [list(row.values()) for row in rows(file)]
        for case in cases:
            wanted = [cell for cell in case["row"] if cell]
            if not case["alt"]:
                continue
            places = [n for n, row in enumerate(table, 1) if all(cell in row for cell in wanted)]
            assert any((number, str(n)) in doubted for n in places), wanted

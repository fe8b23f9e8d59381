"""Clusters hold every page once; the copy to keep is chosen for a reason that is said."""

from datetime import date
from pathlib import Path

import pytest

from pipeline.dedup import PageFacts, clusters
from pipeline.errors import ConfigError
from pipeline.records import Cluster, Match, Relation
from pipeline.rules import dedup as dedup_rules

RULES = dedup_rules.load([Path(dedup_rules.__file__).with_suffix(".toml")])
FACTS = PageFacts("news.example.com", 1000, 3, date(2023, 1, 6), "http://news.example.com/1")


def match(a: str, b: str, relation: Relation = "near") -> Match:
    return Match(a, b, relation, 0.9, (0.9, 0.9), 1.0)


def chosen(facts: dict[str, PageFacts], preferred: tuple[str, ...] = ()) -> Cluster:
    """Return the one cluster of pages that all match the first."""
    first, *others = sorted(facts)
    (cluster,) = clusters([match(first, other) for other in others], facts, preferred, RULES)
    assert cluster.members == tuple(sorted(facts))
    return cluster


def test_every_copy_is_in_one_cluster() -> None:
    facts = dict.fromkeys("abcdefg", FACTS)
    relations: list[tuple[str, str, Relation]] = [
        ("a", "b", "same"),
        ("b", "c", "near"),
        ("c", "d", "contains"),
        ("d", "e", "overlaps"),
        ("e", "f", "template"),
        ("f", "g", "contained"),
    ]
    found = clusters([match(*pair) for pair in relations], facts, (), RULES)
    assert sorted(c.members for c in found) == [("a", "b", "c")]
    assert all(c.canonical in c.members and c.why for c in found)


def test_matches_of_unknown_pages_are_passed_over() -> None:
    found = clusters([match("a", "gone"), match("gone", "b")], {"a": FACTS, "b": FACTS}, (), RULES)
    assert found == []


def test_order_of_the_reasons() -> None:
    facts = {
        "a": FACTS,
        "b": PageFacts("www.mingzhou.gov.cn", 700, 9, None, "http://www.mingzhou.gov.cn/2"),
        "c": PageFacts("paper.example.org", 900, 9, date(2024, 1, 1), "http://paper.example.org/3"),
    }
    assert chosen(facts).canonical == "b"
    assert "government" in chosen(facts).why
    assert chosen(facts, ("example.org",)).canonical == "c"
    assert "preferred" in chosen(facts, ("example.org",)).why
    assert chosen(facts, ("example.org", "example.com")).canonical == "c"


@pytest.mark.parametrize(
    ("better", "why"),
    [
        (PageFacts("b.example.com", 1500, 9, None, "z"), "complete"),
        (PageFacts("b.example.com", 1000, 1, None, "z"), "noise"),
        (PageFacts("b.example.com", 995, 3, date(2022, 1, 1), "z"), "earliest"),
        (PageFacts("b.example.com", 1010, 3, date(2023, 1, 6), "a"), "URL"),
    ],
)
def test_one_reason_decides(better: PageFacts, why: str) -> None:
    cluster = chosen({"a": FACTS, "b": better, "c": FACTS})
    assert cluster.canonical == "b"
    assert why in cluster.why


def test_ids_decide_last() -> None:
    assert chosen({"b": FACTS, "a": FACTS}).canonical == "a"


def test_no_host_is_no_government() -> None:
    facts = {"a": PageFacts(""), "b": PageFacts("gov.cn.example.com"), "c": PageFacts("x.gov.cn")}
    assert chosen(facts).canonical == "c"


def test_rules_that_could_take_a_coincidence_do_not_load(tmp_path: Path) -> None:
    text = Path(dedup_rules.__file__).with_suffix(".toml").read_text("utf-8")
    file = tmp_path / "dedup.toml"
    file.write_text(text.replace("letters = 300", "letters = 5"), "utf-8")
    with pytest.raises(ConfigError, match="letters"):
        dedup_rules.load([file])


def test_a_chain_of_copies_never_keeps_a_page_for_its_template() -> None:
    facts = dict.fromkeys("abcd", FACTS)
    pairs: list[tuple[str, str, Relation]] = [
        ("a", "b", "near"),
        ("b", "c", "near"),
        ("a", "c", "template"),
        ("c", "d", "near"),
    ]
    found = clusters([match(*pair) for pair in pairs], facts, (), RULES)
    assert [cluster.members for cluster in found] == [("a", "b", "d")]  # c has no copy then

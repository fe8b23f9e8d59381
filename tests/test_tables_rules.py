"""Every case of tables.toml, and what a wrong tables.toml is told."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.rules.loader import Case
from pipeline.rules.tables import TableRule, load
from pipeline.tables import try_rule

FILE = Path(__file__).parents[1] / "pipeline" / "rules" / "tables.toml"
RULES = load([FILE])
CASES = [(rule, case) for rule in RULES.rules for case in rule.case]


@pytest.mark.parametrize(("rule", "case"), CASES, ids=lambda item: getattr(item, "id", ""))
def test_case(rule: TableRule, case: Case) -> None:
    made = try_rule(rule, case.before, RULES)
    if case.fails:
        assert made != case.after, f"{rule.id} manages now: {case.fails}"
    else:
        assert made == case.after


def test_words_of_a_second_file_are_added(tmp_path: Path) -> None:
    more = tmp_path / "tables.toml"
    more.write_text('[lexicon]\nname = ["考核要点"]\n', "utf-8")
    rules = load([FILE, more])
    assert rules.lexicon.name.fullmatch("考核要点")
    assert rules.lexicon.name.fullmatch("指标")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[lexicon]\nnmae = ["考核要点"]\n', "lexicon.nmae: is not a setting"),
        ('[lexicon]\nname = ["("]\n', "lexicon.name"),
        ("[lexicon]\nname = 3\n", "lexicon.name"),
        ("[words]\n", "words: is not a setting"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    more = tmp_path / "tables.toml"
    more.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=said.replace(".", r"\.")):
        load([FILE, more])


def test_a_mechanism_without_a_rule_is_refused(tmp_path: Path) -> None:
    text = FILE.read_text("utf-8")
    alone = tmp_path / "tables.toml"
    alone.write_text(text[: text.index("[[rule]]")], "utf-8")
    with pytest.raises(ConfigError, match="Add one"):
        load([alone])

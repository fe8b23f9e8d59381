"""Patterns of a user's rules that would hold up a run are refused before it begins."""

import re
from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.rules import load_rules
from pipeline.rules.attacks import slowest

RULE = """[[rule]]
id = "mine.x"
reason = "A bar of the site."
source = "seen on one page"
find = '{find}'
case = [{{ before = "订阅第一期", after = "" }}, {{ before = "报纸", after = "报纸" }}]
"""


@pytest.mark.parametrize("find", [r"(a+)+b", r"(?:第+)+条", r"(?:\s*\w+\s*)*:", r".*x.*y.*z"])
def test_a_pattern_that_goes_back_over_what_it_read_is_known(find: str) -> None:
    assert slowest(re.compile(find))


@pytest.mark.parametrize(
    "find", ["订阅第.期", r"第[一二三]+条", r"\d{1,4}年", ".*订阅", "(?:a|b)*+c"]
)
def test_a_plain_pattern_is_let_through(find: str) -> None:
    assert not slowest(re.compile(find))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("chrome.toml", RULE.format(find=r"订阅(?:第+)+条")),
        ("tables.toml", "[lexicon]\nunits = ['(?:万+)+元']\n"),
    ],
)
def test_a_slow_pattern_of_a_user_is_refused(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(ConfigError, match="takes too long on a text such as"):
        _ = list(load_rules(str(tmp_path)))


def test_a_plain_rule_of_a_user_loads(tmp_path: Path) -> None:
    (tmp_path / "chrome.toml").write_text(RULE.format(find="订阅第.期"), "utf-8")
    assert "mine.x" in load_rules(str(tmp_path)).reasons

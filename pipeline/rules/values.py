"""values.toml → how figures, the columns above them and the names beside them are read.

In: rules files, packaged ones first, a user's after. Out: `ValueRules`, compiled once, frozen.
Never: a Chinese word in the code that reads values; the words stand in `[words]`, each list one
kind.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import msgspec

from pipeline.errors import ConfigError
from pipeline.rules.loader import Rule, check_unique, read_rules
from pipeline.rules.patterns import pattern_of
from pipeline.toml import check_keys, read_toml

Mechanism = Literal["value", "column", "name", "fold"]
MECHANISMS: tuple[Mechanism, ...] = ("value", "column", "name", "fold")

Pattern = re.Pattern[str]


class ValueRule(Rule, frozen=True, kw_only=True):
    """One rule about values; a case shows what is read of its text, equal where nothing is.

    `apply` names the mechanism:

    - `value`: a cell is read as a figure;
    - `column`: header cells, parted by |, tell period and measure of what stands below them;
    - `name`: the name of an indicator is parted from its unit, and folded;
    - `fold`: in a name that is folded, `find` (a pattern, on text without blanks, in half width
      and small letters) becomes `replace`.
    """

    apply: Mechanism
    find: str = ""
    replace: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The lists of `[words]`, each compiled to one pattern; values.toml says what each holds."""

    annual: Pattern
    yearly: Pattern
    cumulative: Pattern
    since: Pattern
    base: Pattern
    target: Pattern
    actual: Pattern
    ends: Pattern
    through: Pattern
    dates: Pattern
    years: Pattern
    multiples: Pattern


@dataclass(frozen=True, slots=True)
class ValueRules:
    """All that is known of values; `plans` gives the first and last year of a plan's name."""

    rules: tuple[ValueRule, ...]
    words: Words
    plans: dict[str, tuple[int, int]]
    folds: tuple[tuple[Pattern, str], ...]


def load(files: Sequence[Path]) -> ValueRules:
    """Return the rules of `files`; words, plans and folds of later files come after the first's.

    `ConfigError` where a list is missing or unknown, a pattern is none, or a mechanism has no rule.
    """
    rules = tuple(rule for file in files for rule in read_rules(file, ValueRule))
    check_unique(rules)
    missing = sorted(set(MECHANISMS) - {rule.apply for rule in rules})
    if missing:
        message = f"{files[0]}: rule: none has apply = {missing[0]!r}. Add one"
        raise ConfigError(message)
    contents = [(file, read_toml(file)) for file in files]
    for file, content in contents:
        check_keys(content, ("words", "plans", "rule"), f"{file}: ")
    plans = {
        name: span
        for file, content in contents
        for name, span in _converted(content.get("plans", {}), _Plans, f"{file}: plans: ").items()
    }
    return ValueRules(rules, _words(contents), plans, tuple(map(_fold, _folds(rules))))


_Plans = dict[str, tuple[int, int]]
_Lists = dict[str, list[str]]


def _folds(rules: Sequence[ValueRule]) -> list[ValueRule]:
    return [rule for rule in rules if rule.apply == "fold"]


def _fold(rule: ValueRule) -> tuple[Pattern, str]:
    if not rule.find:
        message = f"values.toml: {rule.id}: find: is missing. Write the pattern that is folded"
        raise ConfigError(message)
    return pattern_of([rule.find], f"values.toml: {rule.id}: find"), rule.replace


def _words(contents: Sequence[tuple[Path, dict[str, Any]]]) -> Words:
    names = [field.name for field in fields(Words)]
    lists: _Lists = {name: [] for name in names}
    for file, content in contents:
        table = content.get("words", {})
        check_keys(table, names, f"{file}: words.")
        for name, words in _converted(table, _Lists, f"{file}: words: ").items():
            lists[name] += words
    return Words(
        **{name: pattern_of(words, f"values.toml: words.{name}") for name, words in lists.items()}
    )


def _converted(table: object, kind: type[Any], where: str) -> Any:
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        message = f"{where}{error}. Mend the value"
        raise ConfigError(message) from error

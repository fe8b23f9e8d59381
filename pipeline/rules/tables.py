"""tables.toml → the lexicon of tables and the rules that name what is done to them.

In: rules files. Out: `TableRules`, compiled once, frozen and picklable. Never: a Chinese word in
the code that reads tables; the words stand in `[lexicon]`, each list one kind of word.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import msgspec

from pipeline.errors import ConfigError
from pipeline.rules.loader import Rule, check_unique, read_rules
from pipeline.rules.patterns import pattern_of
from pipeline.toml import check_keys, read_toml

Pattern = re.Pattern[str]


class TableRule(Rule, frozen=True, kw_only=True):
    """One rule of tables.toml; `apply` names the mechanism it gives its id to.

    A case shows in `before` the lines of a page and in `after` the rows of the tables that are
    made of them; where they are equal, no table is made (`pipeline.tables.try_rule`).
    """

    apply: str


MECHANISMS = ("flat", "wide", "line", "marked", "box", "grid", "continued")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of tables, each list of `[lexicon]` compiled to one pattern.

    Header patterns (`category` to `text`, `header_group`) match a whole cell without blanks;
    `caption` to `continued` match a line from its start; the others say so below.
    """

    category: Pattern
    serial: Pattern
    name: Pattern
    unit: Pattern
    binding: Pattern
    year: Pattern
    year_rest: Pattern
    rate: Pattern
    mixed: Pattern
    group: Pattern
    measure: Pattern
    text: Pattern
    box: Pattern
    box_number: Pattern
    box_item: Pattern
    caption: Pattern
    caption_end: Pattern
    note: Pattern
    unit_line: Pattern
    continued: Pattern
    chapter: Pattern
    page_number: Pattern
    bindings: Pattern
    dashes: Pattern
    qualifiers_before: Pattern
    qualifiers_after: Pattern
    counted: Pattern
    bounds: Pattern
    units: Pattern
    phrases: Pattern
    section: Pattern
    categories: Pattern
    category_ends: Pattern
    openings: Pattern
    heads: Pattern
    unfinished: Pattern
    bare: Pattern
    growth: Pattern
    moves: Pattern
    period: Pattern
    within: Pattern
    totals: Pattern
    parents: Pattern
    families: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of columns that a page does not write itself, because a box has no header."""

    box: tuple[str, ...]
    level: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableRules:
    """All that the tables step reads: rules by mechanism, words, names of columns, reasons."""

    rules: tuple[TableRule, ...]
    lexicon: Lexicon
    columns: Columns
    doubts: dict[str, str]
    refusals: dict[str, str]

    def id_of(self, mechanism: str) -> str:
        """Return the id of the rule that gives `mechanism` its name."""
        return next(rule.id for rule in self.rules if rule.apply == mechanism)


def load(files: Sequence[Path]) -> TableRules:
    """Return the rules of `files`; the word lists of later files are added to the first one's.

    `ConfigError` where a list is missing or unknown, a pattern is none, or a mechanism has no rule.
    """
    rules = tuple(rule for file in files for rule in read_rules(file, TableRule))
    check_unique(rules)
    _check_mechanisms(rules, files)
    contents = [(file, read_toml(file)) for file in files]
    for file, content in contents:
        check_keys(content, ("lexicon", "columns", "doubts", "refusals", "rule"), f"{file}: ")
    return TableRules(
        rules,
        _lexicon([(file, content.get("lexicon", {})) for file, content in contents]),
        _columns(contents[0][1], files[0]),
        _reasons(contents, "doubts"),
        _reasons(contents, "refusals"),
    )


def _check_mechanisms(rules: Sequence[TableRule], files: Sequence[Path]) -> None:
    """Refuse an unknown mechanism, and files that leave one without a rule to name it."""
    for rule in rules:
        check_keys((rule.apply,), MECHANISMS, f"{rule.id}: apply: ")
    missing = set(MECHANISMS) - {rule.apply for rule in rules}
    if missing:
        message = f"{files[0]}: rule: none has apply = {sorted(missing)[0]!r}. Add one"
        raise ConfigError(message)


def _lexicon(tables: Sequence[tuple[Path, dict[str, Any]]]) -> Lexicon:
    """Return all word lists compiled, those of every file together."""
    names = [field.name for field in fields(Lexicon)]
    words: dict[str, list[str]] = {name: [] for name in names}
    for file, table in tables:
        check_keys(table, names, f"{file}: lexicon.")
        for name, entries in table.items():
            words[name] += _words(entries, f"{file}: lexicon.{name}: ")
    families = tuple(pattern_of([word], "lexicon.families") for word in words.pop("families"))
    return Lexicon(
        families=families, **{name: pattern_of(words[name], f"lexicon.{name}") for name in words}
    )


def _words(entries: object, where: str) -> list[str]:
    try:
        return msgspec.convert(entries, list[str])
    except msgspec.ValidationError as error:
        message = f"{where}{error}. Write a list of patterns"
        raise ConfigError(message) from error


def _columns(content: dict[str, Any], file: Path) -> Columns:
    table = content.get("columns", {})
    check_keys(table, ("box", "level"), f"{file}: columns.")
    try:
        return msgspec.convert(table, Columns)
    except msgspec.ValidationError as error:
        message = f"{file}: columns: {error}. Write two lists of names"
        raise ConfigError(message) from error


def _reasons(contents: Sequence[tuple[Path, dict[str, Any]]], kind: str) -> dict[str, str]:
    """Return what a doubt or a refusal of each kind says to the reader."""
    return {
        key: str(text) for _, content in contents for key, text in content.get(kind, {}).items()
    }

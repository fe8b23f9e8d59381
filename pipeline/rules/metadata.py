"""The keys of metadata.toml: where a page says its title, date, source, number and address.

In: metadata.toml of this package, and one of the user's own. Out: the rules of each field in
order. A case's `after` is the value found in `before`; a line a rule leaves alone gives nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.errors import ConfigError
from pipeline.rules.loader import Rule, check_unique, read_rules

Field = Literal["title", "published", "source", "document_number", "url", "clock"]
BUILT_IN = Path(__file__).with_name("metadata.toml")


class MetadataRule(Rule, frozen=True, kw_only=True):
    """One place where `field` stands.

    `meta` names <meta> elements, the most trusted first; `find` is a pattern over a line of text,
    whose first group is the value. "clock" is no field: its lines hold a date of the visit.
    """

    field: Field
    meta: tuple[str, ...] = ()
    find: str = ""


@dataclass(frozen=True, slots=True)
class MetadataRules:
    """Metadata rules made ready: names of metas, and patterns of lines, by field."""

    rules: tuple[MetadataRule, ...]
    metas: dict[str, tuple[str, ...]]
    lines: dict[str, tuple[re.Pattern[str], ...]]


def load(files: Iterable[Path] = (BUILT_IN,)) -> MetadataRules:
    """Return the rules of `files` together; `ConfigError` where one cannot be used."""
    rules = tuple(rule for file in files for rule in read_rules(file, MetadataRule))
    check_unique(rules)
    metas: dict[str, tuple[str, ...]] = {}
    lines: dict[str, tuple[re.Pattern[str], ...]] = {}
    for rule in rules:
        metas[rule.field] = metas.get(rule.field, ()) + tuple(name.lower() for name in rule.meta)
        if rule.find:
            lines[rule.field] = (*lines.get(rule.field, ()), _compiled(rule))
    return MetadataRules(rules, metas, lines)


def _compiled(rule: MetadataRule) -> re.Pattern[str]:
    try:
        return re.compile(rule.find)
    except re.error as error:
        message = f"metadata.toml: {rule.id}: find: is no pattern: {error}. Mend it"
        raise ConfigError(message) from error

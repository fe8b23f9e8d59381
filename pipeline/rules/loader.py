"""TOML → rules, checked. A rule that cannot say why it exists does not load.

In: a rules file. Out: frozen rules in the order of the file. Never: a rule without id, reason,
source, a case it changes and a case it leaves alone; an unknown key passed over in silence.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from pipeline.errors import ConfigError
from pipeline.toml import check_keys, read_toml


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text and what the rule makes of it; equal texts mean that the rule leaves it alone.

    `fails` says why the rule does not manage this case yet; such a case must fail.
    """

    before: str
    after: str
    note: str = ""
    fails: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every rule says of itself. Families add the keys that their mechanism reads."""

    id: str
    reason: str
    source: str
    case: tuple[Case, ...] = ()


R = TypeVar("R", bound=Rule)


def read_rules(file: Path, family: type[R]) -> tuple[R, ...]:
    """Return the `[[rule]]` tables of `file` as rules of `family`, each one checked."""
    return rules_of(read_toml(file), file, family)


def rules_of(top: Mapping[str, Any], file: Path, family: type[R]) -> tuple[R, ...]:
    """Return the rules in `top`, which was read from `file`, each one checked."""
    tables = top.get("rule", [])
    if not isinstance(tables, list):
        message = f"{file}: rule: is no list of tables. Write [[rule]], with two brackets"
        raise ConfigError(message)
    return tuple(
        _rule(table, f"{file}: {_name(table, i)}: ", family) for i, table in enumerate(tables)
    )


def _name(table: object, index: int) -> str:
    """Return the rule's id, or its place in the file where it has none."""
    name = table.get("id") if isinstance(table, dict) else None
    return str(name) if name else f"rule {index + 1}"


def _rule(table: dict[str, Any], where: str, family: type[R]) -> R:
    check_keys(table, family.__struct_fields__, where)
    for key in ("id", "reason", "source"):
        if not str(table.get(key, "")).strip():
            message = f"{where}{key}: is missing. Every rule says its id, reason and source"
            raise ConfigError(message)
    try:
        rule = msgspec.convert(table, family)
    except msgspec.ValidationError as error:
        message = f"{where}{error}. Mend the value"
        raise ConfigError(message) from error
    if not any(case.before != case.after for case in rule.case):
        message = f"{where}case: none shows what the rule changes. Add a [[rule.case]]"
        raise ConfigError(message)
    if not any(case.before == case.after for case in rule.case):
        message = f"{where}case: none shows what the rule leaves alone. Add a [[rule.case]]"
        raise ConfigError(message)
    return rule


def check_unique(rules: Iterable[Rule]) -> None:
    """Refuse an id that is used twice: a reader must know which rule took a block."""
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            message = f"rules: {rule.id}: the id is used twice. Give one of them another id"
            raise ConfigError(message)
        seen.add(rule.id)

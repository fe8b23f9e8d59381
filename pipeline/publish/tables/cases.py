"""Cases of values.toml, tried: a text and what one mechanism reads of it.

In: a rule and the `before` of a case. Out: what its `after` must be. Never used by the flow:
`clean-corpus check` and the tests ask for it.
"""

from pipeline.publish.tables.columns import Column
from pipeline.publish.tables.figures import Figure
from pipeline.publish.tables.indicators import Indicator
from pipeline.publish.tables.long import ValueReader
from pipeline.records import Table
from pipeline.rules import Rules
from pipeline.rules.values import ValueRule


def try_rule(rule: ValueRule, text: str, rules: Rules) -> str:
    """Return what `rule` reads of each line of `text`, a line it reads nothing of as it is."""
    reader = ValueReader(rules)
    if rule.apply == "fold":
        return rule_folded(rule, text, rules)
    tell = {"value": _value, "column": _columns, "name": _name}[rule.apply]
    return "\n".join(tell(line, reader) for line in text.split("\n"))


def rule_folded(rule: ValueRule, text: str, rules: Rules) -> str:
    """Return `text` with what one rule folds; in half width and small letters already."""
    folds = [one.id for one in rules.values.rules if one.apply == "fold"]
    pattern, replacement = rules.values.folds[folds.index(rule.id)]
    return pattern.sub(replacement, text)


def _value(line: str, reader: ValueReader) -> str:
    figure = reader.figures.read(line) if line else None
    return line if figure is None else " ".join(_told(figure))


def _told(figure: Figure) -> list[str]:
    measure = "cumulative" if figure.cumulative else "annual rate" if figure.annual else ""
    told = {
        "number": figure.number, "to": figure.high, "unit": figure.unit,
        "qualifier": figure.qualifier, "measure": measure, "period": figure.period,
    }  # fmt: skip
    return [f"{name}={value}" for name, value in told.items() if value]


def _columns(line: str, reader: ValueReader) -> str:
    header = tuple(line.split("|"))
    columns = reader.columns.read(Table("", header, ()))
    return "|".join(_column(column) for column in columns)


def _column(column: Column) -> str:
    role = f"({column.role})" if column.role not in ("", column.measure) else ""
    told = " ".join(filter(None, (column.period, column.measure, role)))
    return f"{column.name}={told}" if told else column.name


def _name(line: str, reader: ValueReader) -> str:
    indicator: Indicator = reader.names.read(line.split("|"))
    return f"{indicator.folded}|{indicator.unit}" if indicator.unit else indicator.folded

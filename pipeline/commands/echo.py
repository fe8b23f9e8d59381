"""What `--json` prints.

In: records, dataclasses and what JSON has. Out: one line on standard output, Chinese unescaped,
days as 2021-03-08. Never: a record without the names of its fields.
"""

import json
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import click


def echo(value: object) -> None:
    """Print `value` as JSON on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, default=plain))


def plain(value: object) -> Any:
    """Return `value` as `json` wants it; `TypeError` for what it cannot be."""
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    from pipeline.records import Noun  # --help needs none

    if isinstance(value, Noun):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    message = f"{type(value).__name__} is no JSON"
    raise TypeError(message)

"""The keys of tables.toml."""

from pipeline.rules.loader import Rule


class TableRule(Rule, frozen=True, kw_only=True):
    """One rule of tables.toml."""

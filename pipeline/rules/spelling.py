"""The keys of spelling.toml."""

from pipeline.rules.loader import Rule


class SpellingRule(Rule, frozen=True, kw_only=True):
    """One rule of spelling.toml."""

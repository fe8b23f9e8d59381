"""The keys of dedup.toml."""

from pipeline.rules.loader import Rule


class DedupRule(Rule, frozen=True, kw_only=True):
    """One rule of dedup.toml."""

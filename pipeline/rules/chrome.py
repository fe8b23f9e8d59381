"""The keys of chrome.toml and sites/*.toml."""

from pipeline.rules.loader import Rule


class ChromeRule(Rule, frozen=True, kw_only=True):
    """One kind of chrome."""

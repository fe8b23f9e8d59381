"""Every rule, tried on its cases.

In: all rules. Out: the cases that do not hold, in words. Never used by the flow: `clean-corpus
check` and the tests ask for it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pipeline import chrome, dedup, parse, publish, recurring, spelling, tables
from pipeline.rules import Rules
from pipeline.rules.chrome import ChromeRule, ChromeRules
from pipeline.rules.loader import Rule

R = TypeVar("R", bound=Rule)


def failing(rules: Rules) -> Iterator[str]:
    """Yield one line for each case that does not hold, and for each that was said to fail."""
    yield from _tried(rules.metadata.rules, lambda r, text: parse.try_rule(r, text, rules.metadata))
    yield from _tried(rules.chrome.rules, lambda r, text: try_chrome(r, text, rules.chrome))
    yield from _tried(rules.dedup.rules, lambda r, text: dedup.try_rule(r, text, rules.dedup))
    yield from _tried(rules.tables.rules, lambda r, text: tables.try_rule(r, text, rules.tables))
    yield from _tried(rules.values.rules, lambda r, text: publish.try_rule(r, text, rules))
    yield from _tried(
        rules.spelling.rules, lambda r, text: spelling.try_rule(r, text, rules.spelling)
    )


def try_chrome(rule: ChromeRule, text: str, rules: ChromeRules) -> str:
    """Return what a chrome rule leaves of a page, or of the pages of a site."""
    if rule.apply == "recurring":
        return recurring.try_rule(rule, text, rules)
    return chrome.try_rule(rule, text, rules)


def _tried(rules: Iterable[R], try_rule: Callable[[R, str], str]) -> Iterator[str]:
    for rule in rules:
        for case in rule.case:
            after = try_rule(rule, case.before)
            if case.fails and after == case.after:
                yield f"{rule.id}: {case.before!r}: holds now. Delete its `fails`"
            elif not case.fails and after != case.after:
                yield f"{rule.id}: {case.before!r}: gives {after!r}, not {case.after!r}"

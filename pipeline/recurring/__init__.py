"""What recurs within one site: chrome that no page alone can tell.

In: pages as `chrome.strip` left them. Out: their outlines, what recurs by those of all pages, and
pages with such lines marked. Never a line of one site taken for what stands on another.
"""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.chrome import sets_of
from pipeline.chrome.cases import case_page
from pipeline.chrome.lines import fold
from pipeline.records import Page
from pipeline.recurring.lines import Learned, Taken, learn, mark, taken
from pipeline.recurring.outline import Outline, outline, rule_of
from pipeline.rules.chrome import ChromeRule, ChromeRules, compile_rules

__all__ = [
    "Learned",
    "Outline",
    "Taken",
    "learn",
    "mark_recurring",
    "outline_page",
    "standing",
    "taken",
    "try_rule",
]

_PAGE = "\n{page}\n"
_SITE = "case.example"


def outline_page(page: Page, site: str, rules: ChromeRules) -> Outline:
    """Return what learning looks at of a stripped page of `site`, "" for no known one."""
    return outline(page, site, sets_of(page, rules), rules.variants)


def mark_recurring(page: Page, counts: Taken, rules: ChromeRules) -> Page:
    """Return `page` without so many of its first and last lines, which recur on its site."""
    rule = rule_of(sets_of(page, rules))
    return mark(page, counts, rule) if rule else page


def standing(text: str, site: str, learned: Learned, rules: ChromeRules) -> tuple[int, int]:
    """Return on how many bodies of `site` a line recurs, and how many were looked at."""
    (folded,) = fold([text], rules.variants)
    return learned.standing(site, folded)


def try_rule(rule: ChromeRule, text: str, rules: ChromeRules) -> str:
    """Return what `rule`, alone of `rules`, leaves of pages of one site.

    They are parted by lines `{page}`, and are parted by them again.
    """
    alone = replace(rules, general=compile_rules([rule], "rules"), sites=())
    pages = [case_page(page.split("\n")) for page in text.split(_PAGE)]
    outlines = [outline_page(page, _SITE, alone) for page in pages]
    counts: dict[int, Taken] = taken(outlines, learn(outlines))
    left: Sequence[str] = [
        mark_recurring(page, counts.get(i, (0, 0)), alone).text for i, page in enumerate(pages)
    ]
    return _PAGE.join(left)

"""Page → Page: mark chrome.

In: a parsed page. Out: the same blocks; chrome carries the id of the rule that took it in
`dropped_by`, and so does the page where it is no article. Never deletes, reorders or respells a
block.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from pipeline.chrome.article import list_page, no_article
from pipeline.chrome.between import mark_between
from pipeline.chrome.body import mark_outside
from pipeline.chrome.cards import mark_cards
from pipeline.chrome.code import mark_code
from pipeline.chrome.doubles import mark_doubles
from pipeline.chrome.edges import mark_edges
from pipeline.chrome.glued import mark_glued
from pipeline.chrome.lines import fold
from pipeline.chrome.listing import listing
from pipeline.chrome.numbers import mark_counted
from pipeline.chrome.origins import mark_bylines, mark_origins, mark_stamps
from pipeline.chrome.outline import Outline, outline, rule_of
from pipeline.chrome.recurring import Learned, Taken, learn, mark, taken
from pipeline.chrome.shapes import mark_counters, mark_shapes
from pipeline.chrome.sheet import Sheet, marked, read
from pipeline.records import Block, Origin, Page, Provenance
from pipeline.rules.chrome import ChromeRule, ChromeRules, compile_rules

__all__ = [
    "Learned",
    "Outline",
    "Taken",
    "learn",
    "mark_recurring",
    "outline_page",
    "sheet_of",
    "standing",
    "strip",
    "taken",
    "try_rule",
]

_CASE_LINE = re.compile(r"(?:\{(?P<where>[^}]*)\} )?(?P<text>.*)")
_CASE_FACT = re.compile(r"([a-z_]+)=([^,]+)")
_CHROME = "chrome"
_GLUED = "glued"
_FACTS = 2  # the pieces of a line that was parted stand on the first
_PAGE = "{page}"
_SITE = "case.example"


def strip(page: Page, rules: ChromeRules) -> Page:
    """Return `page` with its chrome marked; `dropped_by` says why it is no article."""
    sheet = read(page, rules.for_host(_host(page)), rules.variants)
    reason = _mark(sheet)
    page = marked(page, sheet)
    return replace(page, dropped_by=reason.id) if reason else page


def outline_page(page: Page, site: str, rules: ChromeRules) -> Outline:
    """Return what learning looks at of a stripped page of `site`, "" for no known one."""
    return outline(page, site, rules.for_host(_host(page)), rules.variants)


def sheet_of(page: Page, rules: ChromeRules) -> Sheet:
    """Return the lines of `page`, marked ones too, and the rule sets of its site."""
    return read(page, rules.for_host(_host(page)), rules.variants)


def mark_recurring(page: Page, counts: Taken, rules: ChromeRules) -> Page:
    """Return `page` without so many of its first and last lines, which recur on its site."""
    rule = rule_of(rules.for_host(_host(page)))
    return mark(page, counts, rule) if rule else page


def standing(text: str, site: str, learned: Learned, rules: ChromeRules) -> tuple[int, int]:
    """Return on how many bodies of `site` a line recurs, and how many were looked at."""
    (folded,) = fold([text], rules.variants)
    return learned.standing(site, folded)


def _mark(sheet: Sheet) -> ChromeRule | None:
    """Mark the sheet's lines; return the rule by which the page is no article, if any."""
    reason = list_page(sheet) or listing(sheet)
    mark_cards(sheet)
    mark_doubles(sheet)
    if sheet.markup:
        mark_outside(sheet)
    else:
        mark_glued(sheet)
        mark_code(sheet)
        mark_counted(sheet)
    mark_shapes(sheet)
    mark_origins(sheet)
    mark_bylines(sheet)
    mark_stamps(sheet)
    mark_edges(sheet)
    mark_counters(sheet)
    if not sheet.markup:
        mark_between(sheet)
    return reason or no_article(sheet)


def _host(page: Page) -> str:
    """Return the host of the page's URL, or the folder it came in: mirrors keep one a host."""
    try:
        host = urlsplit(page.url).hostname or ""
    except ValueError:  # such as "http://[": an address that no rule can know
        host = ""
    folder, slash, _ = page.provenance.file.partition("/")
    return host or (folder.lower() if slash else "")


def try_rule(rule: ChromeRule, text: str, rules: ChromeRules) -> str:
    """Return the lines of `text` that `rule`, alone of `rules`, leaves; "" where it drops the page.

    Each line is a block. It may begin with `{path links}`, where the block stood and the share
    of its characters inside links, or with `{chrome}`: another rule took it already, or with
    `{glued}`: it is a piece of a line that was parted, or with `{source=a,editor=b}`: so much was
    read of it. A line `{page}` parts the pages of one site.
    """
    lines = text.split("\n")
    if _PAGE in lines:
        return _try_pages(rule, text.split(f"\n{_PAGE}\n"), rules)
    sheet = read(_case_page(lines), (compile_rules([rule], "rules"),), rules.variants)
    sheet.facts = tuple(_case_facts(lines))
    other = ChromeRule(id=_CHROME, reason="", source="")
    for line in sheet.lines:
        line.mark(other if line.block.dropped_by else None)
    if _mark(sheet):
        return ""
    marks = (line.rule is not None and line.rule is not other for line in sheet.lines)
    return "\n".join(line for line, gone in zip(lines, marks, strict=True) if not gone)


def _try_pages(rule: ChromeRule, texts: Sequence[str], known: ChromeRules) -> str:
    """Return what is left of the pages of one site, parted as they were."""
    rules = replace(known, general=compile_rules([rule], "rules"), sites=())
    pages = [_case_page(text.split("\n")) for text in texts]
    outlines = [outline_page(page, _SITE, rules) for page in pages]
    counts = taken(outlines, learn(outlines))
    left = (mark_recurring(page, counts.get(i, (0, 0)), rules).text for i, page in enumerate(pages))
    return f"\n{_PAGE}\n".join(left)


def _case_page(lines: Sequence[str]) -> Page:
    blocks = (_case_block(line, number) for number, line in enumerate(lines, _FACTS))
    return Page("", "", tuple(blocks), Provenance(""))


def _case_facts(lines: Sequence[str]) -> Iterator[tuple[str, Origin]]:
    """Yield what was read of the lines of a case, as they say themselves."""
    for number, line in enumerate(lines, _FACTS):
        where, text = _case_parts(line)
        for field, value in _CASE_FACT.findall(where):
            yield value, Origin(field, _CHROME, text, number)


def _case_parts(line: str) -> tuple[str, str]:
    """Return what stands in braces before a line of a case, and the line."""
    match = _CASE_LINE.fullmatch(line)
    return (match["where"] or "", match["text"]) if match else ("", line)


def _case_block(line: str, number: int) -> Block:
    where, text = _case_parts(line)
    path, _, links = where.partition(" ")
    if path == _CHROME:
        return Block("paragraph", text, dropped_by=_CHROME)
    if path == _GLUED:
        return Block("paragraph", text, line=1)
    if _CASE_FACT.match(where):
        return Block("paragraph", text, line=number)
    return Block("paragraph", text, path, float(links or 0))

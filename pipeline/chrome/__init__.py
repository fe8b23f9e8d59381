"""Page → Page: mark chrome.

In: a parsed page. Out: the same blocks; chrome carries the id of the rule that took it in
`dropped_by`, and so does the page where it is no article. Never deletes, reorders or respells a
block.
"""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from pipeline.chrome.article import list_page, no_article
from pipeline.chrome.body import mark_outside
from pipeline.chrome.edges import mark_edges
from pipeline.chrome.shapes import mark_counters, mark_shapes
from pipeline.chrome.sheet import Sheet, marked, read
from pipeline.records import Block, Page, Provenance
from pipeline.rules.chrome import ChromeRule, ChromeRules, compile_rules

__all__ = ["strip", "try_rule"]

_CASE_LINE = re.compile(r"(?:\{(?P<where>[^}]*)\} )?(?P<text>.*)")
_CHROME = "chrome"


def strip(page: Page, rules: ChromeRules) -> Page:
    """Return `page` with its chrome marked; `dropped_by` says why it is no article."""
    sheet = read(page, rules.for_host(_host(page.url)), rules.variants)
    reason = _mark(sheet)
    page = marked(page, sheet)
    return replace(page, dropped_by=reason.id) if reason else page


def _mark(sheet: Sheet) -> ChromeRule | None:
    """Mark the sheet's lines; return the rule by which the page is no article, if any."""
    reason = list_page(sheet)
    if sheet.markup:
        mark_outside(sheet)
    mark_shapes(sheet)
    mark_edges(sheet)
    mark_counters(sheet)
    return reason or no_article(sheet)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # such as "http://[": an address that no rule can know
        return ""


def try_rule(rule: ChromeRule, text: str, rules: ChromeRules) -> str:
    """Return the lines of `text` that `rule`, alone of `rules`, leaves; "" where it drops the page.

    Each line is a block. It may begin with `{path links}`, where the block stood and the share
    of its characters inside links, or with `{chrome}`: another rule took it already.
    """
    lines = text.split("\n")
    blocks = tuple(_case_block(line) for line in lines)
    page = Page("", "", blocks, Provenance(""))
    sheet = read(page, (compile_rules([rule], "rules"),), rules.variants)
    other = ChromeRule(id=_CHROME, reason="", source="")
    for line in sheet.lines:
        line.rule = other if line.block.dropped_by else None
    if _mark(sheet):
        return ""
    taken = (line.rule is not None and line.rule is not other for line in sheet.lines)
    return "\n".join(line for line, gone in zip(lines, taken, strict=True) if not gone)


def _case_block(line: str) -> Block:
    match = _CASE_LINE.fullmatch(line)
    where, text = (match["where"] or "", match["text"]) if match else ("", line)
    path, _, links = where.partition(" ")
    if path == _CHROME:
        return Block("paragraph", text, dropped_by=_CHROME)
    return Block("paragraph", text, path, float(links or 0))

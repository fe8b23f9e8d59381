"""Page → Page: every mechanism, in its order.

In: a parsed page and the rules. Out: the same blocks, marked; and the rule by which the page is no
article. Never a mark that an earlier mechanism made taken back, but by the one that made it.
"""

from urllib.parse import urlsplit

from msgspec.structs import replace

from pipeline.chrome.article import list_page, no_article
from pipeline.chrome.beside import mark_beside
from pipeline.chrome.between import mark_between
from pipeline.chrome.body import mark_outside
from pipeline.chrome.cards import mark_cards
from pipeline.chrome.code import mark_code
from pipeline.chrome.doubles import mark_doubles
from pipeline.chrome.edges import mark_edges
from pipeline.chrome.glued import mark_glued
from pipeline.chrome.listing import listing
from pipeline.chrome.numbers import mark_counted
from pipeline.chrome.origins import mark_bylines, mark_origins, mark_stamps
from pipeline.chrome.shapes import mark_counters, mark_shapes
from pipeline.chrome.sheet import Sheet, marked, read
from pipeline.chrome.way import mark_way
from pipeline.records import Page
from pipeline.rules.chrome import ChromeRule, ChromeRules, RuleSet


def strip(page: Page, rules: ChromeRules) -> Page:
    """Return `page` with its chrome marked; `dropped_by` says why it is no article."""
    sheet = sheet_of(page, rules)
    reason = mark(sheet)
    page = marked(page, sheet)
    return replace(page, dropped_by=reason.id) if reason else page


def sheet_of(page: Page, rules: ChromeRules) -> Sheet:
    """Return the lines of `page`, marked ones too, and the rule sets of its site."""
    return read(page, sets_of(page, rules), rules.variants)


def sets_of(page: Page, rules: ChromeRules) -> tuple[RuleSet, ...]:
    """Return the rule sets that hold on `page`: its site's first."""
    return rules.for_host(_host(page))


def mark(sheet: Sheet) -> ChromeRule | None:
    """Mark the sheet's lines; return the rule by which the page is no article, if any."""
    reason = list_page(sheet) or listing(sheet)
    mark_cards(sheet)
    mark_doubles(sheet)
    if sheet.markup:
        mark_outside(sheet)
        mark_beside(sheet)
    else:
        mark_glued(sheet)
        mark_code(sheet)
        mark_counted(sheet)
    mark_way(sheet)
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

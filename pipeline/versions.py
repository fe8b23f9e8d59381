"""One address crawled several times → which of its versions stands for it.

In: articles with address and time of the crawl. Out: those that another replaces, and why. Never:
an article replaced by what is no article, or by one that is not known to be newer: a page that
answers with an error today was there yesterday.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.records import Found

#: The same bytes from the same address again; an older crawl of an address.
REPEATED = "repeated"
SUPERSEDED = "superseded"

_SECONDS = 19  # characters of a time, without its zone


@dataclass(frozen=True, slots=True)
class Replaced:
    """What replaces an article: the id of the page, and `REPEATED` or `SUPERSEDED`."""

    by: str
    reason: str


def address_of(url: str) -> str:
    """Return what addresses of one page have in common: no scheme, no place in the page.

    A `#` that a script reads an address behind is kept.

    >>> address_of("https://www.Example.gov.cn/a.html#top")
    'www.example.gov.cn/a.html'
    """
    rest = url.partition("://")[2]
    page, _, part = rest.partition("#")
    host, slash, path = page.partition("/")
    host = host.lower().removesuffix(":80").removesuffix(":443")
    return host + (slash or "/") + path + (f"#{part}" if part[:1] in ("/", "!") else "")


def shared(pages: Iterable[Found]) -> frozenset[str]:
    """Return the names of the pages whose address another page has too."""
    addresses = [(address_of(page.url), page.name) for page in pages if page.url]
    counts = Counter(address for address, _ in addresses)
    return frozenset(name for address, name in addresses if counts[address] > 1)


def replaced(articles: Iterable[tuple[Found, str]]) -> dict[str, Replaced]:
    """Return what replaces articles, by their names; `articles` come in order, with their ids."""
    groups: dict[str, list[tuple[Found, str]]] = defaultdict(list)
    for found, page in articles:
        groups[address_of(found.url)].append((found, page))
    return {name: by for group in groups.values() for name, by in _replaced(group)}


def _replaced(group: list[tuple[Found, str]]) -> Iterable[tuple[str, Replaced]]:
    newest = max(found.fetched for found, _ in group)
    stands: dict[str, Found] = {}
    for found, page in group:
        if not _is_older(found.fetched, newest):
            stands.setdefault(page, found)
    last = next(page for page, found in stands.items() if found.fetched == newest)
    for found, page in group:
        if page not in stands:
            yield found.name, Replaced(last, SUPERSEDED)
        elif stands[page] is not found:
            yield found.name, Replaced(page, REPEATED)


def _is_older(one: str, other: str) -> bool:
    """Return whether a time is known to be before another; the finer one may lie in the other."""
    length = min(len(one), len(other), _SECONDS)
    return one[:length] < other[:length]

"""clean-corpus: scraped Chinese policy pages in, text and tables that people can trust out.

    file ─read→ RawPage ─parse→ Page ─strip→ Page ─tables→ Page ─normalize→ Page
         Page ─fold, shingle, sign→ Signature ─bands→ candidate ─verify→ Match ─cluster→ Cluster
         Page + Cluster ─publish→ cleaned/

`pipeline/flow.py` has the steps in order. The functions here are for other programs; each loads
what it needs when it is first called, so that importing the package costs nothing.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pipeline.records import Match, Page, Provenance, RawPage, Table

if TYPE_CHECKING:
    from pipeline.rules import Rules

__all__ = ["clean", "decode", "find_matches", "normalize", "rebuild_tables", "strip"]


def decode(body: bytes, declared: str = "") -> str:
    """Return the text of a page's bytes, whatever charset was `declared` for them.

    A byte order mark is believed first, then valid UTF-8, then the declared charset or the one a
    `<meta>` names (read as its superset: gb2312 as gb18030), then the likelier of those two.
    """
    from pipeline.parse import decode

    return decode(body, declared)


def strip(body: bytes | str, url: str = "") -> Page:
    """Return the page decoded and parsed, its chrome marked; HTML or flattened text.

    `PageError` when it holds no text at all.
    """
    from pipeline.chrome import strip
    from pipeline.parse import parse

    rules = _rules()
    return strip(parse(_raw(body, url), rules.metadata), rules.chrome)


def clean(body: bytes | str, url: str = "") -> Page:
    """Return the page after the whole flow: chrome marked, tables rebuilt, text normalized.

    `PageError` when it holds no text at all.
    """
    from pipeline.flow import clean

    return clean(_raw(body, url), _rules())


def normalize(text: str) -> str:
    """Return `text` in the house style, one block a line; twice equals once."""
    from pipeline.spelling import normalize_text

    return normalize_text(text, _rules().spelling)


def rebuild_tables(body: bytes | str, url: str = "") -> tuple[Table, ...]:
    """Return the tables of a page, from markup or from flattened lines; () where it has none."""
    from pipeline.flow import clean

    return clean(_raw(body, url), _rules()).tables


def find_matches(texts: Mapping[str, str]) -> list[Match]:
    """Return every related pair among `texts` (ids → bodies), sorted, with `a` before `b`.

    The order of `texts` makes no difference.
    """
    from pipeline.dedup import find_matches

    return find_matches(texts)


def _raw(body: bytes | str, url: str) -> RawPage:
    data = body.encode("utf-8", "replace") if isinstance(body, str) else body
    return RawPage(url, data, "", Provenance(url or "-"))


def _rules() -> "Rules":
    from pipeline.rules import built_in_rules

    return built_in_rules()

"""Entries → lines that look like chrome and no rule took: what a reader may write a rule for.

In: every page once, in the order of the paths. Out: short lines of articles that are no sentences,
no headings by their number, no title and nothing that was read as metadata, and that either

- stand on three articles of one site or more, and on a twentieth of its articles at least, where
  the site is known; or
- were taken out of two other pages or more, by a rule of chrome, in the same words.

Words are the same where letters and digits are, and one digit is as good as another: 共3页 and
共5页 are one line. Copies of an article count once, as the copy that is kept. Never: a line dropped
or changed by this; more in memory than some thirty bytes a short line, and the text of those that
were met twice.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np

from pipeline.paths import UNKNOWN
from pipeline.publish.entries import Entry
from pipeline.records import Page
from pipeline.toml import read_toml

# Characters of a line; letters and digits that are left of it when it is folded.
_LONGEST, _LEAST = 30, 2
# Articles of a site on which a line recurs, and of how many of them it does at least.
_ARTICLES, _SHARE = 3, 20
_TAKING = ("chrome.", "site.")
_SENTENCE = re.compile("[。！？；，!?;,]|[…、]$")
_FOLDED = re.compile(r"[\W_]+")
_DIGIT = re.compile(r"\d")
# Bits of the table that says whether a line was met before: of a million lines one in seventeen
# is taken for met, and its text kept for nothing.
_BITS = 24


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A line of `page`; on how many articles of `site` it stands; who took it elsewhere.

    `text` is as one of the pages has it. `rule` is that which took it first, "" where none did, and
    `taken` counts the pages on which it was taken.
    """

    text: str
    page: str
    line: int
    site: str
    articles: int
    rule: str
    taken: int


class Lookalikes:
    """Collects short lines, kept and taken out."""

    def __init__(self) -> None:
        self._articles: Counter[str] = Counter()
        self._sites: dict[str, int] = {}
        self._met = bytearray(1 << (_BITS - 3))
        self._gone = bytearray(1 << (_BITS - 3))
        self._texts: dict[int, str] = {}
        self._taken: dict[int, tuple[str, int, str]] = {}
        # Of each kept line: the line, its site, the page as a number, and where it stands there.
        self._kept = tuple(array(kind) for kind in "QIQI")

    def add(self, entry: Entry, site: str) -> None:
        """Take one page."""
        outcome = entry.outcome
        if not isinstance(outcome, Page) or entry.replaced:
            return
        for key, (rule, text) in _gone(outcome).items():
            if _again(self._gone, key):
                first, count, _ = self._taken.get(key, (rule, 1, ""))
                self._taken[key] = first, count + 1, text
        if entry.kept is not None:
            self._keep(entry.kept, site)

    def _keep(self, page: Page, site: str) -> None:
        self._articles[site] += 1
        number = self._sites.setdefault(site, len(self._sites))
        for key, (text, line) in _kept(page).items():
            if _again(self._met, key):
                self._texts.setdefault(key, text)
            values = (key, number, int(page.id, 16), line)
            for column, value in zip(self._kept, values, strict=True):
                column.append(value)

    def found(self, most: int) -> list[Lookalike]:
        """Return at most `most` lines, those that were taken out elsewhere most often first."""
        rows = [self._told(*group) for group in self._groups()]
        rows.sort(key=lambda row: (-row.taken, -row.articles, row.site, row.text))
        return rows[:most]

    def _groups(self) -> Iterator[tuple[int, str, int, int]]:
        """Yield the line, site, first place and articles of each that is to be told."""
        keys, sites = (np.asarray(column, np.uint64) for column in self._kept[:2])
        both = np.stack((keys, sites), axis=1)
        unique, first, counts = np.unique(both, axis=0, return_index=True, return_counts=True)
        names = list(self._sites)
        for (key, site), at, count in zip(unique.tolist(), first, counts, strict=True):
            if self._recurs(names[site], int(count)) or key in self._taken:
                yield key, names[site], int(at), int(count)

    def _recurs(self, site: str, count: int) -> bool:
        enough = max(_ARTICLES, self._articles[site] / _SHARE)
        return site != UNKNOWN and count >= enough

    def _told(self, key: int, site: str, at: int, count: int) -> Lookalike:
        rule, taken, text = self._taken.get(key, ("", 0, ""))
        page, line = f"{self._kept[2][at]:016x}", self._kept[3][at]
        return Lookalike(self._texts.get(key, text), page, line, site, count, rule, taken)


def _kept(page: Page) -> dict[int, tuple[str, int]]:
    """Return the short lines of a kept page that are nothing else, each once."""
    told = {origin.line for origin in page.origins}
    title = _fold(page.title)
    found: dict[int, tuple[str, int]] = {}
    for block in page.body:
        if block.kind in ("paragraph", "item") and block.line not in told:
            key = _key(block.text)
            if key and not _is_own(block.text, title):
                found.setdefault(key, (block.text, block.line))
    return found


def _is_own(text: str, title: str) -> bool:
    """Return whether a line is the folded title or a part of it, or a document's own."""
    return _fold(text) in title or bool(_own().match("".join(text.split())))


def _gone(page: Page) -> dict[int, tuple[str, str]]:
    """Return the short lines that rules of chrome took, each once, with the rule and the text."""
    taken = (block for block in page.blocks if block.dropped_by.startswith(_TAKING))
    return {key: (block.dropped_by, block.text) for block in taken if (key := _key(block.text))}


def _short(text: str) -> str:
    """Return a short line that is no sentence, folded; "" for any other.

    >>> _short("共 3 页"), _short("2021年5月18日"), _short("请按期办理。")
    ('共0页', '', '')
    """
    if len(text) > _LONGEST or _SENTENCE.search(text):
        return ""
    folded = _fold(text)
    letters = sum(c.isalpha() for c in folded)
    return folded if letters >= _LEAST and 2 * letters > len(folded) else ""


def _fold(text: str) -> str:
    return _DIGIT.sub("0", _FOLDED.sub("", text))


@lru_cache(1 << 16)  # the lines around articles are the same on all pages of a site
def _key(text: str) -> int:
    """Return what names a short line that is no sentence, 0 for any other."""
    folded = _short(text)
    name = blake2b(folded.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(name) | 1 if folded else 0


def _again(bits: bytearray, key: int) -> bool:
    """Return whether a line was met before, and note that it was met."""
    place, bit = key >> (64 - _BITS + 3), 1 << (key >> 1 & 7)
    met = bool(bits[place] & bit)
    bits[place] |= bit
    return met


@cache
def _own() -> re.Pattern[str]:
    """Return what matches lines that are a document's own."""
    return re.compile("|".join(read_toml(Path(__file__).with_suffix(".toml"))["own"]))

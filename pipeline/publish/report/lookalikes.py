"""Entries → lines that look like chrome and no rule took: what a reader may write a rule for.

In: every page once, some of them together. Out: short lines of articles that are no sentences, no
headings by their number, no title and nothing that was read as metadata, and that either

- stand on three articles of one site or more, and on a twentieth of its articles at least, where
  the site is known; or
- were taken out of two other pages or more, by a rule of chrome, in the same words.

Words are the same where letters and digits are, and one digit is as good as another: 共3页 and
共5页 are one line. Copies of an article count once, as the copy that is kept. Never: a line dropped
or changed by this; a choice that depends on which pages were looked at together; more in memory
than some thirty bytes a short line, and the texts of a few.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from pipeline.paths import UNKNOWN
from pipeline.publish.entries import Entry
from pipeline.records import Page, TakenOut
from pipeline.toml import read_toml

# Characters of a line; letters and digits that are left of it when it is folded.
_LONGEST, _LEAST = 30, 2
# Articles of a site on which a line recurs, and of how many of them it does at least.
_ARTICLES, _SHARE = 3, 20
_TAKING = ("chrome.", "site.")
_SENTENCE = re.compile("[。！？；，!?;,]|[…、]$")


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A line of `page`; on how many articles of `site` it stands; who took it elsewhere.

    `text` is as the page has it. `rule` is that which took it on the first of these pages, "" where
    none did, and `taken` counts the pages on which it was taken.
    """

    text: str
    page: str
    line: int
    site: str
    articles: int
    rule: str
    taken: int


class Lines(msgspec.Struct, frozen=True, array_like=True):
    """The short lines of some pages, in columns that are joined without being looked at.

    `kept` has a row a line of an article: what names the line, the page, the number of its site in
    `sites`, its place on the page; `texts` has the lines themselves. `gone` has a row a line that
    was taken out: its name, the first page, how many pages; `takers` has the rules. `articles`
    counts those of each site.
    """

    sites: tuple[str, ...] = ()
    articles: tuple[int, ...] = ()
    kept: bytes = b""
    texts: tuple[str, ...] = ()
    gone: bytes = b""
    takers: tuple[str, ...] = ()


_KEPT = np.dtype([("key", "<u8"), ("page", "<u8"), ("site", "<u4"), ("line", "<u4")])
_GONE = np.dtype([("key", "<u8"), ("page", "<u8"), ("count", "<u4")])


@dataclass(slots=True)
class Collector:
    """Collects the short lines of some pages, kept and taken out."""

    _articles: dict[str, int] = field(default_factory=dict)
    _kept: list[tuple[int, int, int, int]] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _gone: list[tuple[int, int]] = field(default_factory=list)
    _keys: list[int] = field(default_factory=list)
    _takers: list[str] = field(default_factory=list)

    def add(self, entry: Entry, site: str, dropped: Sequence[TakenOut]) -> None:
        """Take one page, of which `dropped` was taken out."""
        outcome = entry.outcome
        if not isinstance(outcome, Page) or entry.replaced:
            return
        page = int(outcome.id, 16)
        gone = _gone(dropped)
        self._gone.append((page, len(gone)))
        self._keys += gone
        self._takers += gone.values()
        if entry.kept is not None:
            self._articles[site] = self._articles.get(site, 0) + 1
            number = list(self._articles).index(site)
            for key, (text, line) in _kept(entry.kept).items():
                self._kept.append((key, page, number, line))
                self._texts.append(text)

    def lines(self) -> Lines:
        """Return all that was collected."""
        gone = np.empty(len(self._keys), _GONE)
        gone["key"] = self._keys
        pages = np.array(self._gone, np.uint64).reshape(-1, 2)
        gone["page"] = np.repeat(pages[:, 0], pages[:, 1].astype(np.int64))
        order = np.lexsort((gone["page"], gone["key"]))
        first = np.flatnonzero(_changes(gone["key"][order]))
        gone["count"][order[first]] = np.diff(np.append(first, len(order)))
        return Lines(
            tuple(self._articles),
            tuple(self._articles.values()),
            np.array(self._kept, _KEPT).tobytes(),
            tuple(self._texts),
            gone[order[first]].tobytes(),
            tuple(self._takers[at] for at in order[first].tolist()),
        )


class Lookalikes:
    """What the lines of all pages come to; `Lines` are opened again for the few that are told."""

    def __init__(self) -> None:
        self._sites: dict[str, int] = {}
        self._articles: list[int] = []
        self._kept: list[NDArray[np.void]] = []
        self._gone: list[NDArray[np.void]] = []

    def add(self, lines: Lines) -> None:
        """Take the lines of some pages; all that are given are numbered, from 0."""
        numbers = np.zeros(len(lines.sites), np.uint32)
        for at, (site, count) in enumerate(zip(lines.sites, lines.articles, strict=True)):
            numbers[at] = number = self._sites.setdefault(site, len(self._sites))
            self._articles.extend([0] * (len(self._sites) - len(self._articles)))
            self._articles[number] += count
        kept = np.frombuffer(lines.kept, _KEPT).copy()
        kept["site"] = numbers[kept["site"]]
        self._kept.append(kept)
        self._gone.append(np.frombuffer(lines.gone, _GONE))

    def found(self, most: int, opened: Callable[[int], Lines]) -> list[Lookalike]:
        """Return at most `most` lines, those that were taken out elsewhere most often first.

        `opened` returns once more what was given as number so and so.
        """
        taken = self._taken()
        rows = _joined(self._kept)
        order = np.lexsort((rows["page"], rows["site"], rows["key"]))
        rows = rows[order]
        first = np.flatnonzero(_changes(rows["key"]) | _changes(rows["site"]))
        counts = np.diff(np.append(first, len(rows)))
        groups = [
            _Group(int(rows["key"][at]), int(rows["site"][at]), int(count), int(order[at]))
            for at, count in zip(first, counts, strict=True)
            if self._recurs(int(rows["site"][at]), int(count)) or int(rows["key"][at]) in taken
        ]
        names = list(self._sites)
        groups.sort(
            key=lambda one: (
                -taken.get(one.key, (0, 0))[0],
                -one.articles,
                names[one.site],
                one.key,
            )
        )
        told = [self._told(group, taken, opened) for group in groups[:most]]
        return sorted(told, key=lambda row: (-row.taken, -row.articles, row.site, row.text))

    def _recurs(self, site: int, count: int) -> bool:
        enough = max(_ARTICLES, self._articles[site] / _SHARE)
        return count >= enough and site != self._sites.get(UNKNOWN)

    def _taken(self) -> dict[int, tuple[int, int]]:
        """Return, of lines taken out of several pages, on how many, and the row of the first."""
        order = np.lexsort((self._column("page"), self._column("key")))
        keys = self._column("key")[order]
        first = np.flatnonzero(_changes(keys))
        counts = np.add.reduceat(self._column("count")[order], first) if len(first) else first
        keys, several = keys[first], counts > 1
        values = zip(counts[several].tolist(), order[first][several].tolist(), strict=True)
        return dict(zip(keys[several].tolist(), values, strict=True))

    def _column(self, name: str) -> NDArray[Any]:
        """Return a column of all lines that were taken out: all of them at once are the most."""
        return np.concatenate([np.zeros(0, _GONE)[name], *(part[name] for part in self._gone)])

    def _told(
        self, group: "_Group", taken: dict[int, tuple[int, int]], opened: Callable[[int], Lines]
    ) -> Lookalike:
        part, at = _place(self._kept, group.row)
        row, text = self._kept[part][at], opened(part).texts[at]
        count, first = taken.get(group.key, (0, -1))
        rule = ""
        if count:
            part, at = _place(self._gone, first)
            rule = opened(part).takers[at]
        page, site = f"{int(row['page']):016x}", list(self._sites)[group.site]
        return Lookalike(text, page, int(row["line"]), site, group.articles, rule, count)


class _Group(NamedTuple):
    """A line on the articles of one site; `row` is that of the first of them, of all rows."""

    key: int
    site: int
    articles: int
    row: int


def _joined(parts: Sequence[NDArray[np.void]]) -> NDArray[np.void]:
    return np.concatenate(parts) if parts else np.zeros(0, _KEPT)


def _changes(column: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where a sorted column has another value than in the row before."""
    return np.concatenate(([True], column[1:] != column[:-1])) if len(column) else column != column


def _place(parts: Sequence[NDArray[np.void]], row: int) -> tuple[int, int]:
    """Return in which part a row of all of them lies, and where there."""
    ends = np.cumsum([len(part) for part in parts])
    part = int(np.searchsorted(ends, row, side="right"))
    return part, row - int(ends[part]) + len(parts[part])


def _kept(page: Page) -> dict[int, tuple[str, int]]:
    """Return the short lines of a kept page that are nothing else, each once."""
    told = {origin.line for origin in page.origins}
    title = _fold(page.title)
    found: dict[int, tuple[str, int]] = {}
    for block in page.body:
        if block.kind in ("paragraph", "item") and block.line not in told:
            key = len(block.text) <= _LONGEST and _key(block.text)
            if key and not _is_own(block.text, title):
                found.setdefault(key, (block.text, block.line))
    return found


def _is_own(text: str, title: str) -> bool:
    """Return whether a line is the folded title or a part of it, or a document's own."""
    return _fold(text) in title or bool(_own().match("".join(text.split())))


def _gone(dropped: Iterable[TakenOut]) -> dict[int, str]:
    """Return the short lines that rules of chrome took, each once, with the rule."""
    return {key: rule for _, text, rule in dropped if (key := _taken_key(text, rule))}


@lru_cache(1 << 14)  # the same lines are taken out of every page of a site
def _taken_key(text: str, rule: str) -> int:
    """Return what names a short line that a rule of chrome took, 0 for any other."""
    return _key(text) if len(text) <= _LONGEST and rule.startswith(_TAKING) else 0


def _short(text: str) -> str:
    """Return a short line folded; "" for a sentence, and where there are few letters.

    >>> _short("共 3 页"), _short("2021年5月18日"), _short("请按期办理。")
    ('共0页', '', '')
    """
    if _SENTENCE.search(text):
        return ""
    folded = _fold(text)
    letters = len(folded) - folded.count("0")
    return folded if letters >= _LEAST and 2 * letters > len(folded) else ""


def _fold(text: str) -> str:
    return text.translate(_FOLDING)


class _Folding(dict[int, str | None]):
    """Letters as they are, 0 for digits and what counts like them, nothing for all else."""

    def __missing__(self, code: int) -> str | None:
        """Note what becomes of a character that is met first."""
        character = chr(code)
        shown = character if character.isalpha() else "0"
        self[code] = folded = shown if character.isalnum() else None
        return folded


_FOLDING = _Folding()


def _key(text: str) -> int:
    """Return what names a short line that is no sentence, 0 for any other."""
    folded = _short(text)
    name = blake2b(folded.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(name) | 1 if folded else 0


@cache
def _own() -> re.Pattern[str]:
    """Return what matches lines that are a document's own."""
    return re.compile("|".join(read_toml(Path(__file__).with_suffix(".toml"))["own"]))

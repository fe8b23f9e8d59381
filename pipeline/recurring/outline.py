"""Page → the little of it that tells what recurs on its site.

In: a page whose chrome is marked, and the site it is of. Out: an `Outline`: the lines at its edges
and the clauses of its body, as numbers. Never: a text in it; a number that two sites share.

Clauses, not lines: the lines of a form differ in a name each, and are all alike. Figures in them
count for nothing: a bulletin is the same form every month.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from zlib import crc32

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from pipeline import kept
from pipeline.chrome.sheet import Line, Sheet, read, same_title
from pipeline.records import Page
from pipeline.rules.chrome import SHORT, ChromeRule, RuleSet

HEAD, TAIL = "head", "tail"
_EDGES = {HEAD: 8, TAIL: 16}  # lines looked at; below a body stands more than above it
_CLAUSES = 64  # of a longer body those with the smallest checksums stand for all
_CLAUSE = kept.pattern("[^,，、。！？；;:：!?\n]{4,}")
_FIGURE = kept.pattern(r"\d[\d.,]*")
_LONGEST = 65_535
_MARKS = "。！？；!?;."
_CUTS = ",、，"  # a line that ends so is a piece of a sentence
_CLOSING = "”’\"')）」』》】"  # may stand behind the mark

# What a line at an edge is. A weak line may be chrome where strong ones stand further in.
STRONG, WEAK, SENTENCE = range(3)
_EDGE = np.dtype([("digest", "<u8"), ("weight", "<u2"), ("kind", "u1")])
_BODY = np.dtype([("digest", "<u8"), ("weight", "<u2")])


@dataclass(frozen=True, slots=True)
class Outline:
    """What learning looks at of one page; `site` is "" for what it must leave alone.

    `head` and `tail` hold the lines from the edge inwards, up to the first that no page may lose,
    `clauses` those of the body's sentences, each once. `weight` counts the characters of the
    body, `mass` those of its sentences.
    """

    site: str = ""
    weight: int = 0
    mass: int = 0
    head: bytes = b""
    tail: bytes = b""
    clauses: bytes = b""


def edge(packed: bytes) -> "NDArray[np.void]":
    """Return the lines of an edge, or of many: `digest`, `weight` in characters, `kind`."""
    return np.frombuffer(packed, _EDGE)


def body(packed: bytes) -> "NDArray[np.void]":
    """Return the clauses of a body, or of many: `digest`, `weight` in characters."""
    return np.frombuffer(packed, _BODY)


def digest(site: str, where: str, text: str) -> int:
    """Return 64 bits that name a folded line of a site: at its `HEAD`, its `TAIL`, or anywhere."""
    data = f"{site}\n{where}\n{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")


def outline(page: Page, site: str, sets: tuple[RuleSet, ...], variants: str) -> Outline:
    """Return the outline of `page`; an empty one where site or rule are missing, or the body."""
    if not site or page.dropped_by or rule_of(sets) is None:
        return Outline()
    left = tuple(block for block in page.blocks if block.text and not block.dropped_by)
    sheet = read(replace(page, blocks=left), sets, variants)
    lines = sheet.lines
    sentences = [line.text for line in lines if _is_sentence(line)]
    return Outline(
        site,
        sum(len(line.text) for line in lines),
        sum(map(len, sentences)),
        _packed_edge(sheet, site, HEAD, lines),
        _packed_edge(sheet, site, TAIL, reversed(lines)),
        _packed_body(site, sentences),
    )


def rule_of(sets: Iterable[RuleSet]) -> ChromeRule | None:
    """Return the rule under whose id recurring lines are taken."""
    return next((rule for known in sets for rule, _ in known.of("recurring")), None)


def _packed_edge(sheet: Sheet, site: str, where: str, lines: Iterable[Line]) -> bytes:
    """Return the first of `lines` packed, up to one that is never taken."""
    found = []
    for line in islice(lines, _EDGES[where]):
        kind = kind_of(sheet, line)
        if kind is None:
            break
        weight = min(len(line.text), _LONGEST)
        found.append((digest(site, where, line.text), weight, kind))
    return np.array(found, _EDGE).tobytes()


def _packed_body(site: str, sentences: Iterable[str]) -> bytes:
    """Return the clauses packed, or of too many those with the smallest checksums."""
    clauses = set(_CLAUSE.findall(_FIGURE.sub("0", "\n".join(sentences)).replace(". ", "\n")))
    chosen = sorted((crc32(part.encode("utf-8", "surrogatepass")), part) for part in clauses)
    found = [(digest(site, "", part), min(len(part), _LONGEST)) for _, part in chosen[:_CLAUSES]]
    return np.array(found, _BODY).tobytes()


def kind_of(sheet: Sheet, line: Line) -> int | None:
    """Return what a line at an edge is; None for the title, a table, and what rules keep."""
    if line.block.kind == "table" or (sheet.title and same_title(line.text, sheet.title)):
        return None
    if len(line.text) > SHORT:
        return SENTENCE
    weak = False
    for rule, pattern in sheet.of("recurring"):
        if sheet.spares(rule, line):
            return None
        weak = weak or pattern.fullmatch(line.text) is not None
    if _is_sentence(line):
        return SENTENCE
    return WEAK if weak or line.block.kind == "heading" else STRONG


def _is_sentence(line: Line) -> bool:
    """Return whether the line is a sentence, however short, or a piece of one."""
    return line.prose or line.text.rstrip(_CLOSING).endswith((*_MARKS, *_CUTS)) or "。" in line.text

"""Document → what the page says of itself: title, days, source, names, numbers, address.

In: a document, its source and the metadata rules. Out: the fields found, "" or None where the page
does not say, and where each was read. Never the day of the visit, a copyright year or a day of the
body's own story: a day counts where a label, a <meta> or the byline says that it is the
publication's. Never the label beside an empty one for its value.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from pipeline import kept
from pipeline.parse.dates import read_date
from pipeline.parse.markup import Document
from pipeline.parse.surface import (
    Lines,
    Piece,
    Surface,
    bylines,
    first_paragraph,
    first_sentence,
    lay_out,
    leads,
)
from pipeline.parse.title import Heads, choose_title
from pipeline.records import Block, Origin
from pipeline.rules.metadata import Field, Finder, MetadataRules, Place, Round

#: The head of flattened text, in lines; and a line there that may be a title.
_HEAD = 12
_TITLE = kept.pattern(
    "(?!.{0,6}(?:标题|来源|作者|编辑|记者|时间|日期|电话|地址|位置|单位|机构|编号|文号|字号|分类|索引号)[:：])"
    "(?=.{5,60}$)[^>＞»。，；：:|]{3,60}(?:[：:][^>＞»。，；：:|]{3,60})?(?<![网报站道局厅])"
    "(?<!政府)(?<!公司)(?<!中心)(?<!大学)(?<!学院)(?<!医院)(?<!委员会)(?<!办公室)"  # who signs
)
_BYLINE = 60  # characters of one at most
_BRACKETS = ("(", "（")  # an issue, or a stage of the draft, between title and byline
_LINKED = 0.5  # of its characters: a link leads elsewhere
_BLANKS = kept.pattern(r"\s+")
_APART = kept.pattern(r"[\s、,，;；]+")

_TITLE_PLACES: tuple[Place, ...] = ("meta", "line")

Hit = tuple[Finder, Piece]


@dataclass(frozen=True, slots=True)
class Found:
    """What a page says of itself; `origins` tell where it says so."""

    title: str = ""
    published: date | None = None
    issued: date | None = None
    source: str = ""
    author: str = ""
    editor: str = ""
    issuer: str = ""
    document_number: str = ""
    index_number: str = ""
    url: str = ""
    origins: tuple[Origin, ...] = ()


_DAYS: tuple[Field, ...] = ("published", "issued")
_TEXTS: tuple[Field, ...] = (
    *("source", "author", "editor", "issuer", "document_number", "index_number"),
)
_ADDRESS: tuple[Field, ...] = ("url",)


def describe(document: Document, source: str, url: str, rules: MetadataRules) -> Found:
    """Return what `document`, read from `source` and found at `url`, says of itself."""
    surface, title = _surface(document, source, url, rules)
    found: dict[Field, Hit] = {"title": title} if title else {}
    days: dict[Field, date] = {}
    for field in _DAYS:
        dated = ((hit, read_date(hit[1].value)) for hit in hits(surface, field, rules))
        for hit, day in dated:
            if day:
                found[field], days[field] = hit, day
                break
    for field in (*_TEXTS, *(() if url else _ADDRESS)):
        for hit in hits(surface, field, rules):
            found[field] = hit
            break
    texts = {field: piece.value for field, (_, piece) in found.items()}
    return Found(
        title=texts.get("title", ""),
        published=days.get("published"),
        issued=days.get("issued"),
        source=texts.get("source", ""),
        author=names(texts.get("author", ""), rules),
        editor=names(texts.get("editor", ""), rules),
        issuer=organs(texts.get("issuer", "")),
        document_number=_BLANKS.sub("", texts.get("document_number", "")),
        index_number=_BLANKS.sub("", texts.get("index_number", "")),
        url=url or texts.get("url", ""),
        origins=tuple(
            Origin(field, finder.rule.id, piece.text, piece.line)
            for field, (finder, piece) in found.items()
        ),
    )


def hits(surface: Surface, field: Field, rules: MetadataRules) -> Iterator[Hit]:
    """Yield what the rules find for `field`, with the rule that found it, the most trusted first.

    Machine-written places come first, then the lines beside the title and the edges of paragraphs,
    then all lines, then the title, then the signature, then the address.
    """
    clocks, events = rules.of(field, "clock"), rules.of(field, "event")
    held = surface.lines.hits
    for at, finder in rules.plan.get(field, ()):
        if finder.keys and finder.keys.isdisjoint(held):
            continue
        for piece in _READERS[at](finder, surface):
            if not piece.value or any(clock.pattern.search(piece.text) for clock in clocks):
                continue
            if not any(event.pattern.search(piece.around) for event in events):
                yield finder, piece


def names(text: str, rules: MetadataRules) -> str:
    """Return the names in `text` parted by `、`, each once, without what the people are."""
    if not text:
        return ""
    found: dict[str, None] = {}
    single = ""
    for part in filter(None, map(str.strip, rules.between.split(text))):
        # 赵 培: a name of two characters is spread over the width of three.
        if len(part) == 1 and not single:
            single = part
            continue
        found[single + part] = None
        single = ""
    return "、".join((*found, single) if single else found)


def organs(text: str) -> str:
    """Return the organs in `text` parted by `、`."""
    return "、".join(filter(None, _APART.split(text)))


def title_above(blocks: tuple[Block, ...], rules: MetadataRules) -> Piece | None:
    """Return the line above the first byline, None where there is none that could be a title."""
    sources = rules.of("source", "line")
    days = (*rules.of("published", "line"), *rules.of("published", "byline"))
    for i, block in enumerate(blocks[1:_HEAD], 1):
        finders = (*sources, *days) if len(block.text) <= _BYLINE else sources
        if any(finder.pattern.search(block.text) for finder in finders):
            bracketed = i > 1 and blocks[i - 1].text.strip()[:1] in _BRACKETS
            above = blocks[i - 2 if bracketed else i - 1]
            text = above.text.strip()
            titled = above.links < _LINKED and _TITLE.fullmatch(text) is not None
            return Piece(text, text, above.line) if titled else None
    return None


def _surface(
    document: Document, source: str, url: str, rules: MetadataRules
) -> tuple[Surface, Hit | None]:
    """Return what the rules read of `document`, and its title."""
    blocks = document.blocks
    layout = lay_out(blocks, rules)
    metas: dict[str, list[str]] = {}
    for name, content in document.metas:
        metas.setdefault(name, []).append(content)
    surface = Surface(source, url, metas, layout.lines)
    heads = Heads(document)
    title = _title(heads, surface, rules)
    shown = title[1].value if title else ""
    at = heads.anchors(shown)
    paragraph = first_paragraph(blocks)
    body = first_sentence(blocks, at[0] + 1) if at else paragraph
    return replace(
        surface,
        bylines=dict.fromkeys(layout.of(bylines(blocks, at, max(0, body)))),
        body=layout.below(body),
        edges=(*leads(blocks, body), *layout.tails(body)) if body >= 0 else (),
        titles=[text for text in dict.fromkeys((shown, heads.element)) if text],
    ), title


def _title(heads: Heads, surface: Surface, rules: MetadataRules) -> Hit | None:
    """Return the title and the rule that found it."""
    metas, lines = (_titles(surface, rules, place) for place in _TITLE_PLACES)
    return choose_title(heads, rules, metas, lines, _above(heads, rules))


def _above(heads: Heads, rules: MetadataRules) -> Iterator[Hit]:
    """Yield the line above the byline, and the rule that says so."""
    for finder in rules.of("title", "above"):
        if above := title_above(heads.blocks, rules):
            yield finder, above


def _titles(surface: Surface, rules: MetadataRules, place: Place) -> Iterator[Hit]:
    """Yield the titles that rules of one place find."""
    for finder in rules.of("title", place):
        yield from ((finder, piece) for piece in _READERS[place](finder, surface) if piece.value)


def _from_metas(finder: Finder, surface: Surface) -> Iterator[Piece]:
    for wanted in finder.metas:
        for content in surface.metas.get(wanted, ()):
            text = f"{wanted}: {content}"
            if not finder.rule.find:
                yield Piece(content.strip(), text)
            elif match := finder.pattern.search(content):
                yield Piece(_value(match), text)


def _from_source(finder: Finder, surface: Surface) -> Iterator[Piece]:
    source, words = surface.source, finder.rule.words
    if not words or any(surface.holds(word) for word in words):
        for match in finder.pattern.finditer(source):
            line = source.count("\n", 0, match.start()) + 1
            yield Piece(_value(match), match[0], line)


def _from_lines(finder: Finder, surface: Surface) -> Iterator[Piece]:
    beside = surface.bylines
    numbers = surface.lines.holding(finder)
    return _read(finder, surface.lines, (line for line in numbers if line not in beside))


def _from_bylines(finder: Finder, surface: Surface) -> Iterator[Piece]:
    if not finder.keys:
        return _read(finder, surface.lines, surface.bylines)
    holding = set(surface.lines.holding(finder))
    return _read(finder, surface.lines, (line for line in surface.bylines if line in holding))


def _from_signatures(finder: Finder, surface: Surface) -> Iterator[Piece]:
    below = (line - 1 for line in surface.lines.holding(finder) if line > surface.body)
    return _read(finder, surface.lines, below)


def _read(finder: Finder, lines: Lines, numbers: Iterable[int]) -> Iterator[Piece]:
    for number in numbers:
        for match in lines.matches(finder, number):
            text, line = lines.around(match), lines.numbers[number]
            yield Piece(_value(match), text, line, lines.beside(match))


def _from_edges(finder: Finder, surface: Surface) -> Iterator[Piece]:
    for text, line in surface.edges:
        for match in finder.pattern.finditer(text):
            yield Piece(_value(match), text, line)


def _from_titles(finder: Finder, surface: Surface) -> Iterator[Piece]:
    for text in surface.titles:
        for match in finder.pattern.finditer(text):
            yield Piece(_value(match), text)


def _from_url(finder: Finder, surface: Surface) -> Iterator[Piece]:
    for match in finder.pattern.finditer(surface.url):
        yield Piece(_value(match), surface.url)


def _value(match: re.Match[str]) -> str:
    return match[match.lastindex or 0].strip()


_READERS: Mapping[Round, Callable[[Finder, Surface], Iterator[Piece]]] = {
    "meta": _from_metas,
    "source": _from_source,
    "beside": _from_bylines,
    "byline": _from_bylines,
    "edge": _from_edges,
    "line": _from_lines,
    "title": _from_titles,
    "signature": _from_signatures,
    "url": _from_url,
}

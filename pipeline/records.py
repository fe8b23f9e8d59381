"""The nouns. Small, frozen, picklable; a test writes one by hand.

After parsing a page is a tuple of blocks and no tree. The number and order of its blocks never
change again: a step marks a block (`dropped_by`), or respells it and says so in `changes`.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal

import msgspec

BlockKind = Literal["heading", "paragraph", "item", "table"]
Relation = Literal["same", "near", "contains", "contained", "overlaps", "template"]
Status = Literal["article", "duplicate", "not-an-article", "aside"]


class Noun(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """A noun. Stored and sent as its values alone, in their order: names would be half of it.

    Not a dataclass: a page is a hundred blocks, and a run makes, packs and unpacks each of them
    several times; that takes a frozen dataclass four times as long.
    """


class Provenance(Noun, frozen=True):
    """Where a page was read: `file` relative to raw/, and the place in it for archives.

    `fetched` is the time of the crawl as `read.times` writes it, "" where nothing tells it.
    """

    file: str
    member: str = ""
    offset: int | None = None
    fetched: str = ""


class RawPage(Noun, frozen=True):
    """A page as it lies on disk. `charset` is what a header claimed, often wrongly.

    `status` is that of the HTTP answer which brought it, 0 where none is known.
    """

    url: str
    body: bytes
    charset: str
    provenance: Provenance
    status: int = 0


class Found(Noun, frozen=True):
    """A page in raw/: the file it lies in, its size in bytes, what it holds, what `stat` said.

    `file` is quoted as `paths.quote` does; `sha256` is "" where the file could not be read.
    `name` is 16 hex digits that name all that shapes the page. In an archive `member` says in
    words which record it is, `number` its rank, and `inner`, `start`, `skip` how to get there
    (as `read.record.Place`). `reason` and `message` say why a record cannot be read.
    """

    file: str
    size: int
    sha256: str
    stat: bytes = b""
    name: str = ""
    member: str = ""
    inner: str = ""
    number: int = 0
    start: int = 0
    skip: int = 0
    url: str = ""
    fetched: str = ""
    reason: str = ""
    message: str = ""


class Cell(Noun, frozen=True):
    """One `<td>` or `<th>`; rows and columns count from 0, lines inside are parted by newlines."""

    row: int
    column: int
    text: str
    rowspan: int = 1
    colspan: int = 1
    header: bool = False


class Block(Noun, frozen=True):
    """A heading, paragraph, list item or table; the unit that rules look at.

    `path` tells where it stood in the markup ("" for flattened text), `links` the share of its
    characters inside links, 0.0 to 1.0. `line` counts from 1 in the decoded source. A table's
    `text` has one row a line, cells parted by tabs. A block whose text became "" was joined to
    the one before it (see `Page.changes`).
    """

    kind: BlockKind
    text: str
    path: str = ""
    links: float = 0.0
    cells: tuple[Cell, ...] = ()
    line: int = 0
    dropped_by: str = ""


class Change(Noun, frozen=True):
    """One respelling by one rule.

    `before` starts at character `start` of block `block` as it stood after all earlier changes
    of the page; `after` takes its place. Where `before` runs past the end of the block, each
    newline in it steps into the next block that is not "" (that is how two paragraphs become
    one): the first block receives `after`, the others become "".
    """

    block: int
    rule: str
    before: str
    after: str
    start: int = 0


class Doubt(Noun, frozen=True):
    """A cell that can be read otherwise; `row` and `column` count from 0 in `Table.rows`.

    `shares` holds the confidence of each of the other `readings`, 0.0 to 1.0, in their order; with
    `Table.confidence_at` of the cell they give 1.0 or less.
    """

    row: int
    column: int
    readings: tuple[str, ...]
    why: str
    shares: tuple[float, ...] = ()


class Table(Noun, frozen=True):
    """A rebuilt table, strings as on the page; an empty cell is "".

    `header` has one name a column: `group_leaf` for a merged header, `name(一级)`, `name(二级)`
    for a name that spans two columns. Every row has as many cells as the header. `block` is the
    index of the page's block that holds its lines, `lines` the line of the source on which each
    row begins (as `Block.line`; () where none is known).

    `confidence` names the cells that are not certain: (row, column, share from 0.0 to 1.0), in
    reading order. A category, parent or name carries how sure its lines were parted so.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    unit: str = ""
    block: int = 0
    lines: tuple[int, ...] = ()
    confidence: tuple[tuple[int, int, float], ...] = ()

    def confidence_at(self, row: int, column: int) -> float:
        """Return how sure the cell is that stands there, 1.0 where nothing speaks against it."""
        shares = (share for at, along, share in self.confidence if (at, along) == (row, column))
        return next(shares, 1.0)


class Refused(Noun, frozen=True):
    """A table that was seen and not rebuilt: its lines stay in the text as they are.

    `block` is the index of the block it begins with, `line` that of the source, `text` its first
    line, `why` says what speaks against it.
    """

    block: int
    line: int
    text: str
    why: str


# Line, text and rule of a block that was taken out.
TakenOut = tuple[int, str, str]


class Dropped(Noun, frozen=True):
    """A block that was taken out, as `dropped.jsonl` shows it."""

    line: int
    text: str
    rule: str


class Origin(Noun, frozen=True):
    """Where a field of a page was read: `rule` found it in `text`, on `line` of the source.

    `text` is the line or table row as it stands, `name: content` of a <meta>, or an address;
    `line` counts from 1, and is 0 for what has none.
    """

    field: str
    rule: str
    text: str
    line: int = 0


class Page(Noun, frozen=True):
    """A page in the flow. `id` is 16 hex digits; `dropped_by` names why it is no article.

    What the page says of itself is "" or None where it does not say: `published` is the day it
    went on line, `issued` the day its document bears; `author` and `editor` are names parted by
    `、`; `issuer` is the organ that issued the document. `origins` tells where each was read.
    """

    id: str
    url: str
    blocks: tuple[Block, ...]
    provenance: Provenance
    title: str = ""
    published: date | None = None
    source: str = ""
    document_number: str = ""
    changes: tuple[Change, ...] = ()
    tables: tuple[Table, ...] = ()
    dropped_by: str = ""
    issued: date | None = None
    author: str = ""
    editor: str = ""
    issuer: str = ""
    index_number: str = ""
    origins: tuple[Origin, ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def is_article(self) -> bool:
        """Return whether a body was found; when False, `dropped_by` says why not."""
        return not self.dropped_by

    @property
    def text(self) -> str:
        """Return the body as published, one block or table row a line; "" for no article."""
        return "\n".join(block.text for block in self.body)

    @property
    def body(self) -> Iterator[Block]:
        """Return the blocks that are published, in reading order."""
        if self.dropped_by:
            return iter(())
        return (block for block in self.blocks if block.text and not block.dropped_by)

    @property
    def facts(self) -> tuple[tuple[str, Origin], ...]:
        """Return each value that the page says of itself, as text, and where it was read."""
        return tuple((str(getattr(self, origin.field)), origin) for origin in self.origins)

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """Return what was taken out, block by block, with the rule that took it."""
        return tuple(Dropped(*one) for one in self.taken_out)

    @property
    def taken_out(self) -> list[TakenOut]:
        """Return what was taken out as plain tuples: a run asks for a hundred of each page."""
        whole = self.dropped_by
        return [
            (block.line, block.text, rule)
            for block in self.blocks
            if block.text and (rule := block.dropped_by or whole)
        ]


class Aside(Noun, frozen=True):
    """A page that could not be read or cleaned: `reason` is a code, `message` the mend."""

    id: str
    provenance: Provenance
    reason: str
    message: str


Outcome = Page | Aside


class Signature(Noun, frozen=True):
    """MinHash of one body: `values` holds 128 little-endian uint32, `shingles` counts 5-grams."""

    page: str
    values: bytes
    shingles: int


#: Bytes of the name of a text.
NAME = 16


class Gist(Noun, frozen=True):
    """What the search for duplicates knows of a text without reading it again.

    `text` names it as it is spelled, `folded` what is left of it after folding (b"" where that is
    too short to match anything); both are `NAME` bytes of BLAKE2. `values` are those of its
    `Signature`, `sketch` holds the little-endian uint64 hashes of `containment.sketch`.
    """

    text: bytes
    folded: bytes
    values: bytes
    sketch: bytes


class Disagreement(Noun, frozen=True):
    """A sentence that two related pages share, but for its numbers."""

    sentence_a: str
    sentence_b: str
    figures_a: tuple[str, ...]
    figures_b: tuple[str, ...]


class Verdict(Noun, frozen=True):
    """What comparing two texts came to: a `Match` that does not say which pages carry them."""

    relation: Relation
    jaccard: float
    containment: tuple[float, float]
    figures: float
    passages: tuple[str, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()


class Match(Noun, frozen=True):
    """Two pages, truly compared. Relations are those of CONTRACT.md, read from `a` to `b`.

    `jaccard` and both `containment` shares (of a in b, of b in a) are exact, 0.0 to 1.0, over
    folded character 5-grams. `figures` is the share of numbers in shared contexts that agree,
    1.0 where there are none. `passages` are the longest shared ones.
    """

    a: str
    b: str
    relation: Relation
    jaccard: float
    containment: tuple[float, float]
    figures: float
    passages: tuple[str, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()


class Cluster(Noun, frozen=True):
    """Pages that carry one body. `members` holds all of them, `canonical` too; `why` it was it."""

    canonical: str
    members: tuple[str, ...]
    why: str

    @classmethod
    def alone(cls, page: str) -> "Cluster":
        """Return that of a page without a copy."""
        return cls(page, (page,), "the only copy")

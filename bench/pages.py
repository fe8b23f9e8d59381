"""Chinese pages as government and news sites have them, any number, each with what must come out.

In: a number. Out: the same page for it every time: bytes in its site's encoding, its body, the
family it is a copy in. Never: a word of a real page; pages that tests depend on.

    python -m bench.pages                         # what 600 of them are
    python -m bench.pages FOLDER --pages 20000    # written as a raw/, gold in FOLDER.gold.jsonl
    python -m bench.pages FOLDER --flat           # as flattened text, in FOLDER/pages.jsonl

Ten pages in a row tell of four or five things: a report, its mirror on another site, an edited copy
and a digest of it; a notice and the same form filled in for another place; a table; a list of
headlines, which is no article; two more articles. Every twentieth ten is one text that ten sites
carry. Copies have other frames, menus and encodings than what they copy. Whoever wrote these
pages knew the rules of the pipeline: a figure on them tells of speed, and of quality beside a peer.
"""

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from html import unescape
from pathlib import Path

import numpy as np
import opencc

from bench._floors import hold
from bench._prose import WORDS, Draw, Grid, Prose
from bench._sites import SITES, Content, Site, page, site

TEN, MIRRORED = 10, 20
_TEXT = WORDS["text"]
_SHOWN = 600

#: Where one block ends and the next begins, for whoever flattens a page without knowing it.
_SILENT = re.compile(r"<(script|style|select)\b.*?</\1\s*>|<!--.*?-->", re.S | re.I)
_BREAK = re.compile(
    r"</?(?:p|div|li|tr|td|th|h\d|br|title|table|ul|dl|dt|dd|section)\b[^>]*>", re.I
)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Gold:
    """What must come of a page: its body, a paragraph a line; pages of one family are copies.

    `text` is "" for what is no article. It is without the title, which may come out above it.
    """

    file: str
    kind: str
    family: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Made:
    """A page: its markup, the bytes it is stored as, and what must come of it."""

    markup: str
    body: bytes
    gold: Gold


def make(n: int) -> Made:
    """Return page number `n`."""
    where = site(_site(n))
    kind = _kind(n)
    content = _MAKERS[kind](n)
    markup = page(where, content)
    text = "\n".join(_told(content))
    if where.encoding.startswith("big5"):
        markup = _to_traditional().convert(markup)
    year, month, day = content.day
    column = WORDS["markup"]["infos"][n % 4]
    file = f"{where.host}/{column}/{year}{month:02}/t{year}{month:02}{day:02}_{n:07}.html"
    gold = Gold(file, kind, _family(n, kind), content.title, text)
    return Made(markup, markup.encode(where.encoding, "xmlcharrefreplace"), gold)


def flatten(markup: str) -> str:
    """Return a page as those flatten it who know nothing of it: every line of its text."""
    text = _TAG.sub("", _BREAK.sub("\n", _SILENT.sub("", markup)))
    lines = (" ".join(line.split()) for line in unescape(text).splitlines())
    return "\n".join(filter(None, lines))


def write(folder: Path, numbers: range) -> None:
    """Write pages below `folder`, a folder a site, and their gold beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    with _gold_file(folder).open("w", encoding="utf-8") as golds:
        for made in map(make, numbers):
            file = folder / made.gold.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(made.body)
            golds.write(json.dumps(asdict(made.gold), ensure_ascii=False) + "\n")


def write_flat(folder: Path, numbers: range) -> None:
    """Write pages as flattened text, one JSON object a line, in one file, and their gold."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        _gold_file(folder).open("w", encoding="utf-8") as golds,
        (folder / "pages.jsonl").open("w", encoding="utf-8") as file,
    ):
        for made in map(make, numbers):
            row = {"url": f"http://{made.gold.file}", "text": flatten(made.markup)}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            golds.write(json.dumps(asdict(made.gold), ensure_ascii=False) + "\n")


def read_gold(folder: Path) -> dict[str, Gold]:
    """Return what must come of the pages that were written to `folder`, by their files."""
    lines = _gold_file(folder).read_text("utf-8").splitlines()
    return {gold.file: gold for gold in (Gold(**json.loads(line)) for line in lines)}


def _gold_file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.gold.jsonl")


# What pages tell ----------------------------------------------------------------------------------


def _kind(n: int) -> str:
    return "carried" if n // TEN % MIRRORED == MIRRORED - 1 else _KINDS[n % TEN]


def _family(n: int, kind: str) -> str:
    """Return the name of those that carry one text."""
    ten = n // TEN
    if kind == "carried":
        return f"{ten}"
    return f"{ten}" if kind in _COPIES else f"{ten}{kind}" if kind != "list" else ""


def _site(n: int) -> int:
    """Return the site of a page: some sites have many pages, and copies lie on others."""
    share = Draw(3, n // TEN).below(10_000) / 10_000
    return (int(SITES * share * share) + 37 * (n % TEN)) % SITES


def _prose(n: int, part: int, facts: int = 0) -> Prose:
    """Return who writes part `part` of the ten that `n` is in."""
    return Prose(Draw(1, n // TEN, part), Draw(2, n // TEN, part, facts))


def _content(n: int, prose: Prose, lines: list[str], title: str = "") -> Content:
    # What stands around the body is another writer's: it differs where the body is the same.
    around = Prose(Draw(4, n), Draw(5, n))
    return Content(n, title or lines[0], lines[1:] if not title else lines, prose.day(), around)


def _article(n: int, part: int, middle: float, most: int) -> tuple[Prose, list[str]]:
    prose = _prose(n, part)
    length = prose.words.length(middle, 0.8, most)
    return prose, [prose.title(), *prose.body(length)]


@lru_cache(maxsize=4)
def _report(ten: int) -> tuple[Prose, tuple[str, ...]]:
    prose, lines = _article(ten * TEN, 0, 7, 60)
    return prose, tuple(lines)


def _make_report(n: int) -> Content:
    prose, lines = _report(n // TEN)
    return _content(n, prose, list(lines))


def _make_edited(n: int) -> Content:
    """Return a copy with a word exchanged in places, a sentence more, and whose it is."""
    prose, lines = _report(n // TEN)
    draw = Draw(6, n)
    verbs = _TEXT["verbs"]
    body = (line.replace(draw.pick(verbs), draw.pick(verbs), 1) for line in lines[1:])
    copied = _TEXT["copied"].format(site=prose.city)
    return _content(n, prose, [lines[0], *body, copied])


def _make_digest(n: int) -> Content:
    """Return a text of another hand that holds a sentence of every third paragraph."""
    prose, lines = _report(n // TEN)
    own = _prose(n, 3)
    parts = [line.partition("。")[0] + "。" for line in lines[2::3]]
    said = [_TEXT["digest"].format(title=lines[0]), *parts, own.paragraph(), own.paragraph()]
    return _content(n, prose, said, own.title())


def _make_notice(n: int) -> Content:
    return _content(n, *_article(n, 4, 3, 12))


def _make_form(n: int) -> Content:
    """Return the notice as another place has it: the same words, other names and figures."""
    prose = _prose(n, 4, facts=1)
    length = prose.words.length(3, 0.8, 12)
    return _content(n, prose, [prose.title(), *prose.body(length)])


def _make_table(n: int) -> Content:
    prose, lines = _article(n, 6, 2, 8)
    made = _content(n, prose, lines)
    grid = prose.grid(5 + prose.words.below(40))
    return Content(made.number, made.title, made.lines, made.day, made.prose, grid)


def _make_list(n: int) -> Content:
    prose = _prose(n, 7)
    name = WORDS["chrome"]["sections"][n // TEN % 40]
    return Content(n, name, (), prose.day(), Prose(Draw(4, n), Draw(5, n)), links=True)


def _make_article(n: int) -> Content:
    return _content(n, *_article(n, n % TEN, 9, 90))


_MAKERS: dict[str, Callable[[int], Content]] = {
    "report": _make_report,
    "mirror": _make_report,
    "carried": _make_report,
    "edited": _make_edited,
    "digest": _make_digest,
    "notice": _make_notice,
    "form": _make_form,
    "table": _make_table,
    "list": _make_list,
    "article": _make_article,
    "story": _make_article,
}
_KINDS = tuple(kind for kind in _MAKERS if kind != "carried")
_COPIES = ("report", "mirror", "edited")


def _told(content: Content) -> Iterator[str]:
    """Yield the lines that must come out."""
    yield from content.lines
    if isinstance(content.grid, Grid):
        yield content.grid.title
        yield from ("\t".join(row) for row in content.grid.rows)
        yield content.grid.note


@lru_cache(maxsize=1)
def _to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


# What they are ------------------------------------------------------------------------------------


def described(count: int) -> dict[str, float | None]:
    """Return sizes, shares and the pages made a second, of `count` pages."""
    start = time.process_time()
    pages = [make(n) for n in range(count)]
    spent = time.process_time() - start
    sizes = np.array([len(made.body) for made in pages]) / 1000
    bodies = [len(made.gold.text) for made in pages if made.gold.text]
    sites: list[Site] = [site(_site(n)) for n in range(count)]
    encodings = Counter(one.encoding for one in sites)
    families = Counter(made.gold.family for made in pages if made.gold.family)
    figures: dict[str, float | None] = {
        "mean_kb": float(sizes.mean()),
        "median_kb": float(np.median(sizes)),
        "largest_kb": float(sizes.max()),
        "characters_of_body": float(np.mean(bodies)),
        "sites": len({one.host for one in sites}),
        "share_of_copies": sum(size - 1 for size in families.values()) / count,
        "made_a_second": count / spent,
    }
    return figures | {f"share_{name}": times / count for name, times in encodings.items()}


def main() -> int:
    """Write pages, or say what they are; return 1 when that lies under a floor."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path, nargs="?")
    arguments.add_argument("--pages", type=int, default=_SHOWN)
    arguments.add_argument("--first", type=int, default=0)
    arguments.add_argument("--flat", action="store_true")
    told = arguments.parse_args()
    numbers = range(told.first, told.first + told.pages)
    if told.folder is None:
        return hold("pages", described(told.pages))
    (write_flat if told.flat else write)(told.folder, numbers)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The whole job beside datatrove, Data-Juicer and the floor, on the same pages in one run.

In: pages made by bench/pages.py. Out: a table: pages a second by the clock and by the processor,
most memory of all processes together, quality. Exit 1 when a figure lies under its floor in
floors.toml, `[whole]`. Two processes each; what a peer is told stands in `_datatrove.py` and
`_juicer.yaml`. Each has its own environment, which `make bench` makes; where one is missing, the
bench says so and goes on. On pages as scraped: ours, datatrove, and the floor, which reads, parses
with lexbor and writes Parquet. On flattened pages: ours and Data-Juicer, which knows no HTML.

Quality, from what each publishes: `text` is the F1 of 4-grams of the best text published of a
family of copies (0 where none is), on average; `copies` the F1 of pages taken out as copies, where
all of a family but one are; `lost` counts families of which nothing was published, `junk` pages
published that are no articles.

    python -m bench.whole --pages 20000
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from csv import DictReader
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from rich.console import Console
from rich.table import Table

from bench._floors import hold
from bench._score import text_f1
from bench._watch import Cost, FailedError, run
from bench.pages import Gold, make, read_gold, write, write_flat

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PAGES, WORKERS = 1000, 2
_WARCS = 8
_DATATROVE = ROOT / ".venv-datatrove" / "bin" / "python"
_JUICER = ROOT / ".venv-juicer" / "bin" / "python"


@dataclass(frozen=True, slots=True)
class Published:
    """What came of the pages: texts by their files, and the files taken out as copies."""

    texts: Mapping[str, str]
    copies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Result:
    """What one program did with `pages` pages."""

    pages: int
    cost: Cost
    text: float | None = None
    copies: float | None = None
    lost: int = 0
    junk: int = 0


@dataclass(frozen=True, slots=True)
class Peer:
    """A program: its command, for input and output, what it published, and where it is installed.

    `flat`: it is given flattened pages. `published` is None where nothing is cleaned.
    """

    name: str
    flat: bool
    command: Callable[[Path, Path], list[str | Path]]
    published: Callable[[Path, Mapping[str, Gold]], Published] | None
    python: Path = Path(sys.executable)


# Who takes part ----------------------------------------------------------------------------------


def _ours(raw: Path, out: Path) -> list[str | Path]:
    start: list[str | Path] = [sys.executable, "-m", "pipeline", "run", "--raw", raw]
    return [*start, "--cleaned", out, "--workers", str(WORKERS)]


def _floor(raw: Path, out: Path) -> list[str | Path]:
    return [sys.executable, HERE / "_floor.py", raw, out, str(WORKERS)]


def _datatrove(raw: Path, out: Path) -> list[str | Path]:
    return [_DATATROVE, HERE / "_datatrove.py", _warcs(raw), out, str(WORKERS)]


def _juicer(raw: Path, out: Path) -> list[str | Path]:
    return [
        *(_JUICER, _JUICER.with_name("dj-process"), "--config", HERE / "_juicer.yaml"),
        *("--dataset_path", raw / "pages.jsonl", "--export_path", out / "kept.jsonl"),
        *("--np", str(WORKERS)),
    ]


def _by_us(out: Path, _gold: Mapping[str, Gold]) -> Published:
    texts, copies = dict[str, str](), set[str]()
    with (out / "ledger.csv").open(encoding="utf-8", newline="") as file:
        for row in DictReader(file):
            page = _file(row["url"]) if row["member"] else unquote(row["raw"])
            if row["status"] == "article":
                texts[page] = (out / row["text"]).read_text("utf-8")
            elif row["status"] == "duplicate":
                copies.add(page)
    return Published(texts, frozenset(copies))


def _by_datatrove(out: Path, _gold: Mapping[str, Gold]) -> Published:
    kept, removed = (
        list(_rows(sorted((out / name).glob("*.jsonl")))) for name in ("kept", "removed")
    )
    texts = {_file(row["metadata"]["url"]): row["text"] for row in kept}
    return Published(texts, frozenset(_file(row["metadata"]["url"]) for row in removed))


def _by_juicer(out: Path, gold: Mapping[str, Gold]) -> Published:
    """Return what it kept; it does not say why it took something out, most of it are copies."""
    texts = {_file(row["url"]): row["text"] for row in _rows([out / "kept.jsonl"])}
    return Published(texts, frozenset(gold.keys() - texts.keys()))


PEERS = (
    Peer("ours", flat=False, command=_ours, published=_by_us),
    Peer("datatrove", flat=False, command=_datatrove, published=_by_datatrove, python=_DATATROVE),
    Peer("floor", flat=False, command=_floor, published=None),
    Peer("ours, flattened", flat=True, command=_ours, published=_by_us),
    Peer("Data-Juicer", flat=True, command=_juicer, published=_by_juicer, python=_JUICER),
)


def _file(url: str) -> str:
    return url.removeprefix("http://")


def _rows(files: Iterable[Path]) -> Iterable[dict[str, Any]]:
    for file in files:
        with file.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


# Pages --------------------------------------------------------------------------------------------


def _warcs(raw: Path) -> Path:
    return raw.with_name(f"{raw.name}-warc")


def write_warcs(raw: Path, numbers: range) -> None:
    """Write the pages as WARC files beside `raw`, which is how datatrove reads pages."""
    folder = _warcs(raw)
    folder.mkdir(parents=True, exist_ok=True)
    files = [(folder / f"{n:02}.warc").open("wb") for n in range(_WARCS)]
    for n in numbers:
        made = make(n)
        answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + made.body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:page:{n}>\r\n"
            f"WARC-Target-URI: http://{made.gold.file}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
            "WARC-Identified-Payload-Type: text/html\r\n"
            "Content-Type: application/http; msgtype=response\r\n"
            f"Content-Length: {len(answer)}\r\n\r\n"
        )
        files[n % _WARCS].write(head.encode() + answer + b"\r\n\r\n")
    for file in files:
        file.close()


def prepare(folder: Path, count: int) -> dict[bool, Path]:
    """Write the pages below `folder`; return where they lie, flattened or not."""
    numbers = range(count)
    places = {False: folder / f"html{count}", True: folder / f"flat{count}"}
    if not places[False].exists():
        write(places[False], numbers)
        write_warcs(places[False], numbers)
    if not places[True].exists():
        write_flat(places[True], numbers)
    return places


# Measures -----------------------------------------------------------------------------------------


def judge(found: Published, gold: Mapping[str, Gold]) -> tuple[float, float, int, int]:
    """Return the F1 of texts and of copies, how many families are lost, how much is no article."""
    best: dict[str, float] = {one.family: 0.0 for one in gold.values() if one.text}
    for file, text in found.texts.items():
        one = gold[file]
        if one.text:
            best[one.family] = max(best[one.family], text_f1(one.text, text, one.title))
    sizes = Counter(one.family for one in gold.values() if one.text)
    taken = Counter(gold[file].family for file in found.copies)
    right = sum(min(taken[family], size - 1) for family, size in sizes.items())
    wanted = sum(size - 1 for size in sizes.values())
    copies = 2 * right / (wanted + len(found.copies)) if wanted + len(found.copies) else 1.0
    lost = sum(score == 0.0 for score in best.values())
    junk = sum(not gold[file].text for file in found.texts)
    return sum(best.values()) / len(best), copies, lost, junk


def measure(peer: Peer, raw: Path, out: Path) -> Result | None:
    """Return what a program does; None where it is not installed or fails, which is said."""
    if not peer.python.exists():
        print(f"{peer.name} is passed over: {peer.python} is missing")
        return None
    gold = read_gold(raw)
    try:
        cost = run(peer.command(raw, out), out.with_suffix(".log"), {"PYTHONPATH": str(ROOT)})
    except FailedError as error:
        print(f"{peer.name} is passed over: {error}")
        return None
    if peer.published is None:
        return Result(len(gold), cost)
    return Result(len(gold), cost, *judge(peer.published(out, gold), gold))


def figures(results: Mapping[str, Result | None]) -> dict[str, float | None]:
    """Return what the floors hold: ratios of pages a second, and quality above a peer's."""
    held: dict[str, float | None] = {}
    pairs = (("ours", "datatrove"), ("ours, flattened", "Data-Juicer"), ("ours", "floor"))
    for us, them in pairs:
        ours, theirs = results.get(us), results.get(them)
        name = them.lower().replace("-", "_")
        both = (ours.cost, theirs.cost) if ours and theirs else None
        held[f"times_{name}"] = both[1].seconds / both[0].seconds if both else None
        held[f"cpu_times_{name}"] = both[1].cpu / both[0].cpu if both else None
        if them != "floor":
            for kind in ("text", "copies"):
                above = getattr(ours, kind) - getattr(theirs, kind) if both else None
                held[f"{kind}_above_{name}"] = above
    for name, ours in (("", results.get("ours")), ("flat_", results.get("ours, flattened"))):
        held[f"{name}text"] = ours.text if ours else None
        held[f"{name}copies"] = ours.copies if ours else None
        held[f"{name}share_of_700_mb"] = 700 / ours.cost.peak if ours and ours.cost.peak else None
    return held


def show(results: Mapping[str, Result | None]) -> None:
    """Print what each did."""
    names = ("", "pages/s", "seconds", "CPU seconds", "CPU ms a page", "MB", "text", "copies")
    table = Table(*names, "lost", "junk")
    for name, result in results.items():
        if result is None:
            table.add_row(name, "not measured here")
            continue
        cost, pages = result.cost, result.pages
        table.add_row(
            name,
            f"{pages / cost.seconds:,.1f}",
            f"{cost.seconds:,.1f}",
            f"{cost.cpu:,.1f}",
            f"{1000 * cost.cpu / pages:.2f}",
            f"{cost.peak:,.0f}",
            "" if result.text is None else f"{result.text:.3f}",
            "" if result.copies is None else f"{result.copies:.3f}",
            f"{result.lost}",
            f"{result.junk}",
        )
    Console(width=110).print(table)


def main() -> int:
    """Print both tables; return 1 when a figure lies under its floor."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--pages", type=int, default=PAGES)
    arguments.add_argument("--keep", type=Path, help="where pages and outputs stay")
    arguments.add_argument("--only", nargs="*", default=[peer.name for peer in PEERS])
    told = arguments.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        folder = told.keep or Path(spare)
        places = prepare(folder, told.pages)
        results: dict[str, Result | None] = {}
        for number, peer in enumerate(PEERS):
            if peer.name in told.only:
                out = Path(tempfile.mkdtemp(prefix=f"out{number}-", dir=folder)) / "out"
                results[peer.name] = measure(peer, places[peer.flat], out)
        show(results)
        return hold("whole", figures(results))


if __name__ == "__main__":
    sys.exit(main())

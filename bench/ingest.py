"""What a run costs that finds little or nothing new, and what the memory of many pages is.

In: short pages made here, a file each. Out: a table: the first run over them with two workers, one
with nothing to do, one after ten new pages came, publication included; then what a run holds in
memory for each page that it remembers, from feeds of many lines that are found and never cleaned.
Exit 1 when a figure lies under its floor in floors.toml, `[ingest]`: what is allowed (2 s and 8 s
for a hundred thousand files, 1 KB a page) as a multiple of what was spent, by the processor.

    python -m bench.ingest --files 100000 --entries 1000000 --keep FOLDER
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench._floors import hold
from bench._watch import Cost, clean
from pipeline.config import Config
from pipeline.paths import Paths
from pipeline.run.job import Asked
from pipeline.run.opening import open_job
from tests.dedup_texts import report

ROOT = Path(__file__).resolve().parents[1]
FILES, ENTRIES, NEW, WORKERS = 1_000, 50_000, 10, 2
_FOLDER = 500  # files
_LINES = 1_000  # of a feed
_NOTHING, _FEW, _ENTRY = 2.0, 8.0, 1024  # seconds, seconds, bytes: what is allowed
_PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>
<body><div class="nav"><a href="/">首页</a><a href="/zwgk/">政务公开</a></div>
<h1>{title}</h1><div class="info">发布日期：{day}</div>
<div class="article">{body}</div></body></html>
"""


@dataclass(frozen=True, slots=True)
class Held:
    """What a process held that opened a run over so many pages: bytes at most, and its seconds."""

    entries: int
    memory: int
    seconds: float


def write(raw: Path, numbers: Iterable[int]) -> None:
    """Write pages below `raw`: every twentieth carries the text of another."""
    for n in numbers:
        title, *lines = report(n - 7 if n % 20 == 19 else n, paragraphs=4)
        body = "".join(f"<p>{line}</p>" for line in lines)
        file = raw / f"www.site{n % 40:02}.example.gov.cn" / f"{n // _FOLDER:04}" / f"{n}.html"
        file.parent.mkdir(parents=True, exist_ok=True)
        day = f"20{n % 14 + 10}-{n % 12 + 1:02}-{n % 28 + 1:02}"
        file.write_text(_PAGE.format(title=f"{title}第{n}号", day=day, body=body), "utf-8")


def write_feeds(raw: Path, lines: int) -> None:
    """Write so many pages below `raw`, many a file."""
    raw.mkdir(parents=True, exist_ok=True)
    for start in range(0, lines, _LINES):
        with (raw / f"{start:09}.jsonl").open("w", encoding="utf-8") as feed:
            for n in range(start, min(start + _LINES, lines)):
                row = {"url": f"https://www.example.gov.cn/art/{n}.html", "text": f"第{n}页"}
                feed.write(json.dumps(row, ensure_ascii=False) + "\n")


def runs(folder: Path, files: int) -> dict[str, Cost]:
    """Return what three runs over so many files cost: the first, one for nothing, one for ten."""
    raw, cleaned = folder / f"raw{files}", folder / f"cleaned{files}"
    if not raw.exists():
        write(raw, range(files))
    costs = {name: clean(raw, cleaned, WORKERS) for name in ("first", "nothing to do")}
    write(raw, range(files, files + NEW))
    return {**costs, f"{NEW} new pages": clean(raw, cleaned, WORKERS)}


def held(folder: Path, entries: int) -> Held:
    """Return what a process holds that knows so many pages, and finds them as they were."""
    raw = folder / f"feeds{entries}"
    if not raw.exists():
        write_feeds(raw, entries)
        time.sleep(2)  # files as young as that would be looked into again
    for _ in range(2):  # the first reads the feeds, and remembers what is in them
        command = [sys.executable, "-m", "bench.ingest", "--open", str(raw)]
        done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    memory, seconds = json.loads(done.stdout)
    return Held(entries, memory, seconds)


def opened(raw: Path) -> tuple[int, float]:
    """Open a run in this process; return the most bytes that it held, and processor seconds."""
    begun = time.process_time()
    paths = Paths(raw, raw.with_name(f"{raw.name}-cleaned"))
    job = open_job(paths, Config(), lambda _stage, _pages: None, Asked())
    job.store_scan()
    unit = 1 if sys.platform == "darwin" else 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return most, time.process_time() - begun


def show(files: int, costs: dict[str, Cost], known: Iterable[Held]) -> None:
    """Print what each run cost, and what is held."""
    table = Table("run", "seconds", "CPU seconds", "MB", title=f"{files:,} files")
    for name, cost in costs.items():
        table.add_row(name, f"{cost.seconds:,.1f}", f"{cost.cpu:,.2f}", f"{cost.peak:,.0f}")
    entries = Table("pages known", "MB", "CPU seconds to find them unchanged")
    for one in known:
        entries.add_row(f"{one.entries:,}", f"{one.memory / 1e6:,.0f}", f"{one.seconds:.2f}")
    for shown in (table, entries):
        Console(width=100).print(shown)


def figures(costs: dict[str, Cost], known: tuple[Held, Held]) -> dict[str, float | None]:
    """Return what the floors hold."""
    few, many = known
    bytes_each = (many.memory - few.memory) / (many.entries - few.entries)
    first, nothing, new = (cost.cpu for cost in costs.values())
    return {
        "allowed_times_nothing_to_do": _NOTHING / nothing,
        "allowed_times_new_pages": _FEW / new,
        "first_times_nothing_to_do": first / nothing,
        "bytes_a_page_known": bytes_each,
        "allowed_times_bytes": _ENTRY / bytes_each,
    }


def main() -> int:
    """Print the tables; return 1 when a figure lies under its floor."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--files", type=int, default=FILES)
    arguments.add_argument("--entries", type=int, default=ENTRIES)
    arguments.add_argument("--keep", type=Path, help="where pages and outputs stay")
    arguments.add_argument("--open", type=Path, help=argparse.SUPPRESS)
    told = arguments.parse_args()
    if told.open:
        sys.stdout.write(json.dumps(opened(told.open)))
        return 0
    with tempfile.TemporaryDirectory() as spare:
        folder = told.keep or Path(spare)
        folder.mkdir(parents=True, exist_ok=True)
        costs = runs(folder, told.files)
        known = held(folder, told.entries // 10), held(folder, told.entries)
    show(told.files, costs, known)
    return hold("ingest", figures(costs, known))


if __name__ == "__main__":
    sys.exit(main())

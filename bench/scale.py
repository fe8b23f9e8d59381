"""What a page costs in a small corpus and in a large one, and what runs cost after the first.

In: pages made by bench/pages.py. Out: a table: for each size the whole job with two workers, a
second run with nothing to do, and a third after ten new pages came; seconds by the clock and by the
processor, and the most memory of all processes together. Exit 1 when a figure lies under its floor
in floors.toml, `[scale]`: `growth` is what a page costs in the smallest corpus as a share of what
it costs in the largest, without what a run costs whatever it cleans; by the processor's time, which
others at work on the machine disturb least.

    python -m bench.scale --sizes 2000 20000 --keep FOLDER
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench._floors import hold
from bench._watch import Cost, clean
from bench.pages import make, write

SIZES, NEW, WORKERS = (300, 1200), 10, 2
#: Numbers of pages that no size reaches: what is new is new to every corpus.
_UNSEEN = 10_000_000


@dataclass(frozen=True, slots=True)
class Runs:
    """What three runs over one corpus cost: the first, one with nothing to do, one with ten new."""

    pages: int
    first: Cost
    again: Cost
    more: Cost


def measured(folder: Path, pages: int) -> Runs:
    """Return what runs over so many pages cost."""
    raw, cleaned = folder / f"raw{pages}", folder / f"cleaned{pages}"
    if not raw.exists():
        write(raw, range(pages))
    first, again = clean(raw, cleaned, WORKERS), clean(raw, cleaned, WORKERS)
    for n in range(_UNSEEN, _UNSEEN + NEW):
        made = make(n)
        file = raw / made.gold.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(made.body)
    return Runs(pages, first, again, clean(raw, cleaned, WORKERS))


def show(runs: Sequence[Runs]) -> None:
    """Print what each run cost."""
    names = ("pages", "run", "seconds", "pages/s", "CPU seconds", "CPU ms a page", "MB")
    table = Table(*names)
    for one in runs:
        costs = {"first": one.first, "nothing to do": one.again, f"{NEW} new pages": one.more}
        for name, cost in costs.items():
            table.add_row(
                f"{one.pages:,}" if name == "first" else "",
                name,
                f"{cost.seconds:,.1f}",
                f"{one.pages / cost.seconds:,.1f}" if name == "first" else "",
                f"{cost.cpu:,.1f}",
                f"{1000 * cost.cpu / one.pages:.2f}" if name == "first" else "",
                f"{cost.peak:,.0f}",
            )
    Console(width=100).print(table)


def figures(runs: Sequence[Runs]) -> dict[str, float | None]:
    """Return what the floors hold, of the smallest and the largest corpus."""
    small, large = runs[0], runs[-1]
    each = [(one.first.cpu - one.again.cpu) / one.pages for one in (small, large)]
    return {
        "growth": each[0] / each[1],
        "share_of_700_mb": 700 / large.first.peak if large.first.peak else None,
        "nothing_to_do_times_first": large.first.cpu / large.again.cpu,
        "new_pages_times_first": large.first.cpu / large.more.cpu,
    }


def main() -> int:
    """Print the table; return 1 when a figure lies under its floor."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    arguments.add_argument("--keep", type=Path, help="where pages and outputs stay")
    told = arguments.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        folder = told.keep or Path(spare)
        runs = [measured(folder, pages) for pages in sorted(told.sizes)]
    show(runs)
    return hold("scale", figures(runs))


if __name__ == "__main__":
    sys.exit(main())

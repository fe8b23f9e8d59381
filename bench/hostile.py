"""What hostile pages cost, and what twice the page costs: linear work doubles.

In: the pages of tests/hostile.py. Out: a table of those that cost most for their size, and of those
whose cost grows fastest; how fast the slowest is beside a usual page (as bytes a second), and the
share of kinds for which twice the page costs no more than 2.6 times as much. Exit 1 when a figure
lies under its floor in floors.toml, `[hostile]`.
"""

import contextlib
import sys
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

import pipeline
from bench._floors import hold, seconds
from bench.pages import make
from pipeline.errors import PageError
from tests.hostile import PAGES, Hostile

#: Below this the clock says nothing of growth (seconds), and no page is enlarged beyond that.
_NOTICED, _LARGEST = 0.02, 8_000_000
#: What doubling costs at most where work is linear, with what the clock and caches add.
_LINEAR, _SHOWN = 2.6, 15


@dataclass(frozen=True, slots=True)
class Cost:
    """What a page of `size` bytes cost (seconds), and how many times that one of twice its size."""

    name: str
    size: int
    spent: float
    growth: float


def cost(name: str, kind: Hostile) -> Cost:
    """Return what a kind costs, at a size at which the clock notices it."""
    n = kind.size // 2
    size, spent = once(kind, n)
    while spent < _NOTICED and size < _LARGEST:
        n *= 2
        size, spent = once(kind, n)
    twice = once(kind, 2 * n)[1]
    return Cost(name, size, spent, twice / spent if spent >= _NOTICED else 1.0)


def once(kind: Hostile, n: int) -> tuple[int, float]:
    """Return the bytes of the page and the least time of two."""
    page = kind.make(n)

    def work() -> None:
        with contextlib.suppress(PageError):
            pipeline.strip(page)

    return len(page.encode() if isinstance(page, str) else page), seconds(work, 2)


def main() -> int:
    """Print the table; return 1 when a figure lies under its floor."""
    ordinary = make(0).markup
    pipeline.strip(ordinary)
    usual = len(ordinary.encode()) / seconds(lambda: pipeline.strip(ordinary))
    costs = [cost(name, kind) for name, kind in PAGES.items()]
    slow = sorted(costs, key=lambda each: each.size / each.spent)[:_SHOWN]
    grown = sorted(costs, key=lambda each: -each.growth)[:_SHOWN]
    table = Table("page", "KB", "seconds", "MB/s", "cost of doubling", title="most for their size")
    for each in (*slow, *(one for one in grown if one not in slow)):
        table.add_row(
            each.name,
            f"{each.size / 1000:,.0f}",
            f"{each.spent:.2f}",
            f"{each.size / each.spent / 1e6:.2f}",
            f"{each.growth:.1f}",
        )
    Console(width=100).print(table)
    linear = sum(each.growth <= _LINEAR for each in costs)
    figures = {
        "slowest_beside_usual_page": slow[0].size / slow[0].spent / usual,
        "share_linear": linear / len(costs),
    }
    return hold("hostile", figures)


if __name__ == "__main__":
    sys.exit(main())

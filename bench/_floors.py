"""What the programs here share: processor time, and figures held against floors.toml.

In: named figures. Out: a table, and 1 where a figure lies under its floor. Never a floor moved.
"""

import time
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

_FILE = Path(__file__).with_name("floors.toml")


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """Return the least processor time of several runs of `work`."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def hold(section: str, figures: Mapping[str, float | None], unit: str = "value") -> int:
    """Print the figures beside the floors of `section`; return 1 when one lies under its floor.

    None is a figure that cannot be had here, for want of data or of a peer: it is said, no more.
    A floor without a figure is not reached.
    """
    floors: dict[str, float] = tomllib.loads(_FILE.read_text("utf-8")).get(section, {})
    table = Table("figure", unit, "floor", title=section)
    for name, value in figures.items():
        shown = "not measured here" if value is None else f"{value:,.3f}"
        table.add_row(name, shown, f"{floors[name]:,.3f}" if name in floors else "")
    Console(width=100).print(table)
    reached = {name: floors.get(name, 0.0) if v is None else v for name, v in figures.items()}
    under = [name for name, floor in floors.items() if reached.get(name, 0.0) < floor]
    for name in under:
        print(f"{name}: {reached.get(name, 0.0):.3f} is under its floor {floors[name]:.3f}")
    return 1 if under else 0

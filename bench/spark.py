"""The job on Spark by its steps: time, processor time, bytes shuffled, memory; growth, and skew.

    .venv/bin/python -m bench.spark 1000 2000 4000 --master 'local[2]'

In: numbers of pages. Out: a table a size, how each step grew beside the pages, and what pages that
are all alike cost beside pages that differ. Never part of `make bench`: it takes its time, and
says so where pyspark is missing.
"""

import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from tests.clusters import alike, different

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_GROWTH = 1.2
_SKEW = 2.0
_UNNAMED = "other jobs"
_BETWEEN = "driver, no job"


@dataclass(slots=True)
class Step:
    """What the jobs of one name came to."""

    seconds: float = 0.0
    cpu: float = 0.0
    shuffled: int = 0
    spilled: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What a whole run came to; `memory` is the most that all its processes held, in bytes."""

    steps: Mapping[str, Step]
    seconds: float
    cpu: float
    memory: int


@dataclass(slots=True)
class Watch:
    """Memory and processor time of this process and all below it, looked at now and then."""

    seen: list[tuple[float, float]] = field(default_factory=list)
    peak: int = 0
    _done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Look until told to stop."""
        while not self._done.wait(0.2):
            cpu, memory = _spent(os.getpid())
            self.seen.append((time.time(), cpu))
            self.peak = max(self.peak, memory)

    def stop(self) -> None:
        """Look no more."""
        self._done.set()

    def between(self, start: float, end: float) -> float:
        """Return the processor seconds that went by between two times."""
        inside = [cpu for when, cpu in self.seen if start - 0.2 <= when <= end + 0.2]
        # What a process spent that ended with its parent is seen no more: the most counts.
        return max(inside) - inside[0] if inside else 0.0


def _spent(process: int) -> tuple[float, int]:
    """Return processor seconds and bytes of memory of a process and all below it."""
    parents, rows = defaultdict[int, list[int]](list), dict[int, tuple[float, int]]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        number = int(stat.parent.name)
        parents[int(words[1])].append(number)
        rows[number] = sum(map(int, words[11:15])) / _TICKS, int(words[21]) * _PAGE
    waiting, cpu, memory = [process], 0.0, 0
    while waiting:
        one = waiting.pop()
        waiting += parents[one]
        cpu, memory = cpu + rows.get(one, (0, 0))[0], memory + rows.get(one, (0, 0))[1]
    return cpu, memory


class Quiet:
    """Progress that nobody looks at."""

    def begin(self, totals: Mapping[str, int]) -> None:
        """Say nothing."""

    def advance(self, stage: str, pages: int) -> None:
        """Say nothing."""


def measured(raw: Path, folder: Path, master: str) -> Run:
    """Return what the job on `raw` came to."""
    from pipeline.config import EngineConfig, read_config
    from pipeline.paths import Paths
    from pipeline.run.job import Asked
    from pipeline.run.session import run_once

    events = folder / "events"
    events.mkdir(parents=True)
    conf = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.dir": events.as_uri(),
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "3g",
        "spark.sql.shuffle.partitions": "8",
    }
    config = msgspec.structs.replace(read_config(None), engine=EngineConfig("spark", master, conf))
    watch = Watch()
    thread = threading.Thread(target=watch.run)
    thread.start()
    started = time.time()
    try:
        run_once(Paths(raw, folder / "cleaned"), config, Asked(), Quiet(), print)
    finally:
        watch.stop()
        thread.join()
    lasted = time.time() - started
    cpu = watch.between(started, started + lasted)
    found = steps(next(events.iterdir()), watch)
    in_jobs = [sum(getattr(step, name) for step in found.values()) for name in ("seconds", "cpu")]
    found[_BETWEEN] = Step(lasted - in_jobs[0], cpu - in_jobs[1])
    return Run(found, lasted, cpu, watch.peak)


def steps(log: Path, watch: Watch) -> dict[str, Step]:
    """Return what Spark wrote of its jobs, by their names."""
    found, names = defaultdict[str, Step](Step), dict[int, str]()
    begun: dict[int, tuple[str, float]] = {}
    for event in _events(log):
        kind = event["Event"]
        if kind == "SparkListenerJobStart":
            name = (event.get("Properties") or {}).get("spark.job.description", _UNNAMED)
            begun[event["Job ID"]] = name, event["Submission Time"] / 1000
            names |= dict.fromkeys(event["Stage IDs"], name)
        elif kind == "SparkListenerJobEnd":
            name, start = begun[event["Job ID"]]
            end = event["Completion Time"] / 1000
            found[name].seconds += end - start
            found[name].cpu += watch.between(start, end)
        elif kind == "SparkListenerTaskEnd" and (metrics := event.get("Task Metrics")):
            step = found[names[event["Stage ID"]]]
            step.shuffled += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
            step.spilled += metrics["Disk Bytes Spilled"]
    return dict(found)


def _events(log: Path) -> Iterator[dict[str, Any]]:
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def show(pages: int, run: Run) -> None:
    """Print what one run came to."""
    whole = f"{pages:,} pages: {run.seconds:.0f} s, CPU {run.cpu:.0f} s, {run.memory >> 20:,} MiB"
    table = Table(
        "step", "seconds", "CPU s", "CPU s/M pages", "shuffled B/page", "spilled", title=whole
    )
    for name, step in run.steps.items():
        a_million = step.cpu * 1e6 / pages
        table.add_row(
            name, f"{step.seconds:.1f}", f"{step.cpu:.1f}", f"{a_million:,.0f}",
            f"{step.shuffled / pages:,.0f}", f"{step.spilled:,}",
        )  # fmt: skip
    Console(width=100).print(table)


def growth(sizes: Sequence[int], runs: Sequence[Run]) -> None:
    """Print how much more each step worked than the pages grew, from the first size to the last.

    By processor time: what else the machine does is not in it.
    """
    table = Table("step", f"{sizes[0]:,} → {sizes[-1]:,}: times linear", title="growth")
    for name, first in runs[0].steps.items():
        last = runs[-1].steps.get(name, Step())
        if first.cpu <= 0 or name == _BETWEEN:  # what is left of the whole: it may be nothing
            continue
        times = last.cpu / first.cpu / (sizes[-1] / sizes[0])
        table.add_row(name, f"{times:.2f}{' above ' + str(_GROWTH) if times > _GROWTH else ''}")
    Console(width=100).print(table)


@click.command()
@click.argument("sizes", type=int, nargs=-1)
@click.option("--master", default="local[2]", show_default=True)
@click.option("--skew", type=int, default=0, help="So many pages, all alike, beside all different.")
def main(sizes: tuple[int, ...], master: str, skew: int) -> None:
    """Measure the job at SIZES, in pages."""
    if find_spec("pyspark") is None:
        print("pyspark is not installed: nothing was measured")
        return
    with tempfile.TemporaryDirectory() as place:
        runs = {pages: shown(different, pages, Path(place), master) for pages in sizes}
        if len(runs) > 1:
            growth(sizes, list(runs.values()))
        if skew:
            other = runs.get(skew) or shown(different, skew, Path(place), master)
            times = shown(alike, skew, Path(place), master).cpu / other.cpu
            print(f"{skew:,} pages of one text cost {times:.2f} times as much as different ones")
            sys.exit(times > _SKEW)


def shown(write: Callable[[Path, int], None], pages: int, place: Path, master: str) -> Run:
    """Return what the job came to on pages that `write` makes, and print it."""
    folder = place / f"{write.__name__}-{pages}"
    write(folder / "raw", pages)
    run = measured(folder / "raw", folder, master)
    show(pages, run)
    shutil.rmtree(folder)
    return run


if __name__ == "__main__":
    main()

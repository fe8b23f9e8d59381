"""Where the processor's time of a run goes, step by step.

In: pages made by bench/pages.py, or a folder. Out: a table of milliseconds a page and shares, most
first. One process does all that a run does; what travels between processes is packed and unpacked
as it would be. A step's time is its own, without that of the steps that it calls. With `--calls`
the functions that take most of one step follow.

    python -m bench.steps --pages 2000
    python -m bench.steps --raw FOLDER --calls publish
"""

import argparse
import cProfile
import pickle
import pstats
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from importlib import import_module
from inspect import isgeneratorfunction
from operator import itemgetter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.pages import write
from pipeline.config import Config, RunConfig
from pipeline.paths import Paths
from pipeline.run import job, session
from pipeline.run.job import Asked

PAGES, BATCH = 1000, 16
_CALLS = 40
REST = "all else"

#: Step → the functions, or methods `Class.method`, whose time is its.
STEPS: Mapping[str, Sequence[str]] = {
    "scan": ("pipeline.read.scan:scan", "pipeline.run.plan:write_scan"),
    "read": ("pipeline.read.page:read_page",),
    "decode": ("pipeline.parse.decode:decode",),
    "parse": ("pipeline.parse:parse",),
    "strip": ("pipeline.chrome.marks:strip",),
    "repeats": ("pipeline.dedup.repeats:drop_repeats",),
    "sites": (
        "pipeline.flow:outline",
        "pipeline.run.job:Job.learn",
        "pipeline.flow:drop_recurring",
    ),
    "tables": ("pipeline.tables:rebuild_tables",),
    "normalize": ("pipeline.spelling:normalize_page",),
    "signatures": ("pipeline.dedup.gist:make_gist",),
    "duplicates": ("pipeline.run.duplicates:detect",),
    "results: pack": ("pipeline.store.packed:pack",),
    "results: unpack": ("pipeline.store.packed:unpack", "pipeline.store.packed:read_outcomes"),
    "results: write": ("pipeline.store.packed:write_records", "pipeline.store.packed:write_packed"),
    "results: read": ("pipeline.store.packed:read_records", "pipeline.store.packed:read_packed"),
    "publish: join": ("pipeline.publish.entries:join", "pipeline.run.told:_entries"),
    "publish: rows": ("pipeline.publish.rows:Teller.row",),
    "publish: ledger": ("pipeline.publish.ledger:LedgerWriter.*",),
    "publish: jsonl": ("pipeline.publish.jsonl:JsonLinesWriter.*",),
    "publish: parquet": ("pipeline.publish.parquet:ParquetWriter.*",),
    "publish: text": ("pipeline.publish.text:TextWriter.*",),
    "publish: matches": ("pipeline.publish.matches:MatchesWriter.*",),
    "publish: dropped": ("pipeline.publish.dropped:DroppedWriter.*",),
    "publish: tables": ("pipeline.publish.tables:TablesWriter.*",),
    "publish: summary": ("pipeline.publish.summary:SummaryWriter.*",),
    "publish: report": (
        "pipeline.publish.report.chapter:ChapterTeller.add",
        "pipeline.publish.report:write",
    ),
    "publish: checksums": (
        "pipeline.publish.release:Checksums.look",
        "pipeline.publish.release:Checksums.write",
    ),
    "publish: turn": ("pipeline.publish.release:turn", "pipeline.run.job:Job.sweep"),
    "between processes": (),
}


class Clock:
    """Gives processor time to the step that is at work, and none to those that wait for it."""

    def __init__(self) -> None:
        self.spent = defaultdict[str, float](float)
        self.profiles: dict[str, cProfile.Profile] = {}
        self._steps = [REST]
        self._since = time.process_time()

    def begin(self, step: str) -> None:
        """Let `step` work until it ends or begins another."""
        self._note()
        if profile := self.profiles.get(self._steps[-1]):
            profile.disable()
        self._steps.append(step)
        if profile := self.profiles.get(step):
            profile.enable()

    def end(self) -> None:
        """Let the step work on that began the one that ends."""
        self._note()
        if profile := self.profiles.get(self._steps.pop()):
            profile.disable()
        if profile := self.profiles.get(self._steps[-1]):
            profile.enable()

    def _note(self) -> None:
        now = time.process_time()
        self.spent[self._steps[-1]] += now - self._since
        self._since = now

    def timed(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return `function`, whose time is given to `step`."""
        if isgeneratorfunction(function):
            return wraps(function)(lambda *args, **more: self._each(step, function(*args, **more)))

        @wraps(function)
        def call(*args: Any, **more: Any) -> Any:
            self.begin(step)
            try:
                return function(*args, **more)
            finally:
                self.end()

        return call

    def _each(self, step: str, items: Iterator[Any]) -> Iterator[Any]:
        nothing = object()
        while True:
            self.begin(step)
            try:
                item = next(items, nothing)
            finally:
                self.end()
            if item is nothing:
                return
            yield item


class OneProcess:
    """An engine without processes: what would travel is packed and unpacked all the same."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def map(
        self, function: Callable[[Any], Any], items: Sequence[Any], _failed: object
    ) -> Iterator[Any]:
        """Yield `function(item)` for each item."""
        for start in range(0, len(items), BATCH):
            _, batch = self._travel((function, items[start : start + BATCH]))
            yield from self._travel([function(item) for item in batch])

    def _travel(self, what: Any) -> Any:
        self._clock.begin("between processes")
        try:
            return pickle.loads(pickle.dumps(what, pickle.HIGHEST_PROTOCOL))
        finally:
            self._clock.end()

    def close(self) -> None:
        """Do nothing: no worker waits."""


def watch(clock: Clock) -> None:
    """Put the clock into every step, wherever the pipeline has a name for its function."""
    for step, places in STEPS.items():
        for place in places:
            module, _, name = place.partition(":")
            found = import_module(module)
            if "." not in name:
                _replace(getattr(found, name), clock.timed(step, getattr(found, name)))
                continue
            kind = getattr(found, name.partition(".")[0])
            method = name.partition(".")[2]
            for one in ("__init__", "add", "close") if method == "*" else (method,):
                setattr(kind, one, clock.timed(step, getattr(kind, one)))


def _replace(old: object, new: object) -> None:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "pipeline":
            for key, value in list(vars(module).items()):
                if value is old:
                    setattr(module, key, new)


def run(raw: Path, cleaned: Path, clock: Clock) -> int:
    """Clean `raw` in this process; return how many pages there were."""
    watch(clock)
    config = Config(run=RunConfig(workers=1))
    vars(job)["LocalEngine"] = lambda _workers, _timeout: OneProcess(clock)
    ended = session.run_once(Paths(raw, cleaned), config, Asked(), _Quiet(), print)
    clock.begin(REST)
    return int(ended.numbers["pages"])


class _Quiet:
    """Shows nothing."""

    def begin(self, totals: Mapping[str, int]) -> None:
        """Show nothing."""

    def advance(self, stage: str, pages: int) -> None:
        """Show nothing."""


def show(clock: Clock, pages: int) -> None:
    """Print the table."""
    table = Table("step", "seconds", "ms a page", "share")
    total = sum(clock.spent.values())
    for step, spent in sorted(clock.spent.items(), key=itemgetter(1), reverse=True):
        figures = (f"{spent:.2f}", f"{1000 * spent / pages:.3f}", f"{spent / total:.1%}")
        table.add_row(step, *figures)
    table.add_row("together", f"{total:.2f}", f"{1000 * total / pages:.3f}", "")
    Console(width=100).print(table)
    for step, profile in clock.profiles.items():
        print(f"\n{step}")
        pstats.Stats(profile).sort_stats("tottime").print_stats(_CALLS)


def main() -> int:
    """Print the table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--pages", type=int, default=PAGES)
    arguments.add_argument("--raw", type=Path)
    arguments.add_argument("--calls", nargs="*", default=[], choices=[*STEPS, REST])
    told = arguments.parse_args()
    clock = Clock()
    clock.profiles = {step: cProfile.Profile() for step in told.calls}
    with tempfile.TemporaryDirectory() as spare:
        raw = told.raw or Path(spare) / "raw"
        if told.raw is None:
            write(raw, range(told.pages))
        clock.begin(REST)
        clock.spent.clear()
        show(clock, run(raw, Path(spare) / "cleaned", clock))
    return 0


if __name__ == "__main__":
    sys.exit(main())

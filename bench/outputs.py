"""Which share of a whole run goes into writing what is published: files, report, checksums.

In: pages made by bench/pages.py. Out: a table; exit 1 when a figure lies under its floor in
floors.toml, `[outputs]`: 15 % of the processor's time of the whole run is allowed. The run is made
in this process, so that the time of each writer can be told; pages are cleaned in two others, whose
time counts too. What a run begins with (Python, rules, compiled kernels, Arrow) is a larger part of
a small one, and so is its share: of 2,000 pages it is a fifth more than of 20,000.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

from bench._floors import hold
from bench.pages import write
from pipeline import publish
from pipeline.config import Config, OutputsConfig, RunConfig
from pipeline.paths import Paths
from pipeline.run import job
from pipeline.run.account import Account
from pipeline.run.job import Asked
from pipeline.run.session import run_once

PAGES, WORKERS = 20_000, 2
_ALLOWED = 0.15
_WRITING: Mapping[str, object] = {
    "tell": Account,
    "publish_rows": job,
    "write_report": Account,
    "look": publish.Checksums,
}


class Silent:
    """Nobody watches."""

    def begin(self, totals: Mapping[str, int]) -> None:
        """Take no notice."""

    def advance(self, stage: str, pages: int) -> None:
        """Take no notice."""


@contextmanager
def timed(spent: dict[str, tuple[float, float]]) -> Iterator[None]:
    """Note what each of the writing functions takes: processor time, and time by the clock."""

    def watched(name: str, work: Callable[..., None]) -> Callable[..., None]:
        def run(*given: object, **named: object) -> None:
            clock, processor = time.monotonic(), _processor()
            work(*given, **named)
            known = spent.get(name, (0.0, 0.0))
            ended = _processor() - processor, time.monotonic() - clock
            spent[name] = known[0] + ended[0], known[1] + ended[1]

        return run

    with ExitStack() as stack:
        for name, home in _WRITING.items():
            stack.enter_context(patch.object(home, name, watched(name, getattr(home, name))))
        yield


def _processor() -> float:
    """Return the seconds of processor time of this process, and of those that it has waited for."""
    ended = os.times()
    return time.process_time() + ended.children_user + ended.children_system


def measured(folder: Path, formats: OutputsConfig) -> dict[str, float | None]:
    """Clean the pages of `folder`/raw; return seconds and shares."""
    spent: dict[str, tuple[float, float]] = {}
    config = Config(run=RunConfig(workers=WORKERS), outputs=formats)
    before, clock = os.times(), time.monotonic()
    with timed(spent):
        run_once(Paths(folder / "raw", folder / "cleaned"), config, Asked(), Silent(), print)
    after, wall = os.times(), time.monotonic() - clock
    processor = sum(after[:4]) - sum(before[:4])
    share = sum(one for one, _ in spent.values()) / processor
    return {
        **{f"{name}_seconds": one for name, (one, _) in spent.items()},
        "run_seconds_of_processor": processor,
        "share_of_processor": share,
        "share_of_clock": sum(two for _, two in spent.values()) / wall,
        "allowed_times_share": _ALLOWED / share,
    }


def main() -> int:
    """Print the table; return 1 when a figure lies under its floor."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--pages", type=int, default=PAGES)
    arguments.add_argument("--all", action="store_true", help="SQLite and bulk lines too")
    told = arguments.parse_args()
    wanted = (
        ("jsonl", "parquet", "text", "sqlite", "bulk") if told.all else OutputsConfig().articles
    )
    with tempfile.TemporaryDirectory() as spare:
        write(Path(spare) / "raw", range(told.pages))
        return hold("outputs", measured(Path(spare), OutputsConfig(articles=wanted)))


if __name__ == "__main__":
    sys.exit(main())

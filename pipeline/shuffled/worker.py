"""What an executor does with the pieces of work it is sent.

In: batches of rows, one a piece of work. Out: how many pages each had; the result itself lies in
the folder all executors share. Never: a page that costs its batch: each Python process of an
executor has a watched child, as a run on one machine has.
"""

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol
from uuid import uuid4

import pyarrow as pa

from pipeline.engines.local import LocalEngine
from pipeline.errors import EngineError
from pipeline.run import chunks, stages
from pipeline.run.stages import Settings
from pipeline.store import TEMPORARY, rename

Batches = Iterator[pa.RecordBatch]

_WORK = "work binary"
_DONE = "pages long"
_SCHEMA = pa.schema([("pages", pa.int64())])

# Pieces of work that the driver has packed at one time: a million pages.
_AT_ONCE = 2000

# One for the life of a Python process, which Spark uses for many tasks.
_ENGINES: dict[float, LocalEngine] = {}


class Function(Protocol):
    """What executors do with a piece of work; it travels with each task."""

    def begin(self) -> None:
        """Do what a task begins with."""
        ...

    def __call__(self, work: Any, /) -> int:
        """Do a piece of work; return how many pages it had."""
        ...


@dataclass(frozen=True, slots=True)
class _Each:
    """A function, done for each row of a task."""

    function: Function

    def __call__(self, batches: Batches) -> Batches:
        """Yield for each batch of work how many pages each piece had."""
        self.function.begin()
        for batch in batches:
            pages = [self.function(pickle.loads(one)) for one in batch.column(0).to_pylist()]
            yield pa.RecordBatch.from_arrays([pa.array(pages, pa.int64())], schema=_SCHEMA)


def shared_out(session: Any, work: Iterable[Any], function: Function) -> Iterator[int]:
    """Do all pieces of work, each a task; yield how many pages each had."""
    waiting = iter(work)
    while some := [(pickle.dumps(one),) for one in islice(waiting, _AT_ONCE)]:
        spread = session.sparkContext.parallelize(some, len(some))
        table = session.createDataFrame(spread, _WORK)
        done = table.mapInArrow(_Each(function).__call__, _DONE).collect()
        yield from (row.pages for row in done)


@dataclass(frozen=True, slots=True)
class Doing:
    """The function that does pieces of work; `code` names the code and rules of the driver."""

    settings: Settings
    timeout: float
    code: str

    def begin(self) -> None:
        """Do what each task begins with: nothing, for a process has its engine already."""

    def __call__(self, work: chunks.Work) -> int:
        """Do a piece of work; return how many pages it had."""
        engine = self._engine()
        if not work.is_done:  # a task that is tried again may have done a part
            _do_aside(work, self.settings, engine)
        return len(work.chunk.members)

    def _engine(self) -> LocalEngine:
        if self.timeout not in _ENGINES:
            check_code(self.settings, self.code)
            stages.load(self.settings)
            _ENGINES[self.timeout] = LocalEngine(1, self.timeout)
        return _ENGINES[self.timeout]


def check_code(settings: Settings, code: str) -> None:
    """Refuse to work with other code, rules or libraries than the driver's."""
    if stages.code(settings.rules) != code:
        message = (
            "an executor has another release of this package, of its rules or of a library than "
            "the driver. Give all of them one environment (docs/scale.md)"
        )
        raise EngineError(message)


def _do_aside(work: chunks.Work, settings: Settings, engine: LocalEngine) -> None:
    """Do the work under names of its own, then give the results theirs.

    Spark may do a task twice at one time: it takes an executor for lost that is only slow, or
    bets on the faster of two. Both come to the same result, but may not write into one file.
    """
    aside = work.under(f".{uuid4().hex}{TEMPORARY}")
    chunks.do(aside, settings, engine, _as_they_are)
    for made, wanted in ((aside.beside, work.beside), (aside.target, work.target)):
        if made and wanted:
            rename(made, wanted)


def _as_they_are(outcomes: Iterator[Any]) -> Iterator[Any]:
    return outcomes

"""What is told of pages → articles/ in Parquet, written by executors and named by the driver.

In: the files that hold the rows of each chunk, and the order of the pages. Out: files of articles
in that order, in a folder that no reader sees yet. Never: an article through the driver; a file in
its place before all are whole, or two of one task that was done twice.
"""

import pickle
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa

from pipeline.publish import Row
from pipeline.publish.parquet import Group, file_name, write_file
from pipeline.shuffled.parts import Run
from pipeline.shuffled.worker import Batches
from pipeline.store import TEMPORARY, make_folder, read_records, remove, rename

# Of one task. Enough that files are large, few enough that there are more tasks than executors.
PAGES = 20_000
_SMALL = 64 * 2**10  # bytes of a file that is read at once: of days on which few pages came

_WORK = "number long, work binary"
_DONE = "number long, name string, files long"
_SCHEMA = pa.schema([("number", pa.int64()), ("name", pa.string()), ("files", pa.int64())])


def write(session: Any, runs: Iterable[Run], folder: Path) -> None:
    """Write the articles of all `runs`, in their order, into `folder`/articles."""
    unnamed, named = folder / f"unnamed{TEMPORARY}", folder / "articles"
    rows = [(n, pickle.dumps(some)) for n, some in enumerate(_shared_out(runs, PAGES))]
    session.sparkContext.setJobDescription("articles")
    spread = session.sparkContext.parallelize(rows, max(1, len(rows)))
    writing = _Writing(unnamed.resolve())
    done = session.createDataFrame(spread, _WORK).mapInArrow(writing.__call__, _DONE).collect()
    made = [
        unnamed / row.name / file_name(n)
        for row in sorted(done, key=lambda row: row.number)
        for n in range(row.files)
    ]
    make_folder(named)
    for n, file in enumerate(made):
        rename(file, named / file_name(n))
    if not made:
        write_file(named / file_name(0), [])
    remove(unnamed)


def _shared_out(runs: Iterable[Run], pages: int) -> Iterator[list[Run]]:
    """Yield the runs in the lists that tasks are given, each of so many pages or fewer."""
    some: list[Run] = []
    room = pages
    for run in runs:
        start, end = run.start, run.end
        while end - start > room:
            some.append(Run(run.rows, start, start + room))
            yield some
            start, some, room = start + room, [], pages
        some.append(Run(run.rows, start, end))
        room -= end - start
    if some:
        yield some


@dataclass(frozen=True, slots=True)
class _Writing:
    """The function of executors."""

    folder: Path

    def __call__(self, batches: Batches) -> Batches:
        """Yield the folder that each task wrote, and how many files are in it."""
        for batch in batches:
            for number, work in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                name = uuid4().hex  # a task may be done twice at a time
                files = _written(pickle.loads(work), self.folder / name)
                columns = [pa.array([value]) for value in (number, name, files)]
                yield pa.RecordBatch.from_arrays(columns, schema=_SCHEMA)


def _written(runs: Sequence[Run], folder: Path) -> int:
    """Write the articles of `runs`; return into how many files, none where there is no article."""
    group, count = Group(), 0
    for article in _articles(runs):
        if group.add(article):
            write_file(folder / file_name(count), group.take())
            count += 1
    if rest := group.take():
        write_file(folder / file_name(count), rest)
        count += 1
    return count


def _articles(runs: Sequence[Run]) -> Iterator[bytes]:
    """Yield the articles of `runs`; a file is begun once, and small ones are not kept open."""
    last = {run.rows: n for n, run in enumerate(runs)}
    begun: dict[Path, tuple[Iterator[Row], int]] = {}
    for n, run in enumerate(runs):
        rows, at = begun.pop(run.rows) if run.rows in begun else (_opened(run.rows), 0)
        for row in islice(rows, run.start - at, run.end - at):
            if row.article:
                yield row.article
        if n < last[run.rows]:
            begun[run.rows] = rows, run.end


def _opened(file: Path) -> Iterator[Row]:
    rows = read_records(file, Row)
    return iter(list(rows)) if file.stat().st_size < _SMALL else rows

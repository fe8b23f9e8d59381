"""An address that Spark reads → raw/, which follows it from run to run.

In: the address of a folder (`s3a://`, `hdfs://`, `file://` …), and raw/ on a disk that driver and
executors share. Out: in raw/ every file there that a reader of ours opens, under its path, with its
time. Never: a file of raw/ replaced or removed that was not brought from there; half a file under
its name; a file brought again whose size and time are the same.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as fn

from pipeline.errors import ConfigError, DamagedError
from pipeline.read import NOTE, READERS, ending
from pipeline.shuffled.scratch import Scratch
from pipeline.shuffled.worker import Batches
from pipeline.store import (
    TEMPORARY,
    SyncedFile,
    make_folder,
    read_records,
    remove,
    rename,
    write_records,
)

# Of one job: what it asks for is named in its plan.
_FILES = 5000
# Of one batch of rows, which a Python process has in memory; it holds a file at least.
_BATCH_BYTES = 64 * 2**20
_BATCH = "spark.sql.execution.arrow.maxRecordsPerBatch"

_SCHEMA = pa.schema([("bytes", pa.int64())])
_GLOB = str.maketrans({letter: "\\" + letter for letter in "\\*?[]{}"})


@dataclass(frozen=True, slots=True)
class There:
    """What lies at the address: path below it, size in bytes, time in microseconds since 1970."""

    name: str
    size: int
    time: int


def follow(session: Any, address: str, raw: Path, record: Path) -> None:
    """Bring into `raw` what is new at `address`; remove what was brought and is gone there.

    `record` is the file that remembers what was brought. `ConfigError` where somebody else's file
    is in the way.
    """
    raw, base = raw.resolve(), _base(session, address)
    scratch = Scratch(session, record.with_name(f"{record.name}-listing{TEMPORARY}"))
    try:
        there = {one.name: one for one in _listed(scratch, base)}
    finally:
        scratch.clear()
    ours = _known(record)
    stale = [one for one in there.values() if not _is_here(raw, one)]
    _check(raw, address, {one.name for one in stale} - ours)
    gone = ours - there.keys()
    if not stale and not gone:
        return
    write_records(record, sorted(ours | there.keys()))  # so that a run that is killed leaves ours
    for start in range(0, len(stale), _FILES):
        _bring(session, base, stale[start : start + _FILES], raw)
    for name in gone:
        remove(raw / name)
    for left in raw.rglob(f".*{TEMPORARY}"):  # by tasks that were killed
        remove(left)
    write_records(record, sorted(there))


def _base(session: Any, address: str) -> str:
    """Return the address as Spark will say it."""
    context = session.sparkContext
    path = context._jvm.org.apache.hadoop.fs.Path(address)
    files = path.getFileSystem(context._jsc.hadoopConfiguration())
    return str(files.makeQualified(path).toString()).rstrip("/")


def _files(session: Any) -> Any:
    return session.read.format("binaryFile").option("recursiveFileLookup", "true")


def _listed(scratch: Scratch, base: str) -> Iterator[There]:
    """Yield the files at an address that a reader of ours opens, and their notes."""
    time = fn.unix_micros("modificationTime").alias("time")
    table = _files(scratch.session).load(base.translate(_GLOB)).select("path", "length", time)
    for row in scratch.rows(table, "listing"):
        name = _name(row["path"], base)
        if ending(name) in READERS or name.endswith(NOTE):
            yield There(name, row["length"], row["time"])


def _name(path: str, base: str) -> str:
    """Return the path of a file below the address."""
    name = path.removeprefix(f"{base}/")
    if name == path or not {"", ".", ".."}.isdisjoint(name.split("/")):
        message = f"engine.source: {path} does not lie below {base}. Name the folder itself"
        raise ConfigError(message)
    return name


def _known(record: Path) -> set[str]:
    """Return the names of all files that were brought; none, where that is not known any more."""
    try:
        return set(read_records(record, str)) if record.exists() else set()
    except DamagedError:
        return set()  # what is there as it is at the address is ours again; what is gone stays


def _check(raw: Path, address: str, new: set[str]) -> None:
    """Refuse to replace what was not brought."""
    for name in sorted(new):
        if (raw / name).is_symlink() or (raw / name).exists():
            message = (
                f"{raw / name}: was not brought from {address}, where a file has this name too. "
                "Use an empty RAW=dir"
            )
            raise ConfigError(message)


def _is_here(raw: Path, one: There) -> bool:
    try:
        status = (raw / one.name).stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return (status.st_size, status.st_mtime_ns // 1000) == (one.size, one.time)


def _bring(session: Any, base: str, files: Sequence[There], raw: Path) -> None:
    """Have executors copy `files`."""
    largest = max(file.size for file in files)
    before = session.conf.get(_BATCH)
    session.conf.set(_BATCH, str(max(1, min(int(before), _BATCH_BYTES // max(1, largest)))))
    session.sparkContext.setJobDescription("bring")
    try:
        table: DataFrame = _files(session).load(
            [f"{base}/{file.name}".translate(_GLOB) for file in files]
        )
        time = fn.unix_micros("modificationTime")
        copying = _Copying(raw, base)
        columns = table.select("path", time.alias("time"), "content")
        columns.mapInArrow(copying.__call__, "bytes long").agg(fn.sum("bytes")).collect()
    finally:
        session.conf.set(_BATCH, before)


@dataclass(frozen=True, slots=True)
class _Copying:
    """The function of executors."""

    raw: Path
    base: str

    def __call__(self, batches: Batches) -> Batches:
        """Yield how many bytes each file had."""
        for batch in batches:
            sizes = [self._copy(row) for row in batch.to_pylist()]
            yield pa.RecordBatch.from_arrays([pa.array(sizes, pa.int64())], schema=_SCHEMA)

    def _copy(self, row: Mapping[str, Any]) -> int:
        target = self.raw / _name(row["path"], self.base)
        # Hidden from readers, and of this try alone: a task may be done twice at one time.
        aside = target.with_name(f".{uuid4().hex}{TEMPORARY}")
        make_folder(target.parent)
        file = SyncedFile(aside)
        file.write(row["content"])
        file.close()
        os.utime(aside, ns=(row["time"] * 1000,) * 2)
        rename(aside, target)
        return len(row["content"])

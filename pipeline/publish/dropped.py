"""dropped.jsonl: one object for each block that was taken out, with the rule that took it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline.publish.entries import Corpus
from pipeline.publish.sinks import json_lines
from pipeline.records import TakenOut
from pipeline.store import SyncedFile

if TYPE_CHECKING:
    from pipeline.publish.rows import Row


class _Line(msgspec.Struct, frozen=True):
    page: str
    line: int
    text: str
    rule: str


class DroppedWriter:
    """Writes dropped.jsonl."""

    def __init__(self, folder: Path, _corpus: Corpus) -> None:
        self._file = SyncedFile(folder / "dropped.jsonl")

    def add(self, row: "Row") -> None:
        """Write the dropped blocks of one page."""
        self._file.write(row.dropped)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def dropped_lines(page: str, dropped: Sequence[TakenOut]) -> bytes:
    """Return the lines of one page."""
    return json_lines(_Line(page, *one) for one in dropped)

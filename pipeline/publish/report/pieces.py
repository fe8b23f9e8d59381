"""Rows → small scripts that the page loads when it needs them: data/<name><n>.js.

In: rows, one after the other. Out: files of so many rows each, each a call of `piece` with its name
and rows: a page opened from a disk may run a script that lies beside it, but fetch nothing. Never:
more rows in memory than one file holds; bytes that depend on anything but the rows.
"""

from pathlib import Path

import msgspec

from pipeline.store import SyncedFile


class Pieces:
    """The files of one kind of row."""

    def __init__(self, folder: Path, name: str, size: int) -> None:
        self._folder = folder
        self._name = name
        self._size = size
        self._rows: list[bytes] = []
        self._files = 0

    def add(self, row: object) -> int:
        """Take one row; return how many bytes it takes on disk."""
        data = packed(row)
        self._rows.append(data)
        if len(self._rows) == self._size:
            self._flush()
        return len(data)

    def close(self) -> None:
        """Write what is left."""
        if self._rows:
            self._flush()

    def _flush(self) -> None:
        write_piece(
            self._folder, f"{self._name}{self._files}", b"[\n", b",\n".join(self._rows), b"\n]"
        )
        self._files += 1
        self._rows.clear()


def write_piece(folder: Path, name: str, *parts: bytes) -> None:
    """Write the file data/<name>.js, which hands over the value that `parts` are in JSON."""
    file = SyncedFile(folder / "data" / f"{name}.js")
    file.write(b"".join((f'piece("{name}",'.encode(), *parts, b");\n")))
    file.close()


def packed(value: object) -> bytes:
    """Return `value` as JSON without blanks, in UTF-8, Chinese unescaped."""
    return msgspec.json.encode(value)

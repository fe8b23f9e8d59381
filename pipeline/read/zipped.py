"""Zip and WACZ: pages, feeds and web archives inside one file.

In: a file. Out: the records of what lies in it, in the order of names. Never: a file written
anywhere, under any name; more unpacked than limits allow; an archive inside an archive opened.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import IO

from pipeline.paths import quote
from pipeline.read import origin
from pipeline.read.feed import Reader
from pipeline.read.record import Archive, Place, Record
from pipeline.read.unpack import DAMAGED, HARMLESS, BrokenError, Source
from pipeline.reading import How

_ENCRYPTED = 0x1
_NESTED = (".zip", ".wacz", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".rar", ".7z", ".parquet")
_LOST = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError)
_MOST_NOTE = 1024 * 1024


class ZipArchive:
    """One zip file; `reader_of` returns what opens a file by its name, None for others."""

    def __init__(self, source: Source, how: How, reader_of: Callable[[str], Reader | None]) -> None:
        self._source = source
        self._how = how
        self._reader_of = reader_of
        try:
            self._zip = zipfile.ZipFile(source)
        except _LOST as error:
            raise BrokenError(DAMAGED, 0, f"is no zip file: {error}") from error
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        self._files = {info.filename: info for info in infos}
        self._twice = [info.filename for info in infos if self._files[info.filename] is not info]
        self._size = source.seek(0, 2)
        self._open: tuple[str, Archive] | None = None

    def records(self) -> Iterator[Record]:
        """Yield the records of all files in it."""
        left = max(HARMLESS, self._how.max_ratio * self._size)
        for number, name in enumerate(self._twice, 1):
            why = "is the name of a later file too, and only that is read. Unpack the archive"
            yield _refused(f"{name} (copy {number})", "repeated-name", why)
        for name in sorted(self._files):
            for found in self._inside(name):
                yield found
                left -= len(found.body)
                if left < 0:
                    why = "and what follows: unpacks to more than limits.max_unpack_ratio allows"
                    yield _refused(name, "too-big", why)
                    return

    def record(self, place: Place) -> Record:
        """Return the record at a place."""
        if place.inner not in self._files:
            raise BrokenError(DAMAGED, 0, "is not in the archive any more")
        if self._open is None or self._open[0] != place.inner:
            self._close_inner()
            reader = self._reader_of(place.inner)
            if reader is None:
                raise BrokenError(DAMAGED, 0, "is not in the archive any more")
            member = _Member(self._zip, self._files[place.inner])
            self._open = (place.inner, reader(member, self._how))
        return self._open[1].record(place)

    def close(self) -> None:
        """Let go of the file."""
        self._close_inner()
        self._zip.close()
        self._source.close()

    def _close_inner(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None

    @property
    def _is_wacz(self) -> bool:
        """Return whether this is a WACZ: what is not under archive/ only tells of that."""
        return "datapackage.json" in self._files and any(
            name.startswith("archive/") for name in self._files
        )

    def _inside(self, name: str) -> Iterator[Record]:
        """Yield the records of one file."""
        suffix = PurePosixPath(name).suffix.lower()
        reader = self._reader_of(name)
        about = name.endswith(origin.NOTE) or (self._is_wacz and not name.startswith("archive/"))
        if not about and not reader and suffix in _NESTED:
            yield _refused(name, "nested", "is an archive in an archive. Unpack the outer one")
        elif about or not reader:
            yield Record("", Place(), other=f"{suffix or '(no suffix)'} in an archive")
        elif self._files[name].flag_bits & _ENCRYPTED:
            yield _refused(name, "encrypted", "is encrypted. Unpack it")
        else:
            yield from self._read(name, reader)

    def _read(self, name: str, reader: Reader) -> Iterator[Record]:
        """Yield the records of a file that `reader` opens, found by its name and theirs."""
        archive = reader(_Member(self._zip, self._files[name]), self._how)
        for found in archive.records():
            member = f"{quote(name)} {found.member}".rstrip()
            place = found.place._replace(inner=name)
            if found.place == Place() and not found.member:  # a page
                by_path = origin.of_file(name, b"", self._note(name))
                found = replace(
                    found,
                    url=found.url or by_path.url,
                    fetched=found.fetched or by_path.fetched,
                )
            yield replace(found, member=member, place=place)
        archive.close()

    def _note(self, name: str) -> origin.Origin:
        """Return what a note beside the file says of it."""
        for note in origin.notes_of(name):
            info = self._files.get(note)
            if info is not None and info.file_size <= _MOST_NOTE:
                try:
                    data = _Member(self._zip, info).read(_MOST_NOTE)
                except BrokenError:
                    continue
                return origin.read_note(data, self._how.fields) or origin.Origin()
        return origin.Origin()


def _refused(name: str, reason: str, message: str) -> Record:
    return Record(quote(name), Place(name), reason=reason, message=message)


class _Member:
    """A file inside an archive, read as if it were one of the disk."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._info = info
        self._file: IO[bytes] | None = None

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes, fewer at the end alone."""
        try:
            if self._file is None:
                self._file = self._archive.open(self._info)
            return self._file.read(size)
        except _LOST as error:
            raise BrokenError(DAMAGED, 0, f"cannot be unpacked: {error}") from error

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a byte; back means unpacking from the start."""
        if self._file is None and offset == whence == 0:
            return 0
        try:
            if self._file is None:
                self._file = self._archive.open(self._info)
            return self._file.seek(offset, whence)
        except _LOST as error:
            raise BrokenError(DAMAGED, 0, f"cannot be unpacked: {error}") from error

    def tell(self) -> int:
        """Return the byte that is next."""
        return 0 if self._file is None else self._file.tell()

    def close(self) -> None:
        """Let go of it."""
        if self._file is not None:
            self._file.close()

"""Files from anywhere → raw/, under names that tell their content. The only writer of raw/.

In: files and folders of pages, feeds and archives. Out: copies in raw/, each with a `.meta.json`
that says where it came from. Never: a file of raw/ changed or replaced; a half-written copy under
its final name; an address or a time lost with the path that told it.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import read
from pipeline.errors import ConfigError
from pipeline.reading import How
from pipeline.store import remove, write_bytes

_PIECE = 1024 * 1024
_NAME = 32  # hex digits


@dataclass(slots=True)
class Brought:
    """What became of the files: copied, there before, passed over, and not readable, with why."""

    copied: int = 0
    known: int = 0
    others: int = 0
    failed: list[str] = field(default_factory=list)


def bring(source: Path, raw: Path, how: How, seen: Callable[[int], None]) -> Brought:
    """Copy `source`, a file or a folder, into `raw`; `seen` is told of each file.

    `ConfigError` where it is not there, or one of the two lies in the other.
    """
    here, there = source.resolve(), raw.resolve()
    if not source.exists():
        message = f"{source}: is not there. Name a file or a folder"
        raise ConfigError(message)
    if here == there or here in there.parents or there in here.parents:
        message = f"{source}: lies in {raw}, or that in it. Name another source, or use RAW=dir"
        raise ConfigError(message)
    brought = Brought()
    for lying in read.lying_in(source):
        if lying.kind != read.FILE or read.ending(lying.path) not in read.READERS:
            brought.others += 1
            continue
        try:
            new = _copy(lying, raw, how)
        except OSError as error:
            brought.failed.append(f"{error.filename or lying.path}: {error.strerror}")
            continue
        brought.copied += new
        brought.known += not new
        seen(1)
    return brought


def _copy(lying: read.Lying, raw: Path, how: How) -> bool:
    """Copy one file and what is known of it; return False where it was copied before."""
    url, fetched = read.origin_of(lying, how)
    digest = hashlib.sha256(url.encode("utf-8", "surrogatepass") + b"\0")
    for piece in _pieces(Path(lying.entry.path)):
        digest.update(piece)
    name = digest.hexdigest()[:_NAME]
    target = raw / name[:2] / f"{name}{read.ending(lying.path)}"
    if target.exists():
        return False
    told = {"url": url, "fetched": fetched, "source": read.quote(lying.path)}
    # First the note: a run that comes between the two finds no page without its address.
    note = json.dumps({key: value for key, value in told.items() if value}, ensure_ascii=False)
    write_bytes(target.with_name(target.name + read.NOTE), [note.encode(), b"\n"])
    copied = hashlib.sha256(url.encode("utf-8", "surrogatepass") + b"\0")
    write_bytes(target, _counted(_pieces(Path(lying.entry.path)), copied.update))
    if copied.digest() != digest.digest():
        remove(target)
        raise OSError(0, "changed while it was copied. Import it again", lying.path)
    return True


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _counted(pieces: Iterator[bytes], count: Callable[[bytes], None]) -> Iterator[bytes]:
    for piece in pieces:
        count(piece)
        yield piece

"""What lies under a folder, and what each thing there is.

In: the folder raw/. Out: files, with the notes beside them, and what is to be counted only. Never:
a link followed that leads out, a pipe or device opened, a folder that cannot be read passed over.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline.read.origin import NOTE, notes_of

FILE = "file"
UNREADABLE = "unreadable"

# What browsers call the folder beside a page they saved, with what the page shows in it.
_COMPANIONS = ("_files", ".files", "-Dateien", "_fichiers", "_archivos")
_PAGES = (".html", ".htm", ".xhtml", ".shtml")


class Lying(NamedTuple):  # of which there is one a file: a dataclass takes three times as long
    """Something in raw/: its path there as the disk has it, and what it is.

    `kind` is `FILE`, `UNREADABLE` for a folder, or what to count it as. `note` tells of a file.
    """

    path: str
    entry: os.DirEntry[str]
    kind: str
    note: os.DirEntry[str] | None = None


class _Folder(NamedTuple):
    """A folder: its path behind which names are put, what is in it, the real folders it is in."""

    prefix: str
    entries: Mapping[str, os.DirEntry[str]]
    above: tuple[str, ...] = ()


def walk(root: Path, *, follow: bool) -> Iterator[Lying]:
    """Yield all that lies under `root`, in no order; `OSError` where `root` cannot be read.

    With `follow`, links are followed that lead to somewhere in `root` and in no circle.
    """
    above = (os.path.realpath(root),) if follow else ()
    waiting = [_Folder("", _entries(str(root)), above)]
    while waiting:
        folder = waiting.pop()
        notes = {name for name in folder.entries if name.endswith(NOTE)}
        told: set[str] = set()
        for name, entry in folder.entries.items():
            kind = _kind(entry, folder)
            if kind == "folder":
                inner = _inner(entry, folder)
                if inner is not None:
                    waiting.append(inner)
                    continue
                kind = UNREADABLE
            note = _note(name, notes) if notes and kind == FILE else ""
            told.add(note)
            if name not in notes:
                yield Lying(folder.prefix + name, entry, kind, folder.entries.get(note))
        for name in notes - told:
            yield Lying(folder.prefix + name, folder.entries[name], f"{NOTE} of no file")


def lying_in(source: Path) -> Iterator[Lying]:
    """Yield all that lies under a folder, or a file alone, by its name."""
    if source.is_dir():
        yield from walk(source, follow=False)
        return
    entries = _entries(str(source.parent))
    note = _note(source.name, {name for name in entries if name.endswith(NOTE)})
    folder = _Folder("", entries)
    entry = entries[source.name]
    yield Lying(source.name, entry, _kind(entry, folder), entries.get(note))


def _entries(folder: str) -> dict[str, os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return {entry.name: entry for entry in found}


def _inner(entry: os.DirEntry[str], folder: _Folder) -> _Folder | None:
    """Return the folder that an entry is; None where it cannot be read."""
    try:
        entries = _entries(entry.path)
    except OSError:
        return None
    above = (*folder.above, os.path.realpath(entry.path)) if folder.above else ()
    return _Folder(f"{folder.prefix}{entry.name}/", entries, above)


def _kind(entry: os.DirEntry[str], folder: _Folder) -> str:
    """Return what an entry is: "folder", `FILE`, or what to count it as."""
    name = entry.name
    if name[0] == ".":
        return "(hidden)"
    if entry.is_file(follow_symlinks=False):  # as nearly all are: nothing more is asked
        return FILE
    follow = bool(folder.above)
    if entry.is_symlink() and not (follow and _leads_inside(entry, folder.above)):
        return "(link)"
    if entry.is_dir(follow_symlinks=follow):
        return "(saved with a page)" if _is_companion(name, folder) else "folder"
    return FILE if entry.is_file(follow_symlinks=follow) else "(pipe or device)"


def _leads_inside(entry: os.DirEntry[str], above: tuple[str, ...]) -> bool:
    """Return whether a link leads to somewhere in the root that it does not lie in itself."""
    target = os.path.realpath(entry.path)
    inside = target.startswith(above[0] + os.sep) and target not in above
    return inside and Path(target).exists()


def _is_companion(name: str, folder: _Folder) -> bool:
    """Return whether a folder holds what a page beside it shows."""
    if not name.endswith(_COMPANIONS):
        return False
    stems = (name.removesuffix(ending) for ending in _COMPANIONS if name.endswith(ending))
    return any(stem + page in folder.entries for stem in stems for page in _PAGES)


def _note(name: str, notes: set[str]) -> str:
    """Return the note that tells of a file, "" where none does."""
    return next((note for note in notes_of(name) if note in notes), "")

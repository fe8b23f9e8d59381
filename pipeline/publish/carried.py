"""Files that a new version begins with: links to those of the version before, made ahead.

In: the version before, and the oldest one, which is removed next. Out: a folder with links to every
text and table of the version before; then, of those, what the new version has too. Never: a link
to what was changed since it was published, or to what nobody asked for.

A hundred thousand links take two seconds, and so does removing them: those of the oldest version
are most of those that the new one wants. All of that is done while pages are compared.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from pipeline.store import Earlier, NewFiles, make_folder, names_in, remove, rename


class Carried:
    """The files in the folders of `folder`/`top` that were linked ahead to those `before`."""

    def __init__(self, folder: Path, top: str, before: Earlier | None) -> None:
        self._folder, self._top = folder, top
        make_folder(folder / top)
        known = before.digests if before else {}
        self._left = {name: known.get(name) for name in _inodes(folder, [top])}

    def has(self, name: str, digest: str) -> bool:
        """Return whether the file `name` is there, with that SHA-256; another one is taken away."""
        if name not in self._left:
            return False
        if self._left.pop(name) == digest:
            return True
        remove(self._folder / name)  # it is a link: nobody writes into what readers see
        return False

    def close(self) -> None:
        """Take away what nobody asked for."""
        for name in self._left:
            remove(self._folder / name)
        for inside in (self._folder / self._top).glob("*/"):
            if not names_in(inside):
                inside.rmdir()


def carry(before: Earlier, folder: Path, tops: Iterable[str], old: Path | None = None) -> None:
    """Link into `folder` to all that lies in folders of `tops` and was not changed since `before`.

    Links of `old`, a version that is removed next, are taken from it where they are the same.
    """
    tops = tuple(tops)
    taken = _taken(old, folder, tops) if old else {}
    now = _inodes(before.folder, tops) if taken else {}
    files = NewFiles(folder, before)
    for name in before.digests:
        top, _, inside = name.partition("/")
        if top not in tops or "/" not in inside:
            continue
        inode = taken.pop(name, None)
        if inode is not None:
            if inode == now.get(name) and files.is_unchanged(name):
                continue
            remove(folder / name)
        files.again(name, name)
    for name in taken:
        remove(folder / name)


def _taken(old: Path, folder: Path, tops: Iterable[str]) -> dict[str, int]:
    """Move `tops` of a version into `folder`; return the inode of each file in their folders."""
    make_folder(folder)
    for top in tops:
        if (old / top).is_symlink() or not (old / top).is_dir():
            continue  # nothing that a run made
        rename(old / top, folder / top)
        for one in (folder / top).iterdir():
            if one.is_symlink() or not one.is_dir():
                remove(one)
    return _inodes(folder, tops)


def _inodes(folder: Path, tops: Iterable[str]) -> dict[str, int]:
    """Return the inode of all that lies in a folder of `tops`, a folder too: none should be."""
    found = dict[str, int]()
    for top in tops:
        if not (folder / top).is_dir():
            continue
        with os.scandir(folder / top) as entries:
            inside = [one for one in entries if one.is_dir(follow_symlinks=False)]
        for one in inside:
            with os.scandir(one.path) as files:
                prefix = f"{top}/{one.name}/"
                found.update({prefix + file.name: file.inode() for file in files})
    return found

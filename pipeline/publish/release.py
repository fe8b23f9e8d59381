"""A finished version → what readers see, with one rename.

In: a complete version folder. Out: `.current` points at it, and the names of CONTRACT.md lead
through `.current`. Never: a reader that finds half of one version and half of another.
"""

import os
from collections import defaultdict
from collections.abc import Container, Iterable
from pathlib import Path

from pipeline.fingerprint import sha256
from pipeline.paths import PUBLISHED, Paths
from pipeline.store import (
    Earlier,
    inodes,
    names_in,
    remove,
    sync_folder,
    write_bytes,
    write_link,
)

CHECKSUMS = "checksums.sha256"


class Checksums:
    """The checksum of every file under `folder`, as `sha256sum --check` reads them.

    What is linked to the file of that name `before` is not read again.
    """

    def __init__(self, folder: Path, before: Earlier | None = None) -> None:
        self._folder = folder
        self._old = inodes(before.folder) if before else {}
        self._known = before.digests if before else {}
        self._looked_at = {CHECKSUMS}
        self._digests = dict[str, str]()

    def look(self, but: Iterable[str] = ()) -> None:
        """Look at all that was not looked at yet, `but` what has those names in the folder."""
        new = names_in(self._folder).difference(self._looked_at, but)
        self._looked_at |= new
        for name, inode in inodes(self._folder, new).items():
            digest = self._known.get(name, "") if self._old.get(name) == inode else ""
            self._digests[name] = digest or sha256(self._folder / name)

    def write(self) -> None:
        """Look at what is left, and write the checksums beside the files."""
        self.look()
        names = sorted(self._digests, key=lambda name: name.replace("/", "\0"))  # by folders
        lines = (f"{self._digests[name]}  {name}\n" for name in names)
        write_bytes(self._folder / CHECKSUMS, ["".join(lines).encode("utf-8")])


def damaged(folder: Path) -> list[str]:
    """Return what of a published version is gone, changed or not its own, one line each."""
    if not (folder / CHECKSUMS).is_file():
        return [f"{CHECKSUMS}: is gone"]
    wrong = []
    known = set()
    for line in (folder / CHECKSUMS).read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        known.add(name)
        file = folder / name
        if not file.is_file():
            wrong.append(f"{name}: is gone")
        elif sha256(file) != digest:
            wrong.append(f"{name}: has other bytes than were published")
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder).as_posix()
        if file.is_file() and name not in known and name != CHECKSUMS:
            wrong.append(f"{name}: was not published")
    return wrong


def earlier(folder: Path) -> Earlier | None:
    """Return a version for the next one to be linked to; None where it has no checksums."""
    file = folder / CHECKSUMS
    try:
        noted = file.stat().st_mtime_ns
        lines = file.read_text("utf-8").splitlines()
    except OSError:
        return None
    digests = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    return Earlier(folder, digests, noted)


def is_whole(folder: Path) -> bool:
    """Return whether every file of a published version is there; their bytes are not read."""
    if not (folder / CHECKSUMS).is_file():
        return False
    wanted: dict[bytes, set[bytes]] = defaultdict(set)
    for line in (folder / CHECKSUMS).read_bytes().splitlines():  # as bytes: a hundred thousand
        inside, _, name = line.partition(b"  ")[2].rpartition(b"/")
        wanted[inside].add(name)
    root = os.fsencode(folder)
    try:
        return all(names.issubset(os.listdir(root + b"/" + at)) for at, names in wanted.items())  # noqa: PTH208
    except OSError:
        return False


def turn(paths: Paths, version: str) -> None:
    """Show readers `version`; the one before it stays for those who have it open."""
    sync_folder(paths.versions)
    before = paths.current.readlink().name if paths.current.is_symlink() else ""
    write_link(paths.current, f"{paths.versions.name}/{version}")
    for name in PUBLISHED:
        if not (paths.versions / version / name).exists():
            remove(paths.cleaned / name)  # the link to an output that is not written any more
        elif not (paths.cleaned / name).is_symlink():
            write_link(paths.cleaned / name, f"{paths.current.name}/{name}")
    for old in unshown(paths, {before}):
        remove(old)


def unshown(paths: Paths, kept: Container[str]) -> list[Path]:
    """Return the versions that readers do not see and that are not `kept`."""
    shown = paths.current.readlink().name if paths.current.is_symlink() else ""
    return [old for old in paths.versions.glob("*") if old.name not in kept and old.name != shown]


def is_published(paths: Paths, version: str) -> bool:
    """Return whether readers see `version`, through links that are all there."""
    return (
        paths.current.is_symlink()
        and paths.current.readlink().name == version
        and all(
            (paths.cleaned / name).is_symlink() == (paths.current / name).exists()
            for name in PUBLISHED
        )
    )

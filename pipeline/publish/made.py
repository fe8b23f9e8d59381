"""What files were made of → files that need not be made again.

In: for each file of a version what it was made of, as names of content. Out: a link to the file of
the version before that was made of the same; `made/<kind>.json`, which tells the next version.
Never: a file taken over from other code, or one that was changed since it was published.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from pipeline.fingerprint import files_fingerprint, fingerprint
from pipeline.store import Earlier, NewFiles

FOLDER = "made"
_SOURCES = {".py", ".j2", ".css", ".js", ".toml"}


@cache
def code() -> str:
    """Return 16 hex digits that name all the sources of this package."""
    folder = Path(__file__).parent
    return files_fingerprint(sorted(file for file in folder.rglob("*") if file.suffix in _SOURCES))


class Made:
    """The files of one kind in a new version; `parts` has what each is made of."""

    def __init__(self, kind: str, files: NewFiles, before: Earlier | None) -> None:
        self._name = f"{FOLDER}/{kind}.json"
        self._files = files
        self._before = _read(before.folder / self._name) if before else {}
        self.parts: dict[str, str] = {}

    def again(self, name: str, *parts: str | bytes) -> bool:
        """Note what the file `name` is made of; return whether there was one, which it now is."""
        made = self.parts[name] = fingerprint(code(), *parts)
        return made in self._before and self._files.again(name, self._before[made])

    def take(self, parts: Mapping[str, str]) -> None:
        """Note what other files were made of."""
        self.parts.update(parts)

    def close(self) -> None:
        """Tell the next version."""
        self._files.add(self._name, msgspec.json.encode(self.parts))


def _read(file: Path) -> dict[str, str]:
    """Return the files of a version by what they were made of."""
    try:
        made = msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}  # then all are made anew
    return {parts: name for name, parts in made.items()}

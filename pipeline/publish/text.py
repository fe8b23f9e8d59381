"""text/<site>/<id>.txt: one plain text for each article kept.

In: articles. Out: a file each; one that the version before has too is not written again. Never: a
file that says what the version before said, where the article says something else.

A hundred thousand links take two seconds. They are made ahead, while pages are compared: `carry`
has links to all texts of the version before, most of them those of an older version that nobody
sees any more, and the writer takes away what it has no use for.
"""

import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.publish.articles import read_article
from pipeline.publish.entries import Corpus
from pipeline.store import Earlier, NewFiles, make_folder, remove, rename

if TYPE_CHECKING:
    from pipeline.publish.rows import Row

_TEXT = "text"
# What a reader of one text asks first; articles.jsonl has the rest.
_FRONT = (
    "id", "url", "title", "published", "issued", "source", "issuer", "document_number", "raw",
)  # fmt: skip


class TextWriter:
    """Writes text/."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._folder = folder
        self._files = NewFiles(folder, corpus.before)
        self._front = corpus.outputs.front_matter
        make_folder(folder / _TEXT)
        known = corpus.before.digests if corpus.before else {}
        self._ahead = {name: known.get(name) for name in _names(folder)}

    def add(self, row: "Row") -> None:
        """Write one article's text."""
        if not row.text:
            return
        if row.text in self._ahead:
            if self._ahead.pop(row.text) == row.digest:
                return
            remove(self._folder / row.text)  # it is a link: nobody writes into what readers see
        make = partial(text_of, row.article, front_matter=self._front)
        self._files.want(row.text, row.digest, row.size, make)

    def close(self) -> None:
        """Write the last files, and take away what no article has any more."""
        self._files.close()
        for name in self._ahead:
            remove(self._folder / name)
        for site in (self._folder / _TEXT).iterdir():
            if not any(site.iterdir()):
                site.rmdir()


def carry(before: Earlier, folder: Path, old: Path | None = None) -> None:
    """Link into `folder` to all texts of the version before that were not changed since.

    Links of `old`, a version that is removed next, are taken from it where they are the same.
    """
    taken = _taken(old, folder) if old else {}
    now = _inodes(before.folder) if taken else {}
    files = NewFiles(folder, before)
    for name in before.digests:
        if not name.startswith(f"{_TEXT}/"):
            continue
        inode = taken.pop(name, None)
        if inode is not None:
            if inode == now.get(name) and files.is_unchanged(name):
                continue
            remove(folder / name)
        files.again(name, name)
    for name in taken:
        remove(folder / name)


def _taken(old: Path, folder: Path) -> dict[str, int]:
    """Move the texts of `old` into `folder`; return the inode of each."""
    make_folder(folder / _TEXT)
    for site in (old / _TEXT).glob("*/"):
        if not site.is_symlink():  # nothing that a run made
            rename(site, folder / _TEXT / site.name)
    return _inodes(folder)


def _names(folder: Path) -> Iterator[str]:
    """Yield the texts that lie in `folder`."""
    for site in (folder / _TEXT).iterdir():
        yield from (f"{_TEXT}/{site.name}/{name}" for name in os.listdir(site))  # noqa: PTH208


def _inodes(folder: Path) -> dict[str, int]:
    """Return the inode of each text that lies in `folder`."""
    found = dict[str, int]()
    for site in (folder / _TEXT).glob("*/"):
        with os.scandir(site) as entries:
            found.update({f"{_TEXT}/{site.name}/{one.name}": one.inode() for one in entries})
    return found


def text_of(article: bytes, *, front_matter: bool) -> bytes:
    """Return the file of what articles.jsonl has as `article`; it ends in a newline."""
    return text_of_row(read_article(article), front_matter=front_matter)


def text_of_row(row: dict[str, Any], *, front_matter: bool) -> bytes:
    """Return the file of an article's row."""
    front = _front_matter(row) if front_matter else ""
    return f"{front}{row['text']}\n".encode()


def _front_matter(row: dict[str, Any]) -> str:
    """Return what is known of an article, as YAML between two lines `---`; what is not is left out.

    Values are JSON strings, which YAML reads as they are, whatever a title holds.
    """
    known = [(name, row[name]) for name in _FRONT if row.get(name)]
    lines = [f"{name}: {json.dumps(str(value), ensure_ascii=False)}\n" for name, value in known]
    return f"---\n{''.join(lines)}---\n"

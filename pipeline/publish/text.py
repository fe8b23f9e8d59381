"""text/<site>/<id>.txt: one plain text for each article kept.

In: articles. Out: a file each; one that the version before has too is not written again. Never: a
file that says what the version before said, where the article says something else.
"""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.publish.articles import read_article
from pipeline.publish.carried import Carried
from pipeline.publish.entries import Corpus
from pipeline.store import NewFiles

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
        self._files = NewFiles(folder, corpus.before)
        self._front = corpus.outputs.front_matter
        self._carried = Carried(folder, _TEXT, corpus.before)

    def add(self, row: "Row") -> None:
        """Write one article's text."""
        if not row.text or self._carried.has(row.text, row.digest):
            return
        make = partial(text_of, row.article, front_matter=self._front)
        self._files.want(row.text, row.digest, row.size, make)

    def close(self) -> None:
        """Write the last files, and take away what no article has any more."""
        self._files.close()
        self._carried.close()


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

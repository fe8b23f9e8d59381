"""text/<site>/<id>.txt: one plain text for each article kept.

In: articles. Out: a file each; one that the version before has too is not written again. Never: a
file that says what the version before said, where the article says something else.
"""

import json
from pathlib import Path

from pipeline.publish.articles import article
from pipeline.publish.entries import Corpus, Entry
from pipeline.store import NewFiles

# What a reader of one text asks first; articles.jsonl has the rest.
_FRONT = (
    "id", "url", "title", "published", "issued", "source", "issuer", "document_number", "raw",
)  # fmt: skip


class TextWriter:
    """Writes text/."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._files = NewFiles(folder, corpus.before)
        self._front = corpus.outputs.front_matter
        (folder / "text").mkdir()

    def add(self, entry: Entry) -> None:
        """Write one article's text, ending in a newline."""
        if entry.kept is not None:
            front = front_matter(entry) if self._front else ""
            text = f"{front}{entry.kept.text}\n"
            self._files.add(entry.text_path, text.encode("utf-8"))

    def close(self) -> None:
        """Write the last files."""
        self._files.close()


def front_matter(entry: Entry) -> str:
    """Return what is known of an article, as YAML between two lines `---`; what is not is left out.

    Values are JSON strings, which YAML reads as they are, whatever a title holds.
    """
    row = article(entry) or {}
    known = [(name, row[name]) for name in _FRONT if row.get(name)]
    lines = [f"{name}: {json.dumps(str(value), ensure_ascii=False)}\n" for name, value in known]
    return f"---\n{''.join(lines)}---\n"

"""text/<site>/<id>.txt: one plain text for each article kept."""

from pathlib import Path

from pipeline.publish.entries import Corpus, Entry
from pipeline.store import write_bytes


class TextWriter:
    """Writes text/."""

    def __init__(self, folder: Path, _corpus: Corpus) -> None:
        self._folder = folder
        (folder / "text").mkdir()

    def add(self, entry: Entry) -> None:
        """Write one article's text, ending in a newline."""
        if entry.kept is not None:
            text = entry.kept.text + "\n"
            write_bytes(self._folder / entry.text_path, [text.encode("utf-8")])

    def close(self) -> None:
        """Do nothing: every file is finished already."""

"""dropped.jsonl: one object for each block that was taken out, with the rule that took it."""

from pathlib import Path

from pipeline.publish.entries import Corpus, Entry
from pipeline.publish.sinks import JsonLinesSink
from pipeline.records import Page


class DroppedWriter:
    """Writes dropped.jsonl."""

    def __init__(self, folder: Path, _corpus: Corpus) -> None:
        self._sink = JsonLinesSink(folder / "dropped.jsonl")

    def add(self, entry: Entry) -> None:
        """Write the dropped blocks of one page."""
        page = entry.outcome
        if isinstance(page, Page):
            rows = (
                {"page": page.id, "line": block.line, "text": block.text, "rule": block.rule}
                for block in page.dropped
            )
            self._sink.add(*rows)

    def close(self) -> None:
        """Finish the file."""
        self._sink.close()

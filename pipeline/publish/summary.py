"""summary.json: how many pages became what. The numbers a run ends with."""

from collections import Counter
from pathlib import Path
from typing import Any

from pipeline.publish.entries import Corpus
from pipeline.publish.rows import Row
from pipeline.publish.sinks import json_bytes
from pipeline.store import write_bytes

# A person mends a few pages at a time; the ledger has all of them.
MESSAGES = 20


class SummaryWriter:
    """Writes summary.json."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._path = folder / "summary.json"
        self._corpus = corpus
        self._status: Counter[str] = Counter()
        self._aside: Counter[str] = Counter()
        self._not_articles: Counter[str] = Counter()
        self._messages: list[dict[str, Any]] = []
        self._tables = self._doubts = 0

    def add(self, row: Row) -> None:
        """Count one page."""
        self._status[row.status] += 1
        if row.status == "aside":
            self._aside[row.reason] += 1
            if len(self._messages) < MESSAGES:
                self._messages.append({"raw": row.raw, "message": row.message})
        elif row.status == "not-an-article":
            self._not_articles[row.reason] += 1
        self._tables += len(row.tables.files)
        self._doubts += row.tables.doubtful

    def close(self) -> None:
        """Write the file."""
        relations = Counter(match.relation for match in self._corpus.matches)
        summary = {
            "pages": self._status.total(),
            "articles": self._status["article"],
            "duplicates": self._status["duplicate"],
            "not_articles": self._status["not-an-article"],
            "aside": self._status["aside"],
            "tables": self._tables,
            "doubtful_cells": self._doubts,
            "matches": dict(sorted(relations.items())),
            "disagreements": sum(len(match.disagreements) for match in self._corpus.matches),
            "aside_messages": self._messages,
            "aside_by_reason": dict(sorted(self._aside.items())),
            "not_articles_by_reason": dict(sorted(self._not_articles.items())),
            "other_files": dict(self._corpus.others),
        }
        write_bytes(self._path, [json_bytes(summary, indent=2), b"\n"])

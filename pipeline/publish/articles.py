"""articles.jsonl: one object for each article kept; docs/outputs.md describes its keys."""

from dataclasses import asdict
from pathlib import Path

from pipeline.publish.entries import Corpus, Entry, site_of
from pipeline.publish.sinks import JsonLinesSink


class ArticlesWriter:
    """Writes articles.jsonl."""

    def __init__(self, folder: Path, _corpus: Corpus) -> None:
        self._sink = JsonLinesSink(folder / "articles.jsonl")

    def add(self, entry: Entry) -> None:
        """Write one article; other pages are in the ledger alone."""
        page, cluster = entry.kept, entry.cluster
        if page is None or cluster is None:
            return
        self._sink.add(
            {
                "id": page.id,
                "url": page.url,
                "site": site_of(page),
                "title": page.title,
                "published": page.published.isoformat() if page.published else None,
                "issued": page.issued.isoformat() if page.issued else None,
                "source": page.source,
                "author": page.author,
                "editor": page.editor,
                "issuer": page.issuer,
                "document_number": page.document_number,
                "index_number": page.index_number,
                "origins": [asdict(origin) for origin in page.origins],
                "text": page.text,
                "tables": [asdict(table) for table in page.tables],
                "chars": len(page.text),
                "raw": entry.raw,
                "sha256": entry.found.sha256,
                "members": list(cluster.members),
                "why": cluster.why,
            }
        )

    def close(self) -> None:
        """Finish the file."""
        self._sink.close()

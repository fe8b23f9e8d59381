"""An article kept → a row, the same in every format. docs/outputs.md describes its keys.

In: the entry of a page. Out: its row, whose keys and kinds are `FIELDS`. Never: a key that is left
out; a kind that differs from row to row.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import msgspec
from msgspec import structs

from pipeline.paths import site_of
from pipeline.publish.entries import Entry
from pipeline.records import Page, Table

# "word" is found by its whole value, "prose" by the words in it; "nested" is a list of records.
Kind = Literal["word", "prose", "day", "count", "words", "nested"]

FIELDS: Mapping[str, Kind] = {
    "id": "word",
    "url": "word",
    "site": "word",
    "title": "prose",
    "published": "day",
    "issued": "day",
    "source": "word",
    "author": "word",
    "editor": "word",
    "issuer": "word",
    "document_number": "word",
    "index_number": "word",
    "origins": "nested",
    "text": "prose",
    "tables": "nested",
    "chars": "count",
    "raw": "word",
    "member": "word",
    "fetched": "word",
    "sha256": "word",
    "members": "words",
    "why": "word",
}

_DAYS = tuple(name for name, kind in FIELDS.items() if kind == "day")


def article(entry: Entry) -> dict[str, Any] | None:
    """Return the row of an article kept, None for any other page. Days are `date` or None."""
    page, cluster = entry.kept, entry.cluster
    if page is None or cluster is None:
        return None
    text = page.text
    return {
        "id": page.id,
        "url": page.url,
        "site": site_of(page),
        **_said(page),
        "origins": [structs.asdict(origin) for origin in page.origins],
        "text": text,
        "tables": [_table(table) for table in page.tables],
        "chars": len(text),
        "raw": entry.raw,
        "member": page.provenance.member,
        "fetched": page.provenance.fetched,
        "sha256": entry.found.sha256,
        "members": list(cluster.members),
        "why": cluster.why,
    }


def read_article(packed: bytes) -> dict[str, Any]:
    """Return the row that articles.jsonl has as `packed`."""
    row: dict[str, Any] = msgspec.json.decode(packed)
    for name in _DAYS:
        row[name] = row[name] and date.fromisoformat(row[name])
    return row


def _said(page: Page) -> dict[str, Any]:
    """Return what the page says of itself."""
    return {
        "title": page.title,
        "published": page.published,
        "issued": page.issued,
        "source": page.source,
        "author": page.author,
        "editor": page.editor,
        "issuer": page.issuer,
        "document_number": page.document_number,
        "index_number": page.index_number,
    }


def _table(table: Table) -> dict[str, Any]:
    """Return a table as a record whose fields have one kind each."""
    return {
        "title": table.title,
        "header": table.header,
        "rows": table.rows,
        "notes": table.notes,
        "doubts": [structs.asdict(doubt) for doubt in table.doubts],
        "unit": table.unit,
        "block": table.block,
        "lines": table.lines,
        "confidence": [
            {"row": row, "column": column, "share": share}
            for row, column, share in table.confidence
        ],
    }

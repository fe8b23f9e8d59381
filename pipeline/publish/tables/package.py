"""tables/datapackage.json: every file of tables/ described, as a Frictionless Data Package.

In: the tables in the order they are written. Out: one JSON file, a resource a line. Never: two
fields of one name in a schema, which no reader of data packages takes.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.publish.sinks import json_bytes
from pipeline.publish.tables import doubts, long
from pipeline.records import Table
from pipeline.store import SyncedFile

_HEAD = {
    "profile": "data-package",
    "name": "tables",
    "title": "Tables rebuilt from policy pages",
}
#: Columns whose cells are no plain strings, and what may stand in them.
_TYPES: dict[str, dict[str, Any]] = {
    "number": {"type": "number"},
    "number_to": {"type": "number"},
    "cumulative": {"type": "boolean", "constraints": {"required": True}},
    "confidence": {
        "type": "number",
        "constraints": {"required": True, "minimum": 0, "maximum": 1},
    },
    "source_line": {"type": "integer", "constraints": {"minimum": 1}},
    "row": {"type": "integer", "constraints": {"required": True, "minimum": 1}},
    "measure": {
        "type": "string",
        "constraints": {"enum": ["base", "target", "actual", "annual rate", "cumulative"]},
    },
    "role": {"type": "string", "constraints": {"enum": ["base", "target", "actual"]}},
}


class PackageSink:
    """Writes datapackage.json while the tables are written; nothing of them is kept in memory."""

    def __init__(self, folder: Path) -> None:
        self._file = SyncedFile(folder / "datapackage.json")
        head = json_bytes(_HEAD)
        self._file.write(head[:-1] + b', "resources": [\n')
        self._file.write(json_bytes(_listing("long", "Values, one a row", long.COLUMNS)))
        self.put(packed(_listing("doubts", "Cells with more than one reading", doubts.COLUMNS)))

    def put(self, resources: bytes) -> None:
        """Describe more files; `packed` made what is said of them."""
        self._file.write(resources)

    def close(self) -> None:
        """Finish the file."""
        self._file.write(b"\n]}\n")
        self._file.close()


def packed(resource: dict[str, Any]) -> bytes:
    """Return the description of one file as it stands behind that of another."""
    return b",\n" + json_bytes(resource)


def _listing(name: str, title: str, columns: Sequence[str]) -> dict[str, Any]:
    fields = [{"name": column, **_TYPES.get(column, {"type": "string"})} for column in columns]
    return _resource(name, title, f"{name}.csv", fields)


def table_resource(name: str, table: Table, file: str) -> dict[str, Any]:
    """Return the description of a wide CSV: every field a string, as on the page.

    Where the page gives two columns one name or none, the schema gives names of its own, and the
    header line of the file is passed over as a comment.
    """
    names = unique(table.header)
    resource = _resource(name, table.title, file, [{"name": n, "type": "string"} for n in names])
    dialect: dict[str, Any] = {}
    if names != list(table.header):
        dialect |= {"header": False, "commentRows": [1]}
    if any(not any(row) for row in table.rows):
        dialect |= {"skipBlankRows": True}
    return {**resource, "dialect": dialect} if dialect else resource


def _resource(name: str, title: str, path: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": title or name,
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields},
    }


def unique(header: Sequence[str]) -> list[str]:
    """Return the names of a header, numbered where one is empty or stands there twice.

    >>> unique(["指标", "增速", "增速", ""])
    ['指标', '增速', '增速 (3)', 'column (4)']
    """
    counts = Counter[str]()
    names: list[str] = []
    for at, name in enumerate(header, 1):
        counts[name] += 1
        fresh = name.strip() and counts[name] == 1
        names.append(name if fresh else f"{name.strip() or 'column'} ({at})")
    return names

"""Which reader opens which file, by the end of its name."""

from collections.abc import Mapping
from pathlib import Path

from pipeline.read import feed
from pipeline.read.feed import Reader
from pipeline.read.file import PageFile
from pipeline.read.parquet import ParquetFile
from pipeline.read.record import Archive
from pipeline.read.unpack import Source
from pipeline.read.zipped import ZipArchive
from pipeline.reading import How

# What servers make when they are asked, and mirrors keep under the name they asked by.
_MADE = (".php", ".asp", ".aspx", ".jsp", ".jspx", ".do", ".action", ".cgi")

PAGES = frozenset({".html", ".htm", ".shtml", ".xhtml", ".txt", *_MADE})

_FEEDS: Mapping[str, Reader] = {
    **dict.fromkeys(PAGES, PageFile),
    **dict.fromkeys((".jsonl", ".jl", ".ndjson"), feed.json_lines("")),
    **dict.fromkeys((".jsonl.gz", ".jl.gz", ".ndjson.gz"), feed.json_lines("gzip")),
    **dict.fromkeys((".jsonl.zst", ".jl.zst", ".ndjson.zst"), feed.json_lines("zstd")),
    ".warc": feed.web_archive(""),
    ".warc.gz": feed.web_archive("gzip"),
    **dict.fromkeys((".csv", ".tsv"), feed.table("")),
    **dict.fromkeys((".csv.gz", ".tsv.gz"), feed.table("gzip")),
    **dict.fromkeys((".csv.zst", ".tsv.zst"), feed.table("zstd")),
}


def _open_zip(source: Source, how: How) -> Archive:
    return ZipArchive(source, how, lambda name: _FEEDS.get(ending(name)))


#: What opens a file, by the end of its name.
READERS: Mapping[str, Reader] = {
    **_FEEDS,
    **dict.fromkeys((".zip", ".wacz"), _open_zip),
    ".parquet": ParquetFile,
}

_PACKED = (".gz", ".zst")


def ending(name: str) -> str:
    """Return what the name of a file ends with: its suffix, two of them where it is packed.

    What a server was asked stands behind a `?` in the names of mirrors.

    >>> ending("a.b/feed.JSONL.gz"), ending("list.php?id=3.5"), ending("none")
    ('.jsonl.gz', '.php', '')
    """
    name = name.rpartition("/")[2]
    if "?" in name:
        asked = _suffix(name.partition("?")[0])
        if asked in PAGES:
            return asked
    suffix = _suffix(name)
    if suffix in _PACKED:
        return _suffix(name[: -len(suffix)]) + suffix
    return suffix


def _suffix(name: str) -> str:
    stem, dot, last = name.rpartition(".")
    return f".{last.lower()}" if stem and dot else ""


def open_archive(path: Path, how: How) -> Archive:
    """Return the file opened by its reader; `OSError` or `BrokenError` where it cannot be."""
    source = path.open("rb")
    try:
        return READERS[ending(path.name)](source, how)
    except BaseException:
        source.close()
        raise

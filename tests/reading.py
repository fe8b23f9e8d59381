"""Files as scrapers and crawlers write them, and what is read of a folder."""

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline import read
from pipeline.errors import PageError
from pipeline.reading import How
from pipeline.records import RawPage

BODY = "<html><body><p>各县要认真检查水库堤防，做好防汛准备工作。</p></body></html>"
URL = "https://www.lincheng.gov.example/zwgk/1.html"


def read_all(raw: Path, how: How | None = None) -> dict[str, RawPage | str]:
    """Return each page of `raw` by its file and place, or the reason why it cannot be read."""
    how = how or How()
    found: dict[str, RawPage | str] = {}
    for page in read.scan(raw, read.Scan(), how, lambda _: None).pages:
        try:
            found[read.named(page)] = read.read_page(raw, page, how)
        except PageError as error:
            assert str(error).startswith(page.file)
            found[read.named(page)] = error.reason
    return found


def reasons(raw: Path, how: How | None = None) -> dict[str, str]:
    """Return the reason for each page of `raw`, "" for one that is read."""
    return {
        name: page if isinstance(page, str) else "" for name, page in read_all(raw, how).items()
    }


def others(raw: Path, how: How | None = None) -> Mapping[str, int]:
    """Return what in `raw` is no page, by kind."""
    return read.scan(raw, read.Scan(), how or How(), lambda _: None).others


def lines(*records: object) -> bytes:
    """Return records as JSON Lines."""
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in records)


def http(
    body: bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str
) -> bytes:
    """Return the answer of a server."""
    named = {"Content-Type": kind} | {name.replace("_", "-"): x for name, x in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} OK\r\n{head}\r\n".encode() + body


def record(block: bytes, url: str = URL, kind: str = "response", **headers: str) -> bytes:
    """Return a record of a WARC."""
    named = {
        "WARC-Type": kind,
        "WARC-Target-URI": url,
        "WARC-Date": "2024-01-02T03:04:05Z",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block)),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"WARC/1.1\r\n{head}\r\n".encode() + block + b"\r\n\r\n"


def packed(records: Iterable[bytes]) -> bytes:
    """Return records as `.warc.gz` holds them, each a member of its own."""
    return b"".join(gzip.compress(one, mtime=0) for one in records)


def bomb(size: int) -> bytes:
    """Return gzip data that unpacks to `size` zeros, made without having them in memory."""
    maker = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    parts = [maker.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    return b"".join([*parts, maker.flush()])

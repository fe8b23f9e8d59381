"""An HTTP answer as a crawler kept it → its body, unpacked.

In: the bytes of an answer. Out: status, headers, body. Never: a body that unpacks without end;
one refused because its headers claim a packing that somebody undid before it was kept.
"""

import io
import re
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import brotli

from pipeline.read.unpack import DAMAGED, HARMLESS, TOO_BIG, TRUNCATED, BrokenError, Unpacked
from pipeline.reading import How

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?\s+(\d{3})")
_SIZE = re.compile(rb"\s*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_PIECE = 64 * 1024


class Answer(NamedTuple):
    """What a server said. Names of `headers` are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


def answer(data: bytes) -> Answer:
    """Return an answer in its parts; all of it is body where it begins with no status line."""
    status = _STATUS.match(data)
    if not status:
        return Answer(0, {}, data)
    end = re.search(rb"\r?\n\r?\n", data)
    head = data[: end.start()] if end else data
    lines = head.split(b"\n")[1:]
    return Answer(int(status[1]), fields(lines), data[end.end() :] if end else b"")


def fields(lines: list[bytes]) -> dict[str, str]:
    """Return header fields by their names in small letters; a line that begins blank goes on.

    The first of several fields of one name counts.
    """
    found: dict[str, str] = {}
    name = ""
    for line in lines:
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if text[:1] in (" ", "\t") and name:
            found[name] += f" {text.strip()}"
            continue
        name, colon, value = text.partition(":")
        name = name.strip().lower()
        if colon and name not in found:
            found[name] = value.strip()
        else:
            name = ""
    return found


def charset_of(content_type: str) -> str:
    """Return the charset that a Content-Type claims, "" where it claims none.

    >>> charset_of("text/html; charset=GB2312")
    'GB2312'
    """
    match = _CHARSET.search(content_type)
    return match[1] if match else ""


def body_of(found: Answer, how: How) -> bytes:
    """Return the body as the page was written; `BrokenError` where it cannot be had."""
    body = found.body
    if "chunked" in found.headers.get("transfer-encoding", "").lower():
        body = unchunked(body)
    for coding in reversed(found.headers.get("content-encoding", "").lower().split(",")):
        if unpacker := _CODINGS.get(coding.strip()):
            body = unpacker(body, how)
    if len(body) > how.max_page_bytes:
        why = f"is larger than limits.max_page_bytes ({how.max_page_bytes}). Raise it"
        raise BrokenError(TOO_BIG, 0, why)
    return body


def unchunked(data: bytes) -> bytes:
    """Return a body sent in chunks as one; `data` itself where it is none any more.

    >>> unchunked(bytes.fromhex("320d0a61620d0a300d0a0d0a")), unchunked(b"<p>ab")
    (b'ab', b'<p>ab')
    """
    parts: list[bytes] = []
    at = 0
    while match := _SIZE.match(data, at):
        size = int(match[1], 16)
        if size == 0:
            return b"".join(parts)
        parts.append(data[match.end() : match.end() + size])
        if len(parts[-1]) < size:
            raise BrokenError(TRUNCATED, at, "ends in the middle of a chunk")
        at = match.end() + size
        at += 2 if data[at : at + 2] == b"\r\n" else data[at : at + 1] == b"\n"
    if not parts:
        return data
    raise BrokenError(TRUNCATED, at, "ends before its last chunk")


def _stream(packing: str, magic: bytes) -> Callable[[bytes, How], bytes]:
    def unpack(data: bytes, how: How) -> bytes:
        if not data.startswith(magic):
            return data
        unpacked = Unpacked(io.BytesIO(data), packing, how.max_ratio)
        return unpacked.take(how.max_page_bytes + 1)

    return unpack


def _deflate(data: bytes, how: How) -> bytes:
    """Unpack what is called deflate: with a head, as the norm says, or without, as many send it."""
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        stream = zlib.decompressobj(bits)
        try:
            return _within(data, stream.decompress(data, how.max_page_bytes + 1), how)
        except zlib.error:
            continue
    return data


def _brotli(data: bytes, how: How) -> bytes:
    stream = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        for piece in _pieces(data):
            part = stream.process(piece, output_buffer_limit=_PIECE)
            while True:
                parts.append(part)
                size += len(part)
                if size > how.max_page_bytes or stream.can_accept_more_data():
                    break
                part = stream.process(b"", output_buffer_limit=_PIECE)
            if size > how.max_page_bytes:
                break
    except brotli.error as error:
        if size:
            message = f"cannot be unpacked: {error}"
            raise BrokenError(DAMAGED, 0, message) from error
        return data  # somebody unpacked it before it was kept
    if size <= how.max_page_bytes and not stream.is_finished():
        raise BrokenError(TRUNCATED, 0, "ends in the middle of packed data")
    return _within(data, b"".join(parts), how)


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))


def _within(packed: bytes, unpacked: bytes, how: How) -> bytes:
    if len(unpacked) > max(HARMLESS, how.max_ratio * len(packed)):
        why = f"unpacks to more than limits.max_unpack_ratio ({how.max_ratio:g}) times its size"
        raise BrokenError(TOO_BIG, 0, why)
    return unpacked


_CODINGS: dict[str, Callable[[bytes, How], bytes]] = {
    "gzip": _stream("gzip", b"\x1f\x8b"),
    "x-gzip": _stream("gzip", b"\x1f\x8b"),
    "zstd": _stream("zstd", b"\x28\xb5\x2f\xfd"),
    "deflate": _deflate,
    "br": _brotli,
}

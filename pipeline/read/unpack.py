"""Packed bytes → bytes, read forward, with the place of each of them told.

In: a file, plain, gzip or Zstandard. Out: its bytes or lines, a few at a time. Never: more memory
than was asked for; data passed on in silence that its packing says is damaged, cut, or a bomb.
"""

import zlib
from collections.abc import Callable
from typing import Protocol

import zstandard

_READ = 16 * 1024
_PIECE = 256 * 1024
# Zstandard unpacks all of what it is given at once, at worst 30,000 times as much.
_MORSEL = 256
# Below this size a high ratio is no bomb: pages of nothing but blanks are small.
HARMLESS = 16 * 1024 * 1024

DAMAGED = "damaged"
TOO_BIG = "too-big"
TRUNCATED = "truncated"


class BrokenError(Exception):
    """The data cannot be read any further. `reason` is a code, `at` a byte of the file."""

    def __init__(self, reason: str, at: int, why: str) -> None:
        super().__init__(why)
        self.reason = reason
        self.at = at


class Source(Protocol):
    """A file to read from: one of the disk, or one inside an archive."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes, b"" at the end."""
        ...

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a byte and return it; `whence` 2 counts from the end."""
        ...

    def tell(self) -> int:
        """Return the byte that is next."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class _Gzip:
    magic = b"\x1f\x8b\x08"

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def unpack(self, data: bytes) -> tuple[bytes, bytes, bool]:
        """Return what `data` unpacks to, what of it is left over, and whether this is the end."""
        found = self._stream.decompress(data, _PIECE)
        ended = self._stream.eof
        return found, self._stream.unused_data if ended else self._stream.unconsumed_tail, ended


class _Zstd:
    magic = b"\x28\xb5\x2f\xfd"

    def __init__(self) -> None:
        self._stream = zstandard.ZstdDecompressor().decompressobj()

    def unpack(self, data: bytes) -> tuple[bytes, bytes, bool]:
        """Return what `data` unpacks to, what of it is left over, and whether this is the end."""
        found = self._stream.decompress(data[:_MORSEL])
        ended = self._stream.eof
        return found, (self._stream.unused_data if ended else b"") + data[_MORSEL:], ended


_PACKINGS: dict[str, type[_Gzip] | type[_Zstd]] = {"gzip": _Gzip, "zstd": _Zstd}


class Unpacked:
    """The unpacked bytes of a file; `packing` is "", "gzip" or "zstd".

    Where several packed members follow on one another, reading can begin at each. After a
    `BrokenError` only `seek` and `resync` lead on.
    """

    def __init__(self, file: Source, packing: str, max_ratio: float) -> None:
        self._file = file
        self._packing: Callable[[], _Gzip | _Zstd] | None = _PACKINGS.get(packing)
        self._magic = _PACKINGS[packing].magic if packing else b""
        self._max_ratio = max_ratio
        self._read_to = 0  # where what was read of the file ends
        self._input = b""
        self._buffer = b""
        self._used = 0  # of the buffer
        self._member: _Gzip | _Zstd | None = None
        self._made = 0  # by this member
        self._at = (0, 0)
        self._broken = False

    @property
    def broken(self) -> bool:
        """Return whether the packing is broken where reading stopped."""
        return self._broken

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def seek(self, start: int, skip: int) -> None:
        """Go where `place` told: onward without a step back, else by way of its start."""
        back = self._at[0] > start or (self._at[0] == start and self._at[1] > skip)
        if self._broken or back or (self._at[0] < start and not self._is_read(start)):
            self._begin(start)
        while self._at[0] == start and self._at[1] < skip and self.read(skip - self._at[1]):
            pass  # where the file is another now, what is read is not what was sought

    def _is_read(self, start: int) -> bool:
        """Return whether `start` was read from the file already, and go there if so."""
        ahead = self._buffer if not self._packing else self._input
        offset = len(ahead) - (self._read_to - start)
        if not 0 <= offset <= len(ahead):
            return False
        if self._packing:
            self._input, self._buffer, self._used, self._member = ahead[offset:], b"", 0, None
        else:
            self._used = offset
        self._at = (start, 0)
        return True

    def place(self) -> tuple[int, int] | None:
        """Return where the next byte lies, as (start, skip); None at the end."""
        return self._at if self._fill() else None

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes; b"" at the end alone."""
        if size <= 0 or not self._fill():
            return b""
        data = self._buffer[self._used : self._used + size]
        self._advance(len(data))
        return data

    def take(self, size: int) -> bytes:
        """Return `size` bytes, fewer where the data ends."""
        parts = []
        while size > 0 and (data := self.read(size)):
            parts.append(data)
            size -= len(data)
        return b"".join(parts)

    def line(self, limit: int) -> bytes:
        """Return the next line with its newline, or the `limit` bytes it begins with."""
        parts: list[bytes] = []
        while limit > 0 and self._fill():
            end = self._buffer.find(b"\n", self._used, self._used + limit)
            size = (end + 1 if end >= 0 else len(self._buffer)) - self._used
            parts.append(self.read(min(size, limit)))
            limit -= len(parts[-1])
            if end >= 0:
                break
        return b"".join(parts)

    def end_member(self) -> None:
        """Read on to the end of this member if only newlines are left; its checksum is there."""
        while self._packing and (self._used < len(self._buffer) or self._member is not None):
            if self._used == len(self._buffer):
                self._buffer, self._used = self._unpack(), 0
            elif self._buffer[self._used] in b"\r\n":
                self._advance(1)
            else:
                return

    def resync(self) -> int | None:
        """Go to the next place where packed data begins, and return it; None where none does."""
        at = self._at[0] + 1
        while self._packing and (found := self._find(at)) is not None:
            self._begin(found)
            try:
                if self._fill():
                    return found
            except BrokenError:
                pass
            at = found + 1
        return None

    def _find(self, at: int) -> int | None:
        """Return the first byte from `at` on where packed data may begin."""
        self._file.seek(at)
        data = self._file.read(_READ)
        while len(data) >= len(self._magic):
            found = data.find(self._magic)
            if found >= 0:
                return at + found
            keep = data[1 - len(self._magic) :]
            at += len(data) - len(keep)
            data = keep + self._file.read(_READ)
        return None

    def _begin(self, start: int) -> None:
        self._file.seek(start)
        self._read_to = start
        self._input = b""
        self._buffer = b""
        self._used = 0
        self._member = None
        self._made = 0
        self._at = (start, 0)
        self._broken = False

    def _advance(self, size: int) -> None:
        self._used += size
        start, skip = self._at
        self._at = (start, skip + size) if self._packing else (start + size, 0)

    def _fill(self) -> bool:
        """Have at least one byte in the buffer; False at the end of the data."""
        while self._used == len(self._buffer):
            if not self._packing:
                self._buffer, self._used = self._more(_PIECE), 0
                return bool(self._buffer)
            if self._member is None and not self._next_member():
                return False
            self._buffer, self._used = self._unpack(), 0
        return True

    def _more(self, size: int) -> bytes:
        try:
            data = self._file.read(size)
        except BrokenError:
            self._broken = True
            raise
        self._read_to += len(data)
        return data

    def _next_member(self) -> bool:
        """Begin the next member; False where there is none."""
        while not self._input.lstrip(b"\0"):  # zeros may fill up the last block of a tape
            self._input = self._more(_READ)
            if not self._input:
                return False
        self._input = self._input.lstrip(b"\0")
        self._at = (self._read_to - len(self._input), 0)
        self._made = 0
        if self._packing is not None:
            self._member = self._packing()
        return True

    def _unpack(self) -> bytes:
        """Return some bytes of the member at hand, perhaps none yet."""
        self._input = self._input or self._more(_READ)
        at_end = not self._input
        if self._member is None:
            return b""
        try:
            data, self._input, ended = self._member.unpack(self._input)
        except (zlib.error, zstandard.ZstdError) as error:
            raise self._fail(DAMAGED, f"cannot be unpacked: {error}") from error
        if ended:
            self._member = None
        elif at_end and not data:
            raise self._fail(TRUNCATED, "ends in the middle of packed data")
        self._made += len(data)
        taken = self._read_to - len(self._input) - self._at[0]
        if self._made > max(HARMLESS, self._max_ratio * taken):
            why = (
                f"unpacks to more than limits.max_unpack_ratio ({self._max_ratio:g}) times its size"
            )
            raise self._fail(TOO_BIG, why)
        return data

    def _fail(self, reason: str, why: str) -> BrokenError:
        self._broken = True
        return BrokenError(reason, self._at[0], why)

"""Names for content: what has the same fingerprint is the same."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of `data` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def fingerprint(*parts: bytes | str) -> str:
    """Return 16 hex digits that name `parts`; no two lists of parts share them by accident."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:16]


def files_fingerprint(files: Iterable[Path]) -> str:
    """Return 16 hex digits that name the content of `files`, in their order."""
    return fingerprint(*(file.read_bytes() for file in files))

"""One file, one page: `.html`, `.htm`, `.txt`. Which of them it is, its content tells."""

from pathlib import Path

from pipeline.errors import PageError
from pipeline.paths import unquote
from pipeline.records import Provenance, RawPage


def read_file(root: Path, file: str, max_bytes: int) -> RawPage:
    """Return the page at `root`/`file`; `PageError` `unreadable` or `too-big`."""
    path = root / unquote(file)
    try:
        with path.open("rb") as stream:
            body = stream.read(max_bytes + 1)
    except OSError as error:
        reason = "unreadable"
        message = f"{file}: cannot be read: {error.strerror}. Change its mode or owner"
        raise PageError(reason, message) from error
    if len(body) > max_bytes:
        reason = "too-big"
        message = f"{file}: is larger than limits.max_page_bytes ({max_bytes}). Raise it"
        raise PageError(reason, message)
    return RawPage("", body, "", Provenance(file))

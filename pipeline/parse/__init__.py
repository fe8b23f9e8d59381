"""RawPage → Page: charset, markup, blocks, metadata.

In: a page as it lies on disk. Out: its blocks in reading order and what it says of itself. Never
a judgement of what is chrome, and never a block lost: what is not shown is marked in its path.
"""

import hashlib
import re

from pipeline import kept
from pipeline.errors import PageError
from pipeline.parse import lexbor
from pipeline.parse.cases import try_rule
from pipeline.parse.decode import decode
from pipeline.parse.flat import read_lines
from pipeline.parse.markup import Document
from pipeline.parse.mend import mend, remove_controls
from pipeline.parse.metadata import describe
from pipeline.records import Page, RawPage
from pipeline.rules.metadata import MetadataRules

__all__ = ["decode", "looks_like_html", "page_id", "parse", "try_rule"]

_TAGS = kept.pattern(
    r"<(?:!doctype\s|/?(?:html|head|body|meta|title|div|p|br|table|tr|td|span|a|ul|li|h[1-6]|"
    r"article|section|font|center|script|style|img|strong|b)(?=[\s/>]))",
    re.IGNORECASE,
)
#: First bytes of PDF, JPEG, PNG, GIF, ELF, zip (and office files), old office files, gzip, RAR,
#: 7z and Zstandard.
_BINARY = (
    *(b"%PDF-", b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"\x7fELF", b"PK\x03\x04"),
    *(b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd"),
)
#: Controls that are one byte in UTF-8; others begin with 0xC2.
_CONTROLS = bytes((*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F))
_LATER_CONTROLS = re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")
_SAMPLE = 20_000  # characters


def looks_like_html(text: str) -> bool:
    """Return whether `text` is markup: three tags, or one at its head.

    Flattened text may quote a tag; it does not hold three.
    """
    for count, match in enumerate(_TAGS.finditer(text), 1):
        if count == 3 or not text[: match.start()].strip("\ufeff \t\r\n"):
            return True
    return False


def page_id(raw: RawPage) -> str:
    """Return 16 hex digits that name the page: SHA-256 over where it was found and its body.

    The bytes hashed are the URL as UTF-8, or where there is none `file`, a NUL and `member` of
    its provenance; then a NUL; then the body. A lone surrogate, which stands for a byte of a file
    name that is no UTF-8, is hashed as its three bytes.
    """
    place = raw.url or f"{raw.provenance.file}\0{raw.provenance.member}"
    seed = place.encode("utf-8", "surrogatepass") + b"\0" + raw.body
    return hashlib.sha256(seed).hexdigest()[:16]


def parse(raw: RawPage, rules: MetadataRules, parser: str = "lexbor") -> Page:
    """Return the page's blocks and metadata; `PageError` where it is no text.

    `parser` is "lexbor" or "beautifulsoup". HTML and flattened text are told apart by content.
    """
    where = raw.provenance.member or raw.provenance.file or raw.url
    _refuse_binary(raw.body, where)
    text = decode(raw.body, raw.charset)
    if not text.strip("\ufeff\0 \t\r\n\xa0\u3000"):
        message = f"{where}: is empty. Fetch the page again"
        raise PageError(reason="empty", message=message)
    _refuse_nonsense(text, where)
    document = _read(text, parser, rules)
    found = describe(document, text, raw.url, rules)
    return Page(
        id=page_id(raw),
        url=found.url,
        blocks=document.blocks,
        provenance=raw.provenance,
        title=found.title,
        published=found.published,
        source=found.source,
        document_number=found.document_number,
        issued=found.issued,
        author=found.author,
        editor=found.editor,
        issuer=found.issuer,
        index_number=found.index_number,
        origins=found.origins,
    )


def _read(text: str, parser: str, rules: MetadataRules) -> Document:
    """Return the document that `text` is, as markup or as flattened text."""
    if not looks_like_html(text):
        return Document(read_lines(remove_controls(text), rules.closes, rules.heads))
    if parser == "lexbor":
        return lexbor.read(mend(text))
    from pipeline.parse import soup  # its import takes as long as twenty pages

    return soup.read(mend(text))


def _refuse_binary(body: bytes, where: str) -> None:
    """Raise `PageError` for what is known by its first bytes to be no page."""
    if body.startswith(_BINARY):
        message = f"{where}: is a binary file, no page. Take it out of raw/, or convert it to text"
        raise PageError(reason="not-html", message=message)


def _refuse_nonsense(text: str, where: str) -> None:
    """Raise `PageError` where one character in ten is a control or broken: that is no text."""
    sample = text[:_SAMPLE]
    encoded = sample.encode("utf-8", "surrogatepass")
    controls = len(encoded) - len(encoded.translate(None, _CONTROLS))
    controls += len(_LATER_CONTROLS.findall(encoded)) + sample.count("\ufffd")
    if controls * 10 > len(sample):
        message = f"{where}: is no text in any charset. Take it out of raw/, or fetch it again"
        raise PageError(reason="not-text", message=message)

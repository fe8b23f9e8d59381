"""bytes → str, in the charset they are really in.

In: a body and the charset its header claimed. Out: text without a byte order mark. Never a page
lost to one broken byte, never a flood of U+FFFD: bytes that fit nowhere become one each.

Order: byte order mark; UTF-16 by its zero bytes; valid UTF-8, whatever the label; a label that is
not Chinese and fits; then GB 18030, Big5-HKSCS and damaged UTF-8, by evidence. gb2312 and gbk are
read as gb18030 and big5 as big5hkscs, their supersets, as browsers do
(https://encoding.spec.whatwg.org/).
"""

import codecs
import re

from pipeline.parse import charset

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (b"+/v8-", "utf-7"),
)
#: Labels that pages carry by default or by mistake: their bytes decide, not they.
_DOUBTED = frozenset(
    (
        *("utf-8", "utf_8", "gb2312", "gbk", "cp936", "gb18030", "hz", "big5", "big5hkscs"),
        *("cp950", "ascii", "iso8859-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be"),
        *("utf-32", "utf-7"),
    )
)
_SEVEN_BIT = frozenset(("utf-7", "hz", "iso2022_jp", "iso2022_kr"))
_CHINESE = ("gb18030", "big5hkscs", "utf-8")
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "cp950": "big5hkscs"}
_SAMPLE = 100_000
_HEAD, _SHARE = 2048, 0.05  # where a charset is looked for: so many bytes, such a share of them
#: How nearly every page claims its charset: last in its <meta>.
_PLAIN = re.compile(rb"""<meta [^<>]*?(charset)=["']?([a-z0-9_-]+)["']?[ /]*>""")
#: Evidence above this is a Chinese page without doubt (2.0 is common Han throughout).
_SURE, _ENOUGH = 1.5, 100
#: Most pages here are from the mainland; a word of two characters may fit both.
_PRIOR = {"gb18030": 0.2, "big5hkscs": 0.0, "utf-8": 0.1}


def decode(body: bytes, declared: str = "") -> str:
    """Return `body` as text. `declared` is a charset a header claimed, "" where none did.

    Any bytes are accepted; what is no text at all comes back as nonsense, never as an error.

    >>> decode("二〇三五年".encode("gbk"), "utf-8")
    '二〇三五年'
    """
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace").removeprefix("\ufeff")
    wide = _wide_codec(body)
    if wide:
        return body.decode(wide, "replace")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_other(body, _label(body, declared))
    return _decode_seven_bit(text, _label(body, declared)) if text.isascii() else text


def _label(body: bytes, declared: str) -> str:
    """Return Python's name of the charset claimed by the header, else by the page, else ""."""
    return _codec_name(declared) or _codec_name(claimed(body))


def claimed(body: bytes) -> str:
    """Return the charset that the markup of `body` claims; "" where it claims none."""
    head = body[: max(_HEAD, int(len(body) * _SHARE))].lower()
    if not head.lstrip().startswith(b"<?"):
        first, plain = head.find(b"charset"), _PLAIN.search(head)
        if first < 0:
            return ""
        if plain and plain.start(1) == first:
            return plain[2].decode("ascii")
    from pipeline.parse.soup import declared_charset  # its import takes as long as ten pages

    return declared_charset(body)


def _codec_name(label: str) -> str:
    """Return Python's name of the charset `label`, "" where it knows none or it is no charset."""
    try:
        info = codecs.lookup(label.strip().strip("\"'"))
    except (LookupError, ValueError):
        return ""
    return info.name if info._is_text_encoding else ""


def _wide_codec(body: bytes) -> str:
    """Return the UTF-16 that bytes without a mark are in, "" where they are not.

    The markup, digits and line ends of such a page have every other byte zero.
    """
    sample = body[:_SAMPLE]
    zeros = sample.count(0)
    if zeros * 20 < len(sample) or len(body) % 2:
        return ""
    even = sample[::2].count(0)
    if even * 10 <= zeros:
        return "utf-16-le"
    return "utf-16-be" if even * 10 >= zeros * 9 else ""


def _decode_seven_bit(text: str, label: str) -> str:
    """Return ASCII text read as the label says, where that is a way to hide Han in ASCII."""
    if label not in _SEVEN_BIT:
        return text
    try:
        return text.encode("ascii").decode(label)
    except UnicodeDecodeError:
        return text


def _decode_other(body: bytes, label: str) -> str:
    """Return bytes that are no valid UTF-8, by label where it is credible, else by evidence."""
    if label and label not in _DOUBTED:
        try:
            return body.decode(label)
        except UnicodeDecodeError:
            pass
    claimed = _SUPERSETS.get(label, label)
    readings: list[tuple[float, str, str]] = []
    for codec in sorted(_CHINESE, key=lambda name: name != claimed):
        text = charset.mend(charset.read(body, codec), codec)
        score, weighed = charset.evidence(text)
        readings.append((score + _PRIOR[codec], text, codec))
        if score > _SURE and weighed > _ENOUGH:
            break
    score, text, codec = max(readings)
    if score <= _SURE and len(body) % 2 == 0:
        wide = [body.decode(name, "replace") for name in ("utf-16-le", "utf-16-be")]
        best = max(wide, key=charset.evidence)
        if charset.evidence(best)[0] > max(score, _SURE):
            return best
    if score <= 0 and (codec != claimed or charset.BROKEN in text):
        return _decode_western(body, text)
    return charset.of_today(text) if codec == "gb18030" else text


def _decode_western(body: bytes, text: str) -> str:
    """Return text of a Western page; bytes that are none of that either come back as `text`."""
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError:
        return text

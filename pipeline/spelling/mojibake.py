"""Text read with the wrong encoding is read again with the right one, when no byte was lost.

In: a draft. Out: edits of damaged runs, and the places of runs that lost bytes. Never guesses: a
run is undone when every byte of it comes out valid and the result is plainly better Chinese.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import HAN_PATTERN, lines_with
from pipeline.spelling.draft import Draft, Edit
from pipeline.spelling.garble import mend

Span = tuple[int, int]


def _cp1252(byte: int) -> str:
    """Return how a byte looks when read as cp1252; the five it lacks stay controls."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


_BYTE_OF: Final = {_cp1252(byte): byte for byte in range(0x80, 0x100)} | {
    chr(byte): byte for byte in range(0x100)
}


def _class(first: int, last: int) -> str:
    """Return the inside of a pattern class: bytes first..last read as latin-1 or cp1252."""
    found = {c for c, byte in _BYTE_OF.items() if first <= byte <= last}
    return "".join(map(re.escape, sorted(found)))


_TAIL: Final = f"[{_class(0x80, 0xBF)} ]"  # NBSP is byte A0, often flattened to a blank
_SEQUENCE: Final = f"(?:[Â-ß]{_TAIL}|[à-ï]{_TAIL}{{2}}|[ð-ô]{_TAIL}{{3}})"
_UTF8_AS_LATIN: Final = kept.pattern(f"{_SEQUENCE}+")
# Ordinary Chinese has none of these; two-byte codes read as latin-1 are full of them.
_LETTERS: Final = frozenset(map(chr, range(0xC0, 0x100))) - frozenset("×÷")
_SIGNS: Final = frozenset("¡¢£¤¥¦¨ª«¬¯³´¶¸¹º¼½¾¿")
# Letters that only damage puts beside a damaged run. Quotes and dashes are left out: they may
# well be real ones around it.
_DEBRIS: Final = kept.pattern(f"[{_class(0xC0, 0xFF)}€ƒˆ‰Š‹ŒŽ˜™š›œžŸ\ufffd]")
_PAIRS_AS_LATIN: Final = kept.pattern(f"(?:[{_class(0x81, 0xFE)}][@-~{_class(0x80, 0xFE)}])+")
_TWO_PAIRS: Final = kept.pattern(_PAIRS_AS_LATIN.pattern[:-1] + "{2}")
_UTF8_BYTES: Final = re.compile(
    rb"(?:[\xe2-\xe9][\x80-\xbf]{2}|\xef[\xbc-\xbe][\x80-\xbf])"
    rb"(?:[\xe2-\xe9][\x80-\xbf]{2}|\xef[\xbc-\xbe][\x80-\xbf]|[\xc2-\xdf][\x80-\xbf]|[ -~])*"
)
_TWO_UTF8: Final = re.compile(rb"(?:[\xe2-\xe9\xef][\x80-\xbf]{2}){2}")
_WIDE: Final = kept.pattern("[^\x00-\x7f](?:.*[^\x00-\x7f])?")
_AFTER_DIGIT: Final = kept.pattern(f"(?<=[0-9])[{_class(0xB0, 0xF7)}][{_class(0xA1, 0xFE)}]")
_LONG, _MIXED = 6, 0.7  # Latin letters that read as so many Han may hold a rare name
_STRANGE: Final = 0.85  # share of common characters under which a line is tried as another one
_CHINESE_RESULT: Final = kept.pattern("[\u2010-\u203b\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]")
# Rows 1 and 2 of GB 2312, with which items and figures begin and end: ①⑴⒈㈠Ⅰ ℃°±×÷≤.
_ITEM_SIGNS: Final = kept.pattern("[\u2460-\u249b\u3220-\u3229\u2160-\u216b℃°±×÷≤≥№§]")
_MARKS: Final = frozenset("，。、；：？！“”‘’（）《》〈〉【】〔〕—…·～　％")
_C1_MARKS: Final = frozenset("\x85\x91\x92\x93\x94\x95\x96\x97")
_SURROGATE: Final = kept.pattern("[\ud800-\udfff]")
_SHORT: Final = 5  # fewer characters must all be common
_SURELY: Final = 0.85
_FOREIGN: Final = (
    kept.pattern("[\u0370-\u052f]"),  # Greek, Russian
    kept.pattern("[\u3041-\u30ff]"),  # kana
    kept.pattern("[\u3105-\u312f]"),  # bopomofo
    kept.pattern("[\u2500-\u25ff]"),  # boxes, shapes
)
_BROKEN: Final = 0.6  # share of common characters, � none of them, under which nothing is sound
_MOST: Final = 0.8  # share of common characters from which a reading counts as Chinese
_ROUNDS: Final = 5  # how often text can have been damaged on its way


def undo_mojibake(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits of every run that was read with a wrong encoding and lost nothing."""
    rule, edits = rules.id_of("mojibake"), list[Edit]()
    for line_start, line in _damaged_lines(draft):
        if _lost_bytes(line):
            continue
        for start, end, after in _readings(line, rules):
            edits.append((line_start + start, line_start + end, after, rule))
    return edits


def lossy_runs(draft: Draft) -> list[Span]:
    """Return the places of damaged runs that cannot be undone: they are left exactly."""
    return [
        (line_start + start, line_start + end)
        for line_start, line in _damaged_lines(draft)
        for start, end in _lost_bytes(line)
    ]


def fix_latin(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits of what ftfy mends in lines that still look damaged."""
    if draft.seen.isdisjoint(_LETTERS) and not any("\ud800" <= c <= "\udfff" for c in draft.seen):
        return []
    rule, edits = rules.id_of("fixed-encoding"), []
    pattern = re.compile(f"{_UTF8_AS_LATIN.pattern}|{_SURROGATE.pattern}")
    for start, line in lines_with(draft.text, pattern):
        mended = mend(line)
        lost = mended.count("\ufffd") > line.count("\ufffd")  # � itself, damaged: a byte is gone
        if mended != line and not lost:
            edits.append((start, start + len(line), mended, rule))
    return edits


def read_c1(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that read quotes, dashes and dots among C1 controls as cp1252 meant them."""
    if draft.seen.isdisjoint(_C1_MARKS):
        return []
    rule = rules.id_of("c1-controls")
    pattern = re.compile("[" + "".join(sorted(_C1_MARKS)) + "]")
    return [
        (match.start(), match.end(), _cp1252(ord(match[0])), rule)
        for match in pattern.finditer(draft.text)
    ]


def _damaged_lines(draft: Draft) -> list[tuple[int, str]]:
    """Return (start, line) of the lines in which damage of some kind is possible."""
    found: dict[int, str] = {}
    for suspects, is_damaged in (
        (_LETTERS | _SIGNS, _is_latin_damage),
        (_utf8_heads(), _is_gbk_damage),
        (_strange(), _is_strange),
        (frozenset("\ufffd"), _mostly_lost),
    ):
        present = "".join(sorted(draft.seen & suspects))
        if present:
            suspect = re.compile(f"[{re.escape(present)}]")
            lines = lines_with(draft.text, suspect)
            found.update((start, line) for start, line in lines if is_damaged(line, suspect))
    return sorted(found.items())


def _is_latin_damage(line: str, _: re.Pattern[str]) -> bool:
    return any(p.search(line) for p in (_UTF8_AS_LATIN, _TWO_PAIRS, _AFTER_DIGIT))


def _is_gbk_damage(line: str, _: re.Pattern[str]) -> bool:
    return _TWO_UTF8.search(line.encode("gbk", "replace")) is not None


def _is_strange(line: str, strange: re.Pattern[str]) -> bool:
    """Return whether a tenth of `line` is what neither GB 2312 nor Big5 calls common."""
    return 10 * len(strange.findall(line)) >= len(line)


@cache
def _utf8_heads() -> frozenset[str]:
    heads = [*range(0xE2, 0xEA), 0xEF]
    pairs = (bytes([head, tail]) for head in heads for tail in range(0x80, 0xC0))
    return frozenset("".join(pair.decode("gbk", "ignore") for pair in pairs))


@cache
def _common(encoding: str = "") -> frozenset[str]:
    """Return the Han that most Chinese is written with: level 1 of GB 2312, of Big5, or both."""
    simplified = (bytes([a, b]) for a in range(0xB0, 0xD8) for b in range(0xA1, 0xFF))
    trails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    traditional = (bytes([a, b]) for a in range(0xA4, 0xC7) for b in trails)
    one = "".join(pair.decode("gb2312", "ignore") for pair in simplified)
    other = "".join(pair.decode("big5", "ignore") for pair in traditional)
    level = {"gb18030": one, "big5hkscs": other}.get(encoding, one + other)
    return frozenset(HAN_PATTERN.findall(level))


@cache
def _strange() -> frozenset[str]:
    """Return what GBK and Big5 can hold and Chinese text has little of."""
    blocks = (
        (0x370, 0x530),
        (0x2500, 0x25A0),
        (0x3040, 0x3130),
        (0x4E00, 0xA000),
        (0xE000, 0xF8FF),
    )
    every = {chr(code) for first, last in blocks for code in range(first, last)}
    return frozenset(every - _common())


def _quality(text: str, encoding: str = "") -> float:
    """Return the share of characters of `text` that are common (in `encoding`), 0.0 to 1.0."""
    common = _common(encoding)
    counted = [c for c in text if c > "\x7f" and c not in _MARKS and not _ITEM_SIGNS.match(c)]
    if not counted:
        return 1.0 if text and any(c in _MARKS for c in text) else 0.0
    return sum(c in common for c in counted) / len(counted)


def _readings(line: str, rules: SpellingRules) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, what was written there) for damaged runs of `line`, each place once."""
    latin = max(_utf8_as_latin(line), _pairs_as_latin(line), key=_covered)
    yield from latin or _utf8_as_gbk(line) or _swapped(line, rules)


def _covered(readings: list[tuple[int, int, str]]) -> int:
    """Return how many characters of the line `readings` make sense of."""
    return sum(end - start for start, end, _ in readings)


def _bytes(run: str) -> bytes:
    """Return the bytes that `run` was read from as latin-1 or cp1252."""
    return bytes(0xA0 if c == " " else _BYTE_OF[c] for c in run)


def _utf8_as_latin(line: str) -> list[tuple[int, int, str]]:
    found = []
    for match in _UTF8_AS_LATIN.finditer(line):
        run = match[0]
        for _ in range(_ROUNDS):
            try:
                run = _bytes(run).decode("utf-8")
            except (KeyError, UnicodeDecodeError):
                break
        # What comes out has to be Chinese; é and its like are left to ftfy.
        # é—— is a word and a dash: its reading is no common character.
        common = not HAN_PATTERN.search(run) or _quality(run) >= _MOST
        if common and _CHINESE_RESULT.search(run) and not _DEBRIS.search(run):
            found.append((match.start(), match.end(), run))
    return found


def _pairs_as_latin(line: str) -> list[tuple[int, int, str]]:
    """Return what GBK or Big5, read as latin-1, was before: one encoding for the whole line."""
    runs = list(_PAIRS_AS_LATIN.finditer(line))
    if not _TWO_PAIRS.search(line) and len(_AFTER_DIGIT.findall(line)) < 2:
        return []
    if any(line[run.end() : run.end() + 1] in _LETTERS for run in runs if run[0].isalpha()):
        return []  # ÁÉÍÓÚ: a letter is left over
    best, found = 0.0, list[tuple[int, int, str]]()
    for encoding in ("gb18030", "big5hkscs"):
        texts = [_decoded(_bytes(run[0]), encoding) for run in runs]
        whole = "".join(texts)
        quality = _quality(whole, encoding) if all(texts) and HAN_PATTERN.search(whole) else 0.0
        least = _MIXED if len(whole) >= _LONG else _MOST if len(whole) > 3 else 1.0
        if quality >= least and quality > best:
            best = quality
            found = [(*run.span(), text) for run, text in zip(runs, texts, strict=True)]
    return found


def _decoded(data: bytes, encoding: str) -> str:
    """Return `data` decoded, or "" where it is not valid or not wholly Chinese."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return ""
    return text if all(c.isascii() or _is_at_home(c) for c in text) else ""


def _is_at_home(character: str) -> bool:
    """Return whether Chinese text has `character`: Han, its marks, signs of items and figures."""
    return bool(
        _CHINESE_RESULT.match(character) or character in _MARKS or _ITEM_SIGNS.match(character)
    )


def _utf8_as_gbk(line: str) -> list[tuple[int, int, str]]:
    found = []
    for start, end, data in _gbk_runs(line):
        text = data.decode("utf-8", "ignore")
        lost = line[end : end + 1] in ("?", "\ufffd")
        better = _quality(text) >= _MOST and _quality(text) > _quality(line[start:end])
        if better and not lost and text.encode("utf-8") == data:
            found.append((start, end, text))
    return found


def _gbk_runs(line: str, least: int = 2) -> Iterator[tuple[int, int, bytes]]:
    """Yield (start, end, bytes) of the Han in `line` that are UTF-8 when written as GBK.

    At least `least` characters must come out. A run that ends in the middle of a character of
    `line` lost a byte: it is cut there, and its bytes are no whole UTF-8.
    """
    for wide in re.finditer("[^\x00-\x7f][^\x00-\x1f]*", line):
        sizes, data = [0], bytearray()
        for character in wide[0]:
            # Windows reads the lone byte 80 as €.
            code = b"\x80" if character == "€" else character.encode("gb18030", "replace")
            data += code if len(code) <= 2 else b"\x00"
            sizes.append(len(data))
        places = {size: i for i, size in enumerate(sizes)}
        for match in _UTF8_BYTES.finditer(bytes(data)):
            raw = match[0].rstrip(bytes(range(0x20, 0x7F))) or match[0]
            stop = match.start() + len(raw)
            if stop not in places and stop < match.end():
                # An odd byte took the letter behind it for its second half: 》T read as 奣.
                stop, raw = stop + 1, match[0][: len(raw) + 1]
            if match.start() not in places or len(raw) < 3 * least:
                continue
            whole = stop in places
            end = places[stop] if whole else places[stop + 1]
            begin = wide.start() + places[match.start()]
            yield begin, wide.start() + end, raw if whole else raw + b"\xff"


def _swapped(line: str, rules: SpellingRules) -> list[tuple[int, int, str]]:
    """Return what Big5 read as GBK, or GBK read as Big5, was before: the whole line or nothing."""
    match = _WIDE.search(line)
    if match is None or not _is_swapped(match[0]):
        return []
    for reads, wrote in ((("gb18030",), "big5hkscs"), (("big5hkscs", "big5"), "gb18030")):
        found = {text for text in (_recoded(match[0], read, wrote) for read in reads) if text}
        if found:
            text, *others = sorted(found, key=lambda text: _everyday(text, rules), reverse=True)
            # Tables of Big5 differ in kana, Russian and ⑴: 求 or 偏. A draw is left as it is.
            drawn = any(_everyday(other, rules) == _everyday(text, rules) for other in others)
            return [] if drawn else [(match.start(), match.end(), text)]
    return []


def _recoded(run: str, read: str, wrote: str) -> str:
    """Return `run`, which was read as `read`, read as `wrote`; "" where that is no Chinese."""
    try:
        text = _decoded(run.encode(read), wrote)
    except UnicodeEncodeError:
        return ""
    least = 1.0 if len(text) < _SHORT else _SURELY
    return text if len(text) > 2 and _quality(text, wrote) >= least else ""


def _everyday(text: str, rules: SpellingRules) -> tuple[float, int]:
    """Return how much of `text` is common, then how many of its characters everybody uses."""
    return _quality(text), sum(map(text.count, rules.lexicon.everyday))


def _is_swapped(run: str) -> bool:
    """Return whether `run` is as odd as one national code read as another: rare Han, a medley.

    Letters of Russian, Greek and Japanese lie where the other code has its commonest Han: a text
    of them would always look better for it. So one such script is none; Han among two are.
    """
    han = "".join(HAN_PATTERN.findall(run))
    foreign = [len(pattern.findall(run)) for pattern in _FOREIGN]
    if _quality(run) > _STRANGE or sum(foreign) > 2 * len(han):
        return False
    return _quality(han) <= _STRANGE or sum(map(bool, foreign)) > 1


def _lost_bytes(line: str) -> list[Span]:
    """Return the places of runs in `line` that are damaged and lost bytes on the way."""
    return [*_lost_latin(line), *_lost_gbk(line), *_mostly_lost(line)]


def _mostly_lost(line: str, _: re.Pattern[str] | None = None) -> list[Span]:
    """Return from the first to the last character beyond ASCII where � is between strange ones.

    One � in good Chinese is protected by itself; among rare Han the rest is damaged too.
    """
    match = _WIDE.search(line) if "\ufffd" in line else None
    return [match.span()] if match and _quality(match[0]) < _BROKEN else []


def _lost_latin(line: str) -> list[Span]:
    """Return from the first to the last piece of UTF-8 read as latin-1 that is not whole."""
    whole = list(_UTF8_AS_LATIN.finditer(line))
    if sum(len(match[0]) for match in whole) < 3:
        return []
    covered = {place for match in whole for place in range(*match.span())}
    debris = [m.start() for m in _DEBRIS.finditer(line) if m.start() not in covered]
    lost = [p for p in debris if p - 1 in covered or p + 1 in covered or line[p] == "\ufffd"]
    lost += [m.end() for m in whole if line[m.end() : m.end() + 1] == "?"]
    if not lost or _pairs_as_latin(line):
        return []
    places = [*covered, *debris, *lost]
    return [(min(places), max(places) + 1)]


def _lost_gbk(line: str) -> list[Span]:
    found: list[Span] = []
    for start, end, data in _gbk_runs(line):
        # Two bytes of the next character may be there, the third one is gone.
        head = line[end : end + 1] in _utf8_heads()
        cut = head + (line[end + head : end + head + 1] in ("?", "\ufffd"))
        text = data.decode("utf-8", "ignore")
        if (cut or data.endswith(b"\xff")) and _quality(text) > max(
            _MOST, _quality(line[start:end])
        ):
            found.append((start, end + cut))
    if found:  # the last mark of a line is often cut as well
        found += [match.span() for match in _cut_head().finditer(line)]
        found = [(min(start for start, _ in found), max(end for _, end in found))]
    return found


@cache
def _cut_head() -> re.Pattern[str]:
    """Return the pattern of a UTF-8 character read as GBK of which the end was lost."""
    return re.compile(f"[{''.join(sorted(_utf8_heads()))}].?[?\ufffd]")

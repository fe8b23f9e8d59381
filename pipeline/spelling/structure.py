"""Document numbers and list markers (GB/T 9704 §7.2.5, §7.3.3).

In: a draft. Out: edits of brackets, dots and blanks there. Never: the round brackets of a court
number, the 、 of a marker, a marker that is not there.
"""

from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import BLANKS, HAN_PATTERN, before
from pipeline.spelling.draft import Draft, Edit

_GAP: Final = f"[{BLANKS}]{{0,8}}"
_NUMBER: Final = kept.pattern(
    f"(?P<open>[(（【\\[［〔]){_GAP}(?:(?:19|20)[0-9]{{2}}|二[〇零][一二三四五六七八九〇零]{{2}}){_GAP}"
    f"(?P<close>[)）】\\]］〕]){_GAP}第?{_GAP}[0-9]{{1,5}}(?:[-—、～~〜][0-9]{{1,5}}){{0,3}}{_GAP}[号號]"
)
_BLANKS: Final = kept.pattern(f"[{BLANKS}]+")
_FULL_POINT: Final = kept.pattern("(?<![0-9．.])([0-9]{1,3})．(?![0-9])")


def write_document_numbers(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that give the year of a document number its 〔〕 and close its gaps."""
    if draft.seen.isdisjoint("号號") or draft.seen.isdisjoint("0123456789"):
        return []
    rule, text, edits = rules.id_of("document-number"), draft.text, list[Edit]()
    for match in _NUMBER.finditer(text):
        start, opens, closes = match.start(), match.start("open"), match.start("close")
        if not HAN_PATTERN.match(before(text, start)):
            continue
        gap = _gap_before(text, start)
        found = [(start - gap, start, "")] if gap else []
        if text[opens] != "〔":
            found.append((opens, opens + 1, "〔"))
        if text[closes] != "〕":
            found.append((closes, closes + 1, "〕"))
        found += [(m.start(), m.end(), "") for m in _BLANKS.finditer(text, start, match.end())]
        edits += [(*edit, rule) for edit in sorted(found)]
    return edits


def _gap_before(text: str, place: int) -> int:
    """Return how many blanks stand before `place`."""
    start = place
    while start > 0 and _BLANKS.match(text[start - 1]):
        start -= 1
    return place - start


def write_list_points(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that make the ． of the marker 1．a point, at line start or after a mark."""
    if "．" not in draft.seen:
        return []
    rule, text = rules.id_of("list-marker"), draft.text
    return [
        (match.end() - 1, match.end(), ".", rule)
        for match in _FULL_POINT.finditer(text)
        if before(text, match.start()) in ("", *"；。：;:")
    ]

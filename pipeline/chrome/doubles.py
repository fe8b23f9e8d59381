"""Lines → marks on what the page says twice: teasers of its own text, and the numbers of pictures.

In: a sheet. Out: nothing; lines of the sheet get their rule. Never a line whose words do not all
stand elsewhere on the page, but for the dots that cut it short.
"""

from pipeline import kept
from pipeline.chrome.sheet import Sheet, take

_MARKS = kept.pattern(r"[\W_]+")  # a box may show the text without its quotes
_DOTS = ".…"
_CUT = kept.pattern(f"[{_DOTS}]{{2,6}}$|…$")
_SHORTEST = 24  # characters of a teaser
_COUNT = kept.pattern(r"\(?(\d{1,3}) ?/ ?(\d{1,3})\)?")
_PICTURES = 3  # fewer numbers may be fractions


def mark_doubles(sheet: Sheet) -> None:
    """Mark cut-off copies of the text, and 1/6, 2/6 … beside its pictures."""
    for rule, label in sheet.of("teaser"):
        prose = (line for line in sheet.lines if line.mass and line.text[-1] in _DOTS)
        cut = [line for line in prose if _CUT.search(line.text)]
        page = _MARKS.sub("", "".join(line.text for line in sheet.lines)) if cut else ""
        for line in cut:
            named = label.match(line.text)
            text = _MARKS.sub("", line.text[named.end() if named else 0 :])
            if len(text) >= _SHORTEST and page.count(text) > 1:
                line.mark(rule)
    for rule, _ in sheet.of("picture-number"):
        counts = [(x, _COUNT.fullmatch(x.text)) for x in sheet.lines if "/" in x.text]
        found = [(line, int(m[1]), int(m[2])) for line, m in counts if m]
        numbers = [number for _, number, _ in found]
        totals = {total for _, _, total in found}
        if len(found) >= _PICTURES and totals == {len(found)} and numbers == sorted(numbers):
            take((line for line, _, _ in found), rule)
    _mark_labelled(sheet)


def _mark_labelled(sheet: Sheet) -> None:
    """Mark the title where it stands once more, below a label of the site."""
    for rule, label in sheet.of("labelled-title"):
        for line in sheet.lines:
            found = line.rule is None and label.match(line.text)
            title = found and line.text[found.end() :]
            if title and any(x.text == title for x in sheet.lines):
                line.mark(rule)

"""What tells that a line is not the end of its paragraph.

In: a line, the lines after it, rules. Out: signs for and against a broken paragraph. Never reads
more of a paragraph than the line it was given last: long paragraphs stay cheap.
"""

import re
from collections.abc import Sequence
from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import BLANK_SET, BLANKS, CLOSING, FILLER, HAN, HAN_PATTERN, OPENING

AHEAD: Final = 4  # lines in which an open mark has to be closed
_NEVER_FIRST: Final = frozenset(CLOSING + "，。、；：？！" + "),;:?!")

_FINISHED: Final = frozenset("。！？；：….!?;:⋯")
_CLOSERS: Final = frozenset(CLOSING + ")]\"'")
# What stands behind a full stop and belongs to its sentence: [9], （见昨日第6版）.
_NOTE: Final = kept.pattern(
    "(?:[（(\\[［〔【][^（(\\[［〔【）)\\]］〕】]{1,30}[）)\\]］〕】]){1,3}$"
)
_NOTE_ENDS: Final = frozenset("）)]］〕】")
_OPENERS: Final = frozenset(OPENING + "([")
_OPEN: Final = _OPENERS | {'"'}
_BREAKING: Final = _OPENERS | frozenset("，、,")
_QUOTES: Final = {"“": '“”"', "‘": "‘’"}
_OPENER_OF: Final = dict(zip("”’）》〉】〕］」』〗)]", "“‘（《〈【〔［「『〖（［", strict=True))
_CLOSER_OF: Final = {
    opener: closer for closer, opener in _OPENER_OF.items() if closer not in ")]"
} | {'"': '"'}
_PAIRED: Final = kept.pattern('[“”‘’（）()《》〈〉【】〔〕「」『』"]')
# Half-width marks count wherever they may turn full width later on.
_CLAUSE: Final = kept.pattern(f"[，。]|,(?![0-9])|(?<=[{HAN}{CLOSING})%])\\.")
_SENTENCE: Final = kept.pattern(f"[，。；？！]|[,;?!](?![0-9])|(?<=[{HAN}{CLOSING})%])[,;?!.]")
# All that is a mark now or turns into one: a line is as wide, and as marked, on the second pass.
_MARK: Final = kept.pattern(
    f'[，。、；：？！“”（）《》「」『』〝〞,;:?!()"＂]|<<(?=[^<>|｜]{{1,200}}>>)|(?<=[{HAN}{CLOSING})%])\\.'
)
_LISTED: Final = kept.pattern(
    f"^[{HAN}{BLANKS}]{{1,8}}[:：]|"
    "[)）\\]］】]$|[0-9]{4}([-/.])[0-9]{1,2}\\1[0-9]{1,2}$|[0-9]{1,2}:[0-9]{2}:[0-9]{2}$"
)
_END_INSIDE: Final = kept.pattern(f"[。！？；!?;]|(?<=[{HAN}{CLOSING})%])\\.")
_DATE: Final = kept.pattern("[（(]?[\\d一二三四五六七八九〇零○]{4}[年.\\-/][^，。,]{0,8}[）)]?$")
_BRACKETED: Final = kept.pattern("[（(【\\[].*[）)】\\]]$")
# A few words that only go on: no heading or cell begins with "and".
_CONJOINED: Final = kept.pattern(f"[和与及或的][{HAN}]{{1,7}}")
_DOTS: Final = kept.pattern("\\.{3,}|。{3,}|…+|⋯+")
_LABEL: Final = 8  # a label set wide is not longer
_DEEPEST: Final = 16  # open marks kept in mind; more are no prose
_PROSE_LENGTH: Final = 20
_REMNANT: Final = 10  # a shorter line under a heading is the end of its sentence, no paragraph
_WRAP_LINES, _WRAP_SLACK, _WRAP_LEAST = 3, 2, 10


def is_unfinished(line: str) -> bool:
    """Return whether `line` ends neither a sentence nor a line of its own."""
    if not line or line[-1] == FILLER or _is_finished(line):
        return False
    note = _NOTE.search(line) if line[-1] in _NOTE_ENDS else None
    return not (note and _is_finished(line[: note.start()]))


def _is_finished(line: str) -> bool:
    return line[-1:] in _FINISHED or (line[-1:] in _CLOSERS and line[-2:-1] in _FINISHED)


def may_break(line: str, below: str) -> bool:
    """Return False where no sign of a broken paragraph is possible: most cells and headings."""
    return (
        len(line) >= _WRAP_LEAST
        or line[-1] in _BREAKING
        or below[:1] in _NEVER_FIRST
        or not _OPEN.isdisjoint(line)
    )


class Paragraph:
    """The lines that were found to be one paragraph so far."""

    def __init__(self, line: str, rules: SpellingRules) -> None:
        self.rules = rules
        self.first = line
        self.last = ""
        self.length = 0
        self.clauses = self.ended = False
        self.open: list[str] = []
        self.add(line)

    def add(self, line: str) -> None:
        """Take in the next line."""
        self.last = line
        self.length += _solid(line)
        self.clauses = self.clauses or _CLAUSE.search(line) is not None
        self.ended = self.ended or _END_INSIDE.search(line) is not None
        if self.open or not _OPEN.isdisjoint(line):
            for mark in _PAIRED.findall(line):
                _pair(self.open, mark)

    def goes_on(self, lines: Sequence[str], place: int) -> bool:
        """Return whether lines[place] continues this paragraph, indents and blocks aside."""
        below = lines[place]
        return self._has_sign(lines, place) and self._may_take(below)

    def _has_sign(self, lines: Sequence[str], place: int) -> bool:
        """Return whether any of the signs of a broken paragraph is there (POLICY §8)."""
        below = lines[place]
        return (
            self._breaks_off()
            or below[:1] in _NEVER_FIRST
            or self._is_closed_by(lines[place : place + AHEAD])
            or self._reads_on_in(below)
            or is_wrapped(lines, place - 1)
        )

    def _may_take(self, below: str) -> bool:
        """Return whether nothing forbids that `below` goes on here."""
        if not below or not HAN_PATTERN.search(self.last) or below.strip(FILLER) == "":
            return False
        if self._begins(below) or _DATE.match(below):
            return False
        # Two numbers would become one.
        return not (self.last[-1].isdigit() and below[0].isdigit())

    def _begins(self, below: str) -> bool:
        """Return whether `below` begins with a marker or a label, set wide or not: 地 点：."""
        if self.rules.item.match(below):
            return True
        if BLANK_SET.isdisjoint(below[:_LABEL]):
            return False
        label = "".join(c for c in below[:_LABEL] if c not in BLANK_SET)
        return (":" in label or "：" in label) and self.rules.item.match(label) is not None

    def _breaks_off(self) -> bool:
        """Return whether the last line ends in a comma or an opening mark."""
        end = self.last[-1]
        if end in _QUOTES:  # one that faces the wrong way may close
            return sum(map(self.last.count, _QUOTES[end])) % 2 == 1
        return end in _BREAKING

    def _is_closed_by(self, ahead: Sequence[str]) -> bool:
        """Return whether a mark is open that the lines `ahead` close before opening another."""
        if not self.open:
            return False
        opener = self.open[-1]
        pattern = re.compile(f"[{re.escape(opener + _CLOSER_OF[opener])}]")
        for line in ahead:
            if self.rules.item.match(line):
                return False
            found = pattern.search(line.translate(_ONE_KIND))
            if found:
                return found[0] == _CLOSER_OF[opener]
        return False

    def _reads_on_in(self, below: str) -> bool:
        """Return whether this is prose cut inside a sentence, and `below` is prose too."""
        if self.length < _PROSE_LENGTH or not self.clauses or not below:
            return False
        if self._is_heading() and not (len(below) < _REMNANT and below[-1] in "。."):
            return False
        if self._is_title() or _BRACKETED.match(below):
            return False
        cut_number = self.last[-1].isalnum() and self.last[-1].isascii()
        if cut_number and HAN_PATTERN.match(below[0]):
            return True
        if _SENTENCE.search(below) or _CONJOINED.fullmatch(below):
            return True
        return self._is_as_wide(below)

    def _is_as_wide(self, below: str) -> bool:
        """Return whether `below` fills its line as the last one does: wrapped, mark or no mark."""
        width = _width(self.last)
        if width < _PROSE_LENGTH or self.rules.title.search(below) or _has_gaps(self.last, below):
            return False
        return abs(_width(below) - width) <= _WRAP_SLACK

    def _is_heading(self) -> bool:
        return not self.ended and self.rules.item.match(self.first) is not None

    def _is_title(self) -> bool:
        if self.ended:
            return False
        return bool(self.rules.title.search(self.last) or _BRACKETED.match(self.first))


def _pair(stack: list[str], mark: str) -> None:
    """Push an opening mark, or pop the one that `mark` closes; a stray closer does nothing.

    Double quotes take turns whatever way they face: quotes.py turns them round later.
    """
    mark = mark.translate(_ONE_KIND)
    opener = _OPENER_OF.get(mark, "")
    if mark == "“" and mark in stack:
        opener = mark
    if opener == "“" and opener not in stack:
        opener, mark = "", "“"
    if not opener:
        if len(stack) < _DEEPEST:
            stack.append(mark)
    elif opener in stack:
        while stack.pop() != opener:
            pass


_ONE_KIND: Final = str.maketrans('()"', "（）”")


def is_wrapped(lines: Sequence[str], place: int) -> bool:
    """Return whether three lines of one width that hold marks, `place` among them, follow.

    That is text wrapped by hand. Lines whose first marks all stand at one place are verses; where
    two end in a bracket or a date, or begin with a label, they are entries of a list.
    """
    if len(lines[place]) < _WRAP_LEAST:
        return False
    width = _width(lines[place])
    if width < _WRAP_LEAST or _width(lines[place + 1]) > width + _WRAP_SLACK:
        return False
    run = [lines[place]]
    for step in (-1, 1):
        for near in (place + step, place + 2 * step):
            if not 0 <= near < len(lines) or abs(_width(lines[near]) - width) > _WRAP_SLACK:
                break
            run.append(lines[near])
    marks = [_MARK.search(line) for line in run]
    alike = len({mark.start() for mark in marks if mark}) == 1
    listed = sum(_LISTED.search(line) is not None for line in run)
    return len(run) >= _WRAP_LINES and _is_prose(run, width) and not alike and listed < _WRAP_SLACK


def _is_prose(run: Sequence[str], width: int) -> bool:
    """Return whether lines of one `width` hold the marks of sentences.

    Brackets and quotes alone are those of titles; enough 、 are an enumeration. A clause can be
    longer than a line, so one line of prose may hold nothing; a blank would make it a row.
    """
    if all(map(_MARK.search, run)):
        listing = sum(line.count("、") for line in run)
        return listing >= len(run) or any(map(_SENTENCE.search, run))
    return width >= _PROSE_LENGTH and _hold_clauses(run) and not _has_gaps(*run)


def _has_gaps(*lines: str) -> bool:
    """Return whether a blank in `lines` may part the cells of a row."""
    return any(not BLANK_SET.isdisjoint(line) for line in lines)


def _hold_clauses(run: Sequence[str]) -> bool:
    """Return whether all lines of `run` but one hold ， or 。: a clause can be a line long."""
    return sum(_CLAUSE.search(line) is None for line in run) == 1


def _width(line: str) -> int:
    """Return the characters of `line`, counted so that no respelling changes it; 0 for Latin."""
    if not HAN_PATTERN.search(line):
        return 0
    dotted = ".." in line or "。。" in line or "…" in line or "⋯" in line
    return _solid(_DOTS.sub("……", line) if dotted else line)


def _solid(line: str) -> int:
    """Return how many characters of `line` are no blanks."""
    return sum(map(len, line.split()))

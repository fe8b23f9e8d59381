"""Text → what every rule did to it, line by line, in places of the text as it was.

In: a text and rules. Out: the lines that change, each with its edits. Never: an edit that was made
and undone again; the text between two edits is the same before and after.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline import kept
from pipeline.spelling.context import BLANKS
from pipeline.spelling.draft import Draft, Edit

_BREAK: Final = kept.pattern(f"(?<![{BLANKS}])[{BLANKS}]*\n[{BLANKS}\n]*")


@dataclass(frozen=True, slots=True)
class Respelled:
    """`after` stands where `before` stood, from character `start` of its line on, by `rules`."""

    start: int
    before: str
    after: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that changes: its number from 1 in the source, its text before and after, and why.

    `before` holds newlines where lines were joined. `after` is "" where nothing stays: blank lines
    are left out without a rule.
    """

    number: int
    before: str
    after: str
    edits: tuple[Respelled, ...]


@dataclass(slots=True)
class _Span:
    """source[first:last] became text[begin:end]."""

    first: int
    last: int
    begin: int
    end: int
    rules: frozenset[str]


class TracedDraft(Draft):
    """A draft that knows of each changed stretch where it came from."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.source = text
        self.spans: list[_Span] = []

    def substitute(self, pattern: re.Pattern[str], after: str, rule: str) -> None:
        """Put `after` in the place of every match, and record each."""
        self.apply([(m.start(), m.end(), after, rule) for m in pattern.finditer(self.text)])

    def note(self, edits: Sequence[Edit]) -> None:
        """Merge `edits` into the spans; one that cuts a span widens it."""
        old, merged, place, moved = self.spans, list[_Span](), 0, 0
        offset = reach = 0  # source place less text place; where the last merged span ended
        for start, end, after, rule in self._refined(edits):
            while place < len(old) and old[place].end <= start and old[place].begin < end:
                merged.append(_shifted(old[place], moved))
                offset, reach = old[place].last - old[place].end, old[place].end
                place += 1
            if not merged or start >= reach:
                new = _Span(start + offset, 0, start + moved, 0, frozenset())
                merged.append(new)
                reach = start
            new = merged[-1]
            new.rules |= {rule}
            reach = max(reach, end)
            while place < len(old) and old[place].begin < end:
                if old[place].begin < start:
                    new.first, new.begin = old[place].first, old[place].begin + moved
                new.rules |= old[place].rules
                offset, reach = old[place].last - old[place].end, max(reach, old[place].end)
                place += 1
            moved += len(after) - (end - start)
            new.last, new.end = reach + offset, reach + moved
        self.spans = [*merged, *(_shifted(span, moved) for span in old[place:])]

    def _refined(self, edits: Sequence[Edit]) -> Iterator[Edit]:
        """Yield `edits`, but joined lines as the breaks that went: their words stayed."""
        for start, end, after, rule in edits:
            parts = (
                list(_BREAK.finditer(self.text, start, end)) if "\n" in self.text[start:end] else []
            )
            place, cursor, found = start, 0, list[Edit]()
            for part in parts:
                cursor += part.start() - place
                place = part.end()
                blank = " " if after[cursor : cursor + 1] == " " else ""
                found.append((part.start(), place, blank, rule))
                cursor += len(blank)
            kept = (
                self.text[start:end] if not parts else _carried_out(self.text, (start, end), found)
            )
            yield from found if parts and kept == after else [(start, end, after, rule)]

    def lines(self) -> Iterator[LineChange]:
        """Yield the lines that changed, in order."""
        number, first, begin, spans = 1, 0, 0, list(self._real_spans())
        place = 0
        for line in self.text.split("\n"):
            own = []
            while place < len(spans) and spans[place].begin <= begin + len(line):
                own.append(spans[place])
                place += 1
            grown = sum((s.end - s.begin) - (s.last - s.first) for s in own)
            before = self.source[first : first + len(line) - grown]
            if own or (not line and first < len(self.source)):
                edits = tuple(self._told(span, first) for span in own)
                yield LineChange(number, before, line, edits)
            number += before.count("\n") + 1
            first += len(before) + 1
            begin += len(line) + 1

    def _real_spans(self) -> Iterator[_Span]:
        for span in self.spans:
            if self.source[span.first : span.last] != self.text[span.begin : span.end]:
                yield span

    def _told(self, span: _Span, first: int) -> Respelled:
        before, after = self.source[span.first : span.last], self.text[span.begin : span.end]
        return Respelled(span.first - first, before, after, tuple(sorted(span.rules)))


def _carried_out(text: str, bounds: tuple[int, int], edits: Sequence[Edit]) -> str:
    """Return text[start:end] after `edits`, which lie in it."""
    place, kept = bounds[0], list[str]()
    for start, end, after, _ in edits:
        kept += (text[place:start], after)
        place = end
    return "".join(kept) + text[place : bounds[1]]


def _shifted(span: _Span, moved: int) -> _Span:
    return _Span(span.first, span.last, span.begin + moved, span.end + moved, span.rules)


def unified(changes: Sequence[LineChange], name: str) -> Iterator[str]:
    """Yield a unified diff without context, line by line; `patch` can carry it out.

    After the second @@ of a hunk stand the rules that did it.
    """
    yield from (f"--- {name}", f"+++ {name}")
    shift = 0  # lines of the source, less those that came out, up to here
    for change in changes:
        before = change.before.split("\n")
        count = 1 if change.after else 0
        begin = change.number - shift - (1 - count)
        rules = sorted({rule for edit in change.edits for rule in edit.rules})
        head = f"@@ -{change.number},{len(before)} +{begin},{count} @@ {' '.join(rules)}"
        yield head.rstrip()
        yield from (f"-{line}" for line in before)
        if change.after:
            yield f"+{change.after}"
        shift += len(before) - count


def pieces(change: LineChange) -> Iterator[tuple[str, Respelled | None]]:
    """Yield `change.before` in pieces: (text, None) for what stays, ("", edit) for an edit."""
    place = 0
    for edit in change.edits:
        if edit.start > place:
            yield change.before[place : edit.start], None
        yield "", edit
        place = edit.start + len(edit.before)
    if place < len(change.before):
        yield change.before[place:], None

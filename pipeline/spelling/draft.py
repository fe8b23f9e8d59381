"""The text being respelled, and the story of what was done to it.

In: a text, or the blocks it is made of. Out: the respelled text, and one `Change` an edit.
Every mechanism hands over edits and never a text of its own, so the spelling of a bare text and
of a page can not drift apart, and no respelling can go unrecorded.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, TypeAlias

from pipeline import kept
from pipeline.records import Block, Change
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.alphabet import characters
from pipeline.spelling.context import FILLER
from pipeline.spelling.protect import hide, reveal

# Start, end, what takes the place of text[start:end], the rule's id.
Edit: TypeAlias = tuple[int, int, str, str]

_NEWLINES: Final = kept.pattern("\n{2,}")


class Draft:
    """A text on its way. `seen` holds at least the characters that `text` has.

    Between `hide` and `reveal` fillers stand in `text` for what is protected.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.seen = characters(text)
        self.hidden = ""

    def hide(self, rules: SpellingRules, also: Sequence[tuple[int, int]] = ()) -> None:
        """Fill protected spans and the spans `also`; what was hidden stays hidden."""
        self.text, found = hide(self.text, self.seen, rules, also)
        self.hidden = reveal(found, self.hidden)

    def revealed(self) -> str:
        """Return the text with what is hidden in it; places are those of `text`."""
        return reveal(self.text, self.hidden)

    def reveal(self) -> None:
        """Turn every filler back into what it hid."""
        self.text, self.hidden = reveal(self.text, self.hidden), ""

    def apply(self, edits: Sequence[Edit]) -> None:
        """Carry out `edits`, which are in order and do not overlap."""
        if not edits:
            return
        self.note(edits)
        text, cursor = self.text, 0
        pieces: list[str] = []
        for start, end, after, _ in edits:
            pieces += (text[cursor:start], after)
            cursor = end
        pieces.append(text[cursor:])
        self.text = "".join(pieces)
        self.seen.update(*{edit[2] for edit in edits})

    def substitute(self, pattern: re.Pattern[str], after: str, rule: str) -> None:
        """Put `after` in the place of every match of `pattern`, by `rule`: `apply`, but in C."""
        del rule  # a bare text has no story
        self.text = pattern.sub(after, self.text)
        self.seen.update(after)

    def note(self, edits: Sequence[Edit]) -> None:
        """Record `edits`; a bare text has no story."""

    def fixed(self) -> frozenset[int]:
        """Return the places of the newlines that part what may never be joined."""
        return frozenset()


class BlockDraft(Draft):
    """A draft whose lines belong to blocks of a page."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        """Take the published blocks of `blocks`; tables and dropped ones are not spelled."""
        self.places = [i for i, block in enumerate(blocks) if is_spelled(block)]
        self.lasts = [_last(blocks, i) for i in self.places]  # what was joined to each, or is ""
        self.kinds = [blocks[i] for i in self.places]
        self.spelled = frozenset(self.places)
        self.starts: list[int] = []
        self.changes: list[Change] = []
        start = 0
        for block in self.kinds:
            self.starts.append(start)
            start += len(block.text) + 1
        super().__init__("\n".join(block.text for block in self.kinds))

    def fixed(self) -> frozenset[int]:
        """Return the newlines before blocks that do not go on with the paragraph above."""
        pairs = zip(range(len(self.places)), range(1, len(self.places)), strict=False)
        return frozenset(self.starts[below] - 1 for above, below in pairs if self._apart(above))

    def _apart(self, above: int) -> bool:
        """Return whether a block and the next one can not be one broken paragraph.

        Markup does not break a heading or an item in two; flattened text does break items.
        """
        first, second = self.kinds[above], self.kinds[above + 1]
        if self.places[above + 1] - self.lasts[above] != 1 or second.kind != "paragraph":
            return True
        return not (first.kind == "paragraph" or (first.kind == "item" and not first.path))

    def substitute(self, pattern: re.Pattern[str], after: str, rule: str) -> None:
        """Put `after` in the place of every match, and record each."""
        self.apply([(m.start(), m.end(), after, rule) for m in pattern.finditer(self.text)])

    def note(self, edits: Sequence[Edit]) -> None:
        """Add a change for each edit, at its place after all earlier ones, and move the blocks."""
        shift = base = counted = passed = 0
        current, swallowed = -1, set()
        shifts: list[tuple[int, int]] = []
        for start, end, after, rule in edits:
            place = bisect_right(self.starts, start) - 1
            if place != current:
                current, base = place, shift
            before = self.text[start:end]
            if FILLER in before:
                counted, passed = start, passed + self.text.count(FILLER, counted, start)
                before, after = (reveal(part, self.hidden[passed:]) for part in (before, after))
            before = _NEWLINES.sub("\n", before)  # a block that became "" is stepped over
            offset = start - self.starts[place] + shift - base
            self.changes.append(Change(self.places[place], rule, before, after, offset))
            shift += len(after) - (end - start)
            shifts.append((end, shift))
            if "\n" in before:
                swallowed |= set(range(place + 1, bisect_right(self.starts, end)))
        self._move(shifts, swallowed)

    def _move(self, shifts: Sequence[tuple[int, int]], swallowed: set[int]) -> None:
        """Shift the starts of blocks by the edits before them; forget blocks that were joined."""
        moved, next_edit, shift = [], 0, 0
        for start in self.starts:
            while next_edit < len(shifts) and shifts[next_edit][0] <= start:
                shift = shifts[next_edit][1]
                next_edit += 1
            moved.append(start + shift)
        keep = [i for i in range(len(moved)) if i not in swallowed]
        ends = [*(i - 1 for i in keep[1:]), len(moved) - 1]
        self.lasts = [self.lasts[i] for i in ends] if keep else []
        self.starts = [moved[i] for i in keep]
        self.places = [self.places[i] for i in keep]
        self.kinds = [self.kinds[i] for i in keep]

    def texts(self) -> dict[int, str]:
        """Return the text of every block that was spelled and not joined to another."""
        if not self.places:
            return {}
        ends = [*(start - 1 for start in self.starts[1:]), len(self.text)]
        return {
            place: self.text[start:end]
            for place, start, end in zip(self.places, self.starts, ends, strict=True)
        }


def is_spelled(block: Block) -> bool:
    """Return whether `block` has text, is published and no table."""
    return bool(block.text) and not block.dropped_by and block.kind != "table"


def _last(blocks: Sequence[Block], place: int) -> int:
    """Return the place of the last block behind `place` that was joined to it, or `place`."""
    for i in range(place + 1, len(blocks)):
        if blocks[i].text or blocks[i].kind != "paragraph":
            break
        place = i
    return place

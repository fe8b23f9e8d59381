"""Text or page → one spelling. The order of the mechanisms is the order of the list.

In: a text with one block a line, or a page. Out: the same in the house style. Never loses a line,
changes a number, or respells a table, a dropped block or a page that is no article.
"""

from collections.abc import Callable
from functools import cache
from typing import Final

from msgspec.structs import replace

from pipeline import kept
from pipeline.records import Block, Change, Page
from pipeline.rules.spelling import SpellingRule, SpellingRules
from pipeline.spelling.blanks import drop_blanks
from pipeline.spelling.brackets import widen_brackets
from pipeline.spelling.cells import respell_rows, respell_table
from pipeline.spelling.dashes import write_dashes, write_dots, write_middle_dots, write_tildes
from pipeline.spelling.draft import BlockDraft, Draft, Edit
from pipeline.spelling.entities import resolve_references
from pipeline.spelling.gaps import space_gaps
from pipeline.spelling.latin import respell_latin_lines
from pipeline.spelling.letters import (
    compose,
    drop_joiners,
    respell_characters,
    write_ideographic_zero,
)
from pipeline.spelling.marks import widen_beside_han, widen_marks
from pipeline.spelling.mojibake import fix_latin, lossy_runs, read_c1, undo_mojibake
from pipeline.spelling.numbers import close_colons, respell_numbers
from pipeline.spelling.quotes import pair_straight, turn_corners, write_title_marks
from pipeline.spelling.rejoin import rejoin
from pipeline.spelling.script import write_script
from pipeline.spelling.structure import write_document_numbers, write_list_points
from pipeline.spelling.trace import LineChange, TracedDraft

Mechanism = Callable[[Draft, SpellingRules], list[Edit]]

_REPAIR: Final[tuple[Mechanism, ...]] = (resolve_references, undo_mojibake)
_LETTERS: Final[tuple[Mechanism, ...]] = (
    fix_latin,
    read_c1,
    close_colons,
    respell_numbers,
    drop_joiners,
    respell_characters,
    compose,
)
_PARAGRAPHS: Final[tuple[Mechanism, ...]] = (rejoin, write_ideographic_zero, write_script)
_QUOTES: Final[tuple[Mechanism, ...]] = (
    widen_beside_han,
    write_title_marks,
    pair_straight,
    turn_corners,
    write_document_numbers,
    write_list_points,
    write_tildes,
    write_middle_dots,
)
_MARKS: Final[tuple[Mechanism, ...]] = (write_dots, write_dashes, widen_marks, widen_brackets)
_LINES: Final[tuple[Mechanism, ...]] = (respell_latin_lines, drop_blanks, space_gaps)
_ROUNDS: Final = 4
_MARK_ROUNDS: Final = 32  # a mark settles a bracket, which settles the next mark
_BREAKS: Final = kept.pattern("\r\n?|[\u2028\u2029]")
_ODD_BREAKS: Final = "\r\u2028\u2029"


def normalize_text(text: str, rules: SpellingRules) -> str:
    """Return `text` in the house style, one block a line, without blank lines.

    Doing it twice changes nothing more. An empty text stays empty.
    """
    draft = Draft(_with_newlines(text))
    _respell(draft, rules)
    return "\n".join(line for line in draft.text.split("\n") if line)


def trace_text(text: str, rules: SpellingRules) -> tuple[LineChange, ...]:
    """Return what `normalize_text` does to `text`: the lines that change, and by which rules."""
    draft = TracedDraft(_with_newlines(text))
    _respell(draft, rules)
    return tuple(draft.lines())


def normalize_page(page: Page, rules: SpellingRules) -> Page:
    """Return `page` with its published text and title in the house style.

    Dropped blocks and pages that are no article stay as they are, and tables too unless the style
    says otherwise. `changes` tells every respelling; `replay` carries them out again.
    """
    if page.dropped_by:
        return page
    draft = BlockDraft(page.blocks)
    _respell(draft, rules)
    texts, spelled = draft.texts(), draft.spelled
    blocks = tuple(
        _with_text(block, texts.get(place, "")) if place in spelled else block
        for place, block in enumerate(page.blocks)
    )
    title = normalize_text(page.title, rules).replace("\n", " ")
    page = replace(page, title=title, blocks=blocks, changes=(*page.changes, *draft.changes))
    return page if rules.style.cells == "verbatim" else _with_cells(page, rules)


def _with_text(block: Block, text: str) -> Block:
    return block if text == block.text else replace(block, text=text)


def _with_cells(page: Page, rules: SpellingRules) -> Page:
    """Return `page` with the cells of its tables in the house style."""

    @cache  # most cells of a column are alike
    def respell(cell: str) -> tuple[str, tuple[Change, ...]]:
        draft = BlockDraft([Block("paragraph", cell)])
        _respell(draft, rules)
        return draft.text, tuple(draft.changes)

    blocks, changes = list(page.blocks), list(page.changes)
    for place, block in enumerate(page.blocks):
        if block.kind == "table" and not block.dropped_by:
            blocks[place], made = respell_rows(place, block, respell)
            changes += made
    tables = tuple(respell_table(table, respell) for table in page.tables)
    return replace(page, blocks=tuple(blocks), changes=tuple(changes), tables=tables)


def try_rule(rule: SpellingRule, text: str, rules: SpellingRules) -> str:
    """Return what the normalizer makes of a case of `rule`: all rules work, as they do on pages.

    The style is the house's, but for what the rule's own `choice` says.
    """
    return normalize_text(text, rules.styled(rule.choice)) if rule in rules.rules else text


def _with_newlines(text: str) -> str:
    """Return `text` with every kind of line break as LF."""
    return _BREAKS.sub("\n", text) if any(odd in text for odd in _ODD_BREAKS) else text


def _respell(draft: Draft, rules: SpellingRules) -> None:
    """Carry out all mechanisms in order, again where letters came out that were not there.

    A letter that was repaired may be the first of a new address, or the last of new damage.
    """
    for _ in range(_ROUNDS):
        if not _once(draft, rules):
            break


def _once(draft: Draft, rules: SpellingRules) -> bool:
    """Carry out all mechanisms; return whether damage or characters were among what changed."""
    odd = False
    for _ in range(_ROUNDS):  # what was deleted may have hidden damage, or an address
        while _run(_REPAIR, draft, rules):
            odd = True  # one damage can hide another; every round leaves fewer characters
        draft.hide(rules, lossy_runs(draft))
        before = draft.text
        _run(_LETTERS, draft, rules)
        if draft.text == before:
            break
        draft.reveal()  # an address may begin further left now
        odd = True
    else:
        draft.hide(rules, lossy_runs(draft))
    _run((*_PARAGRAPHS, replace_words, *_QUOTES), draft, rules)
    for _ in range(_MARK_ROUNDS):
        if not _run(_MARKS, draft, rules):
            break
    _run(_LINES, draft, rules)
    draft.reveal()
    return odd


def _run(mechanisms: tuple[Mechanism, ...], draft: Draft, rules: SpellingRules) -> int:
    """Carry out `mechanisms`; return how many edits they made."""
    count = 0
    for mechanism in mechanisms:
        edits = mechanism(draft, rules)
        if rules.skipped:
            edits = [edit for edit in edits if edit[3] not in rules.skipped]
        draft.apply(edits)
        count += len(edits)
    return count


def replace_words(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits of the user's own patterns; one that would change a digit is left undone."""
    found: list[Edit] = []
    for pattern, rule in rules.replacements:
        for match in pattern.finditer(draft.text):
            after = match.expand(rule.replace)
            if match[0] and after != match[0] and _digits(after) == _digits(match[0]):
                found.append((match.start(), match.end(), after, rule.id))
    return _apart(sorted(found))


def _apart(edits: list[Edit]) -> list[Edit]:
    """Return `edits` without those that overlap an earlier one or touch a line break."""
    kept: list[Edit] = []
    for edit in edits:
        if not kept or kept[-1][1] <= edit[0]:
            kept.append(edit)
    return kept


def _digits(text: str) -> list[str]:
    """Return the digits of `text`, 三百 among them: a number in words is a number."""
    return [character for character in text if character.isnumeric()]

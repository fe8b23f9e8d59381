"""Lines → tokens: what kind of cell a line, or a piece of a line, looks like.

In: the text of lines that may be cells. Out: tokens with a kind. Never a decision about where a
cell stands: that is for `rows`, which sees all of them.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from pipeline import kept
from pipeline.records import Block
from pipeline.rules.tables import Lexicon

TokenKind = Literal[
    "text", "number", "percent", "total", "phrase", "dash", "binding", "unit", "gap"
]

#: Kinds that stand in a column of values and nowhere else.
VALUES: frozenset[TokenKind] = frozenset(("number", "percent", "total", "phrase", "dash", "gap"))
FIGURES: frozenset[TokenKind] = frozenset(("number", "percent", "total"))

_BLANKS = kept.pattern(r"[\s\u3000]+")
_HAN_BLANK = kept.pattern(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_STRESS = kept.pattern(r"(\*{1,3}|_{2,3})(?=\S)([^*_]+?)(?<=\S)\1")
_ESCAPED = kept.pattern(r"\\([\\`*_{}\[\]()#+.!|<>~-])")
_CELL_GAP = kept.pattern(r"\t|[\s\u3000]{2,}")
_LONGEST_VALUE = 40
_FIGURE_STARTS = "[【〖〔<>＜＞≥≤≧≦~～±+-－约"
_YEAR_DIGITS = 4
#: One of many is a unit, no figure: 1/10万.
_RATIO = kept.pattern(r"1/\d*\D+")
_BRACKETED = kept.pattern(r"[(（]-?\d")
_PREFIX = kept.pattern(r"[(（]?(\d{1,3})[)）.．、](?!\d)")
_OPENING, _CLOSING, _MARKS = "[【〖〔", "]】〗〕", "*＊﹡ "
_REMARK = kept.pattern(r"(?<=[\d%％])[\[【〖〔][^\]】〗〕\d]{1,6}[\]】〗〕]$")
_FIGURE_ENDS = tuple("0123456789%％‰")
_FIGURE = kept.pattern(r"[-+－±~～—]?\d")
_BRACKETS = str.maketrans("", "", _OPENING + _CLOSING)


@dataclass(frozen=True, slots=True)
class Token:
    """A cell or a line of a wrapped cell. `block` holds it; `starts` says that it begins a row.

    `bound` marks a figure that is a limit (>6.5, 53以上): a target, never what was measured;
    `moves` marks words that speak of a change (与经济增长同步).
    """

    text: str
    kind: TokenKind
    block: int = -1
    starts: bool = False
    bound: bool = False
    moves: bool = False


@dataclass(frozen=True)
class Typer:
    """Tells kinds of cells apart by their spelling, with the words of `lexicon`."""

    lexicon: Lexicon

    @cached_property
    def _figure(self) -> re.Pattern[str]:
        """A figure with what may stand around it: bound, range, unit, 左右, a note in brackets."""
        words = self.lexicon
        number = r"[-+－]?\d[\d,，]*(?:[.．]\d+)?(?:[:：]\d+(?:\.\d+)?)?"
        unit = rf"(?:{words.units.pattern})"
        return re.compile(
            rf"(?:{words.qualifiers_before.pattern})?\s*[<>＜＞≥≤≧≦~～±]?=?\s*{number}(?:\s*{unit})?"
            rf"(?:[-—–~～至－]{{1,2}}{number}(?:\s*{unit})?)?\s*[*＊﹡①-⑳]?"
            rf"\s*(?:{words.qualifiers_after.pattern})?\s*[*＊﹡]?"
            rf"(?:[(（][^()（）]{{1,10}}[)）])?\s*[*＊﹡①-⑳]?"
        )

    def token(self, text: str, block: int, *, starts: bool = False) -> Token:
        """Return `text` as a token with its kind."""
        kind = self.kind(text)
        bound = kind in FIGURES and bool(self.lexicon.bounds.search(text))
        moves = kind in ("phrase", "text") and bool(self.lexicon.moves.search(text))
        return Token(text, kind, block, starts, bound, moves)

    def kind(self, text: str) -> TokenKind:
        """Return the kind of a cell; `text` where it is nothing that a column of values holds."""
        if not text:
            return "gap"
        if len(text) > _LONGEST_VALUE:
            return "text"
        words = self.lexicon
        if words.bindings.fullmatch(text):
            return "binding"
        if words.dashes.fullmatch(text):
            return "dash"
        if _RATIO.fullmatch(text) and words.units.fullmatch(text):
            return "unit"
        return self._figure_kind(text) or self._word_kind(text)

    def _figure_kind(self, text: str) -> TokenKind | None:
        plain = _REMARK.sub("", text).translate(_BRACKETS).strip()
        if (
            not plain
            or not any(char.isdigit() for char in plain)
            or not self._figure.fullmatch(plain)
        ):
            return None
        if text[0] in _OPENING and self._closes(text):
            return "total"
        return "percent" if "%" in text or "％" in text else "number"

    def _closes(self, text: str) -> bool:
        """Return whether nothing but a mark or 左右 follows the closing bracket."""
        rest = text[max(text.rfind(mark) for mark in _CLOSING) + 1 :].strip(_MARKS)
        return not rest or self.lexicon.qualifiers_after.fullmatch(rest) is not None

    def _word_kind(self, text: str) -> TokenKind:
        if self.lexicon.units.fullmatch(text):
            return "unit"
        return "phrase" if self.lexicon.phrases.search(text) else "text"


def squeeze(text: str) -> str:
    """Return `text` without the blanks that lay out a cell; one blank stays between words."""
    return _HAN_BLANK.sub("", _BLANKS.sub(" ", text).strip())


def together(lines: Iterable[str]) -> str:
    """Return the lines of one cell as one; a blank parts two Latin words, and two figures.

    >>> together(["城镇新增", "就业人数"]), together(["per", "capita"]), together(["12.5", "-3"])
    ('城镇新增就业人数', 'per capita', '12.5 -3')
    """
    whole = ""
    for line in lines:
        whole += f" {line}" if _are_apart(whole, line) else line
    return whole


def _are_apart(above: str, below: str) -> bool:
    """Return whether two lines end in words, or in figures, that would run together."""
    end, start = above[-1:], below[:1]
    words = end.isascii() and end.isalpha() and start.isascii() and start.isalpha()
    return words or (end in _FIGURE_ENDS and _FIGURE.match(below) is not None)


def plain(text: str) -> str:
    """Return `text` without the marks that Markdown sets around words, and before some letters."""
    return _ESCAPED.sub(r"\1", _STRESS.sub(r"\2", text))


def bare(text: str) -> str:
    """Return `text` without any blank, brackets in one width: how header cells are compared."""
    return _BLANKS.sub("", text).replace("（", "(").replace("）", ")").replace("／", "/")


def pieces(text: str) -> list[str]:
    """Return the cells of a line whose cells are apart by a tab or by two blanks.

    A name spaced out to fill its cell (指　　标) is one cell. An empty piece is an empty cell.
    """
    parts = [squeeze(part) for part in _CELL_GAP.split(text.strip(" \u3000\xa0\r\n"))]
    if all(len(part) <= 1 and not part.isascii() for part in parts):
        return [squeeze("".join(parts))]
    return parts


def prefix(text: str) -> int:
    """Return the serial number that a name begins with, 0 where it has none.

    >>> prefix("(12)农村贫困人口脱贫(万人)"), prefix("2.5左右")
    (12, 0)
    """
    found = _PREFIX.match(text)
    return int(found[1]) if found else 0


def read_lines(blocks: Sequence[Block], indexes: Sequence[int], typer: Typer) -> list[Token]:
    """Return one token a block; a line left blank beyond the usual distance is an empty cell."""
    step = usual_step([blocks[i].line for i in indexes])
    tokens: list[Token] = []
    before = blocks[indexes[0]].line if indexes else 0
    for index in indexes:
        missing = (blocks[index].line - before) // step - 1 if step else 0
        if 1 <= missing <= 3:
            tokens.append(Token("", "gap"))
        before = blocks[index].line
        text = squeeze(blocks[index].text)
        tokens.append(typer.token(text, index))
    return tokens


def tabs(text: str) -> list[str]:
    """Return the cells of a line that are apart by single tabs, the first ones empty too."""
    return [squeeze(part) for part in text.rstrip().split("\t")]


def spaced(text: str, typer: Typer) -> list[str]:
    """Return the cells of a line that are apart by single blanks, or by single wide ones.

    A name spaced out (原 煤) is one cell, and so is a figure with its unit (10136 亿元).
    """
    if text.strip().count("\u3000") > text.strip().count(" "):
        return [squeeze(part) for part in text.strip().split("\u3000")]
    words = text.split()
    cells: list[str] = []
    at = 0
    while at < len(words):
        size = _cell_size(words[at : at + 3], typer, None)
        cells.append(squeeze(" ".join(words[at : at + size])))
        at += size
    return cells


def read_rows(
    blocks: Sequence[Block],
    indexes: Sequence[int],
    typer: Typer,
    cut: Callable[[str], list[str]] = pieces,
) -> list[Token]:
    """Return the tokens of lines that each hold one row, which `cut` parts into cells."""
    tokens: list[Token] = []
    for index in indexes:
        for place, text in enumerate(cut(blocks[index].text)):
            tokens.append(typer.token(text, index, starts=place == 0))
    return tokens


def read_line(block: Block, index: int, typer: Typer, heads: Callable[[str], bool]) -> list[Token]:
    """Return the tokens of a line that holds a whole table, cells parted by single blanks.

    Figures may hold blanks of their own (10136 亿元), and so may the cells of the header, as long
    as `heads` knows them.
    """
    words = block.text.split()
    tokens: list[Token] = []
    at, body = 0, False
    while at < len(words):
        size = _cell_size(words[at : at + 3], typer, None if body else heads)
        text = " ".join(words[at : at + size])
        body = body or not heads(text)
        tokens.append(typer.token(text, index))
        at += size
    return tokens


def _cell_size(words: Sequence[str], typer: Typer, heads: Callable[[str], bool] | None) -> int:
    """Return how many of the next words are one cell: a header cell, a figure, or one word."""
    if len(words) > 1 and all(_is_letter(word) for word in words[:2]):
        return 2
    if len(words) > 2 and all(_is_letter(word) for word in words[1:3]):
        return 1
    texts = {size: " ".join(words[:size]) for size in range(1, len(words) + 1)}
    if heads is not None and words[0].isdigit() and len(words[0]) == _YEAR_DIGITS:
        return next((s for s in range(2, len(words) + 1) if heads(texts[s])), 1)
    if heads is not None and heads(words[0]):
        return 1
    if words[0][0] not in _FIGURE_STARTS and not words[0][0].isdigit():
        return 1
    whole = next((s for s in range(len(words), 1, -1) if typer.kind(texts[s]) in FIGURES), 1)
    # A figure in brackets is the next cell: 15左右 (4.1).
    return next((s for s in range(1, whole) if _BRACKETED.match(words[s])), whole)


def by_line(tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """Return the tokens of each line that begins a row; nothing where none is marked so."""
    starts = [at for at, token in enumerate(tokens) if token.starts]
    return [tokens[a:b] for a, b in pairwise([*starts, len(tokens)])]


def line_ends(tokens: Sequence[Token]) -> tuple[int, ...]:
    """Return for each token where the line ends that holds it."""
    ends: list[int] = []
    end = len(tokens)
    for place in range(len(tokens) - 1, -1, -1):
        ends.append(end)
        if tokens[place].starts:
            end = place
    return tuple(reversed(ends))


def has_figure(line: Sequence[Token], words: Lexicon) -> bool:
    """Return whether a line holds a figure that is no year."""
    return any(
        token.kind in FIGURES and not words.year.fullmatch(bare(token.text)) for token in line
    )


def _is_letter(word: str) -> bool:
    """Return whether a word is one Chinese character, as of a name that is spaced out."""
    return len(word) == 1 and "\u3400" <= word <= "\u9fff"


def usual_step(lines: Sequence[int]) -> int:
    """Return the most frequent distance between lines, 0 where none is known."""
    steps = [after - before for before, after in pairwise(lines)]
    common = Counter(steps).most_common(1)
    return common[0][0] if common else 0

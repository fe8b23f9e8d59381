"""What stands beside a character, and in which line.

In: a text and a place in it. Out: answers that several mechanisms need. Never changes a text.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from pipeline import kept

HAN: Final = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
OPENING: Final = "“‘（《〈【〔［「『〖"
CLOSING: Final = "”’）》〉】〕］」』〗"
STOPS: Final = "，。、；：？！"
# Stands in for every character of a span that may not be touched: see protect.py.
FILLER: Final = "\uf8ff"
BLANKS: Final = " \t\u3000\u00a0\u2000-\u200a\u202f\u205f"
BLANK_SET: Final = frozenset(
    " \t\u3000\u00a0\u202f\u205f" + "".join(map(chr, range(0x2000, 0x200B)))
)

UNITS: Final = "%‰℃°㎡㎞㎏²³"

HAN_PATTERN: Final = kept.pattern(f"[{HAN}]")
KANA_PATTERN: Final = kept.pattern("[\u3041-\u30fa\u30fc-\u30ff\uff66-\uff9d]")
LATIN_PATTERN: Final = kept.pattern("[A-Za-z\u00c0-\u024f]")
# 、《 and their like are written in Chinese only, so a line that has one is Chinese, Han or not.
CHINESE_PATTERN: Final = kept.pattern(f"[{HAN}、《》〈〉「」『』【】〔〕]")
PROSE_PATTERN: Final = kept.pattern("[，。；！？]")
CHINESE_MARKS: Final = frozenset(OPENING + CLOSING + STOPS + "…—～·")


def is_han(character: str) -> bool:
    """Return whether `character` is an ideograph; "" is not."""
    return "\u4e00" <= character <= "\u9fff" or HAN_PATTERN.match(character) is not None


def is_chinese(character: str) -> bool:
    """Return whether `character` is an ideograph or a Chinese mark; "" is neither."""
    return (
        "\u4e00" <= character <= "\u9fff"
        or character in CHINESE_MARKS
        or HAN_PATTERN.match(character) is not None
    )


def is_latin(character: str) -> bool:
    """Return whether `character` is a Latin letter, an ASCII digit or stands for such a span."""
    return (character.isascii() and character.isalnum()) or character == FILLER


def before(text: str, place: int) -> str:
    """Return the nearest character of the line before `place` that is no blank, or ""."""
    place -= 1
    while place >= 0 and text[place] in BLANK_SET:
        place -= 1
    return "" if place < 0 or text[place] == "\n" else text[place]


def after(text: str, place: int) -> str:
    """Return the nearest character of the line from `place` on that is no blank, or ""."""
    while place < len(text) and text[place] in BLANK_SET:
        place += 1
    return "" if place == len(text) or text[place] == "\n" else text[place]


def lines_with(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Yield (start, line) for every line in which `pattern` is found, each once."""
    found = pattern.search(text)
    while found:
        start = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.start())
        end = len(text) if end < 0 else end
        yield start, text[start:end]
        found = pattern.search(text, end)


def lines_having(text: str, literals: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield (start, line) for every line that holds one of `literals`, each once, in order.

    To find a literal is several times as quick as to search for a class of characters.
    """
    bounds: dict[int, int] = {}
    for literal in literals:
        place = text.find(literal)
        while place >= 0:
            start = text.rfind("\n", 0, place) + 1
            end = text.find("\n", place)
            bounds[start] = end = len(text) if end < 0 else end
            place = text.find(literal, end)
    for start in sorted(bounds):
        yield start, text[start : bounds[start]]


class Lines:
    """Knows the line around a place; quick when asked in the order of the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.start, self.end = 0, -1
        self._chinese: bool | None = None

    def _seek(self, place: int) -> None:
        if self.start <= place <= self.end:
            return
        self.start = self.text.rfind("\n", 0, place) + 1
        end = self.text.find("\n", place)
        self.end = len(self.text) if end < 0 else end
        self._chinese = None

    def chinese(self, place: int) -> bool:
        """Return whether the line around `place` is a Chinese one."""
        self._seek(place)
        if self._chinese is None:
            self._chinese = CHINESE_PATTERN.search(self.text, self.start, self.end) is not None
        return self._chinese

    def bounds(self, place: int) -> tuple[int, int]:
        """Return start and end of the line around `place`."""
        self._seek(place)
        return self.start, self.end

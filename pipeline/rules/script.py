"""Scripts of Chinese: OpenCC's converters, and its table of single characters.

In: any text. Out: what OpenCC makes of it (`convert`), or the same number of characters, each
folded alike everywhere, as a comparison needs it (`to_simplified`). The only user of OpenCC.
"""

from functools import cache

import opencc

from pipeline.kept import remember

# What is worked out of OpenCC's tables holds as long as they do.
VERSION: str = opencc.__version__

# Unified ideographs with extension A, compatibility ideographs, and the planes of the later
# extensions. Nothing outside them has a Simplified form.
_IDEOGRAPHS = ((0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))


@cache
def _converter(config: str) -> opencc.OpenCC:
    """Return a converter; it is built once."""
    return opencc.OpenCC(config)


def convert(text: str, config: str) -> str:
    """Return `text` converted by OpenCC's `config`, such as "t2s"; words count."""
    return str(_converter(config).convert(text))


def to_simplified(text: str) -> str:
    """Return `text` with every Traditional character in its Simplified form, one for one.

    >>> to_simplified("政府資訊公開")
    '政府资讯公开'
    """
    return text.translate(simplified())


@cache
def simplified() -> dict[int, int]:
    """Return code point → code point for each character that OpenCC's `t2s` changes."""
    return remember("simplified", VERSION, _simplified)


def _simplified() -> dict[int, int]:
    characters = [chr(code) for low, high in _IDEOGRAPHS for code in range(low, high)]
    # Parted by newlines, so that no phrase of the dictionary can match.
    converted = convert("\n".join(characters), "t2s").split("\n")
    pairs = zip(characters, converted, strict=True)
    return {ord(a): ord(b) for a, b in pairs if a != b and len(b) == 1}

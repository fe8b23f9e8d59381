"""Serialised markup → its tags, each with the text after it.

In: a page as a parser writes its tree. Out: tags in their order. Never a comment, and never the
inside of an element that is no markup (a script, a style, a frame).
"""

import re
from typing import Final, TypeAlias

#: Name of an element that was read whole ("" for others), "/" where it closes, name ("" for a
#: comment and the like), attributes as written, and the text up to the next tag, as written.
Tag: TypeAlias = tuple[str, str, str, str, str]

#: Elements that hold nothing, and have no end.
VOID_TAGS: Final = frozenset(
    (
        *("area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img"),
        *("input", "keygen", "link", "meta", "param", "source", "track", "wbr"),
    )
)
#: Elements that are read whole: what is in them is no markup.
WHOLE_TAGS: Final = frozenset(("iframe", "noembed", "noframes", "noscript", "script", "style"))
_WHOLE = "|".join(sorted(WHOLE_TAGS))
_TAG = re.compile(
    rf"<(?:({_WHOLE})[ >](?:[^<]++|<(?!/\1))*+</\1|(/?)([a-zA-Z][^\s/>]*)([^>]*)"
    r"|!--(?:[^-]++|-(?!->))*+--|[!?][^>]*)>([^<]*)"
)
_ATTRIBUTE = re.compile(r' ([^\s=]+)="([^"]*)"')
_SCRIPTS: Final = {
    "sup": str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"),
    "sub": str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋"),
}
_DIGITS = re.compile("[0-9+-]+")


def read_tags(markup: str) -> list[Tag]:
    """Return the tags of `markup`."""
    return _TAG.findall(markup)


def attributes_of(written: str) -> dict[str, str]:
    """Return the attributes of a tag by name, their character references read."""
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(written)}


def unescape(text: str) -> str:
    """Return `text` with the character references read that a parser writes."""
    if "&" not in text:
        return text
    text = text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">")
    return text.replace("&quot;", '"').replace("&amp;", "&")


def raised(tag: str, text: str) -> str:
    """Return the digits of a <sup> or <sub> as such characters: 10<sup>4</sup> is not 104.

    Anything else in them, a footnote's [1] or a formula's dot, stays as it is.
    """
    return text.translate(_SCRIPTS[tag]) if _DIGITS.fullmatch(text) else text

"""Serialised markup → the same without what holds no text, and its tags.

In: a page as a parser writes its tree. Out: markup in which each tag is short and means something;
stretches of it as tags. Never the inside of an element that is no markup (a script, a style, a
frame), and never a text lost.
"""

from typing import Final, TypeAlias

from pipeline import kept

#: "/" where it closes, name, attributes as written, and the blanks after it.
Tag: TypeAlias = tuple[str, str, str, str]

#: Elements that hold nothing, and have no end.
VOID_TAGS: Final = frozenset(
    (
        *("area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img"),
        *("input", "keygen", "link", "meta", "param", "source", "track", "wbr"),
    )
)
#: Elements that are read whole: what is in them is no markup. A parser empties those that tell a
#: frame from a table (`grid`), because they may hold any tag, even their own end.
EMPTIED_TAGS: Final = ("script", "iframe")
WHOLE_TAGS: Final = frozenset((*EMPTIED_TAGS, "noembed", "noframes", "noscript", "style"))
_TEXTLESS = kept.pattern(
    r"<(?:!--(?:[^-]++|-(?!->))*+--|[!?][^>]*"
    r"|(noembed|noframes|noscript|style)(?=[ >])(?:[^<]++|<(?!/\1))*+</\1"
    r"|(?:area|base|basefont|bgsound|img|source|track|wbr)(?=[ >])[^>]*)>"
)
# A script listens on what looks like a link and leads nowhere; a place in the text has a name.
# What never ends, or holds much, is no link whose words are few.
_LINK = kept.pattern(
    '<a (?:[^>]* )?href="[^>]*>'
    r'|<a(?: (?!name=|id=)[^\s=>]+="[^">]*")*>'
    r"(?=(?:[^<]{0,80}<(?!/?a[ >])[^>]*>){0,6}[^<]{0,80}</a>)"
)
#: How a link is written that leads somewhere, wherever it leads: so that tags repeat.
LINK: Final = '<a href="">'
_TAG = kept.pattern(r"<(/?)([a-zA-Z][^\s/>]*)([^>]*)>([ \t\n\f\r]*)")
_ATTRIBUTE = kept.pattern(r' ([^\s=]+)="([^"]*)"')
_SCRIPTS: Final = {
    "sup": str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"),
    "sub": str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋"),
}
_DIGITS = kept.pattern("[0-9+-]+")


def tidy(markup: str) -> str:
    """Return `markup` without comments, styles and pictures, and with links alike."""
    return _LINK.sub(LINK, _TEXTLESS.sub("", markup))


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

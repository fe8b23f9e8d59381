"""Text from a page → text in which nothing hides.

In: any string. Out: the same with its invisible characters named, such as ⟨U+202E⟩. Never markup:
who shows it escapes it.
"""

import re

# Controls, joiners, direction marks, fillers: what shows nothing, or turns what is shown around.
_HIDDEN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e"
    "\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]"
)


def clear(text: str) -> str:
    """Return `text` with what is invisible in it named.

    >>> clear("a" + chr(0x202E) + "b")
    'a⟨U+202E⟩b'
    """
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def clear_blanks(text: str) -> str:
    """Return `text` with its blanks shown too: what a rule did to them is to be seen.

    >>> clear_blanks("2021 年")
    '2021␣年'
    """
    return clear(text).replace(" ", "␣").replace("\u3000", "□").replace("\n", "↵")

"""words.toml → what the report says, in English and in Chinese.

In: the table of words. Out: `words.js`, by which the report turns to either language, and spans for
index.html, which is written in English. Never: a number, or a string of a page, in the table.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from pipeline.publish.report.pieces import packed
from pipeline.toml import read_toml

_TABLE = Path(__file__).with_name("words.toml")
_HAN = re.compile("[\u3400-\u9fff]")


@cache
def words() -> Mapping[str, Any]:
    """Return the table: `words`, `said`, `reasons` and `mends`."""
    return read_toml(_TABLE)


def words_script() -> bytes:
    """Return words.js, which names the table WORDS."""
    return b"".join((b'"use strict";\nconst WORDS = ', packed(words()), b";\n"))


def said(key: str, values: Mapping[str, object]) -> str:
    """Return the English of `key` with `values` put in.

    >>> said("n-rules", {"n": 1}), said("n-rules", {"n": 2})
    ('1 rule', '2 rules')
    """
    one, _, more = words()["words"][key]["en"].partition("|")
    form = one if not more or str(values.get("n")) == "1" else more
    return re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), form)


def word(key: str, **values: object) -> Markup:
    """Return an element that says `key`, and that `report.js` can say otherwise."""
    told = "".join(f' data-{name}="{escape(value)}"' for name, value in values.items())
    return Markup(f'<span data-word="{key}"{told}>{escape(said(key, values))}</span>')


def code(family: str, name: str) -> Markup:
    """Return an element that says a code such as `empty`; one that nobody translated, as it is."""
    key = f"{family}-{name}"
    return word(key) if key in words()["words"] else escape(name)


def translated(kind: str, text: str, key: str) -> Markup:
    """Return an element with an English `text` that `key` finds in the table `kind`."""
    return Markup(f'<span data-{kind}="{escape(key)}">{escape(text)}</span>')


def tongue(text: str) -> Markup:
    """Return the attribute of an element that holds `text` of a page.

    >>> tongue("城镇化率"), tongue("GDP")
    (Markup(' lang="zh"'), Markup(''))
    """
    return Markup(' lang="zh"' if _HAN.search(text) else "")

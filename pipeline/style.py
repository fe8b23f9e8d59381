"""How text may be spelled where reasonable people differ: `[normalize]` of config.toml.

In: nothing. Out: the choices, with the house style as their default. Never a choice that loses
a word or changes a number.
"""

from typing import Literal

import msgspec


class Style(msgspec.Struct, frozen=True):
    """`gaps`: between Han and a Latin word or a number, "remove" them or write one "space".

    `script`: what every paragraph is converted to; "keep" converts none. `vocabulary`: whose
    words are exchanged with those of the mainland on the way; "characters" exchanges none.
    `quotes`: the outer pair. `cells`: whether the cells of tables are respelled.
    """

    gaps: Literal["remove", "space"] = "remove"
    script: Literal["simplified", "traditional", "keep"] = "simplified"
    vocabulary: Literal["characters", "taiwan", "hongkong"] = "characters"
    quotes: Literal["“”", "「」"] = "“”"
    cells: Literal["normalized", "verbatim"] = "verbatim"

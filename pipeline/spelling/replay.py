"""Blocks + changes → blocks: what the story of a page says was done to it.

In: the blocks as parsed and `Page.changes`. Out: the blocks as published. Never repairs a story:
a change that does not fit its block is an error.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from pipeline.errors import PageError
from pipeline.records import Block, Change


def replay(blocks: Sequence[Block], changes: Iterable[Change]) -> tuple[Block, ...]:
    """Return `blocks` after `changes`, one after the other; `PageError` where one does not fit.

    A change whose `before` runs past its block swallows the blocks that it steps into. Changes of
    the title (`block` below 0) have no block.
    """
    texts = [block.text for block in blocks]
    for change in changes:
        if change.block >= 0:
            _carry_out(texts, change)
    return tuple(
        block if block.text == text else replace(block, text=text)
        for block, text in zip(blocks, texts, strict=True)
    )


def _carry_out(texts: list[str], change: Change) -> None:
    last = change.block
    text = texts[last]
    end = change.start + len(change.before)
    while len(text) < end and last + 1 < len(texts):
        last += 1
        if texts[last]:  # a block that was joined before is stepped over
            text += "\n" + texts[last]
    if text[change.start : end] != change.before:
        message = (
            f"block {change.block}: {change.rule}: {change.before!r} is not at {change.start}. "
            "Clean the page anew"
        )
        raise PageError(reason="bad-change", message=message)
    texts[change.block] = text[: change.start] + change.after + text[end:]
    for place in range(change.block + 1, last + 1):
        texts[place] = ""

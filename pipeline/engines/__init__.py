"""Where work runs. An engine knows functions and items, never pages.

In: a function and items. Out: one result for each item, in their order. Never: an item without a
result, a worker that outlives the run.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Engine(Protocol):
    """What a stage asks of an engine."""

    def map(
        self,
        function: Callable[[T], R],
        items: Sequence[T],
        failed: Callable[[T, str, str], R],
    ) -> Iterator[R]:
        """Yield `function(item)` for each item; `failed(item, reason, message)` where it broke."""
        ...

    def close(self) -> None:
        """Stop the workers at once."""
        ...

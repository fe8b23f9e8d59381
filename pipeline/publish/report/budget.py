"""How much the report may say of each page, so that it stays small enough to keep and to open.

In: how large each page's story came out. Out: the room of the next one, in bytes. Never: a limit
that depends on anything but the pages before, in the order of their paths.
"""

from dataclasses import dataclass

# What is not spent on short pages is there for long ones: a few hundred pages are shown whole.
_FUND = 20_000_000
_A_PAGE = 8_000
_LEAST, _MOST = 4_000, 400_000


@dataclass(slots=True)
class Budget:
    """Some 8 KB a page, and 20 MB that any of them may use."""

    left: int = _FUND

    @property
    def room(self) -> int:
        """Return how many bytes the story of the next page may take."""
        return max(_LEAST, min(_MOST, self.left))

    def spend(self, size: int) -> None:
        """Take note of a story of `size` bytes."""
        self.left += _A_PAGE - size

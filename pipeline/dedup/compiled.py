"""Typed functions → machine code, by numba; and the arrays they work on.

Every kernel names its types, so that importing compiles it (once a machine, then from numba's
cache) and calling it never does. Kernels hold no Python objects and release the interpreter.
"""

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Codes: TypeAlias = NDArray[np.uint32]  # code points
Hashes: TypeAlias = NDArray[np.uint64]
Places: TypeAlias = NDArray[np.int32]  # in a text
Counts: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Runs: TypeAlias = NDArray[np.int32]  # one a row, see `align.align`

FNV_PRIME, FNV_BASIS = np.uint64(0x100000001B3), np.uint64(0xCBF29CE484222325)

F = TypeVar("F", bound=Callable[..., Any])


def compiled(signature: str) -> Callable[[F], F]:
    """Return a decorator that compiles a function for the types of `signature`."""

    def wrap(function: F) -> F:
        return cast("F", njit(signature, cache=True, nogil=True)(function))

    return wrap

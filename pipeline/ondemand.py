"""Names of a package → the modules they lie in, loaded when they are first asked for.

In: the name of a package, and for each of its names the module. Out: what is to be its
`__getattr__`. Never: a module loaded by a command that does not need it.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def loader(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package whose names lie in the modules that `homes` tells."""

    def load(name: str) -> Any:
        if name not in homes:
            message = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return load

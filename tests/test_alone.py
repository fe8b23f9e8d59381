"""Libraries are loaded as if what they would load for nothing were not there."""

import sys
from importlib import import_module

import pytest

from pipeline.alone import without


def test_a_package_is_not_there_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with without("colorsys"), pytest.raises(ImportError):
        import_module("colorsys")
    assert import_module("colorsys").rgb_to_hsv(0, 0, 0) == (0, 0, 0)


def test_a_package_that_is_loaded_stays() -> None:
    loaded = import_module("colorsys")
    with without("colorsys"):
        assert import_module("colorsys") is loaded

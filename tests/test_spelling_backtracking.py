"""No pattern of the normalizer goes back over what it has read: see tests/backtracking.py.

They are tried in a program of its own, by processor time that no slow machine needs: a search
that reads a text once takes a thousandth of it.
"""

import subprocess
import sys
from pathlib import Path

from tests.backtracking import patterns

ROOT = Path(__file__).parent.parent


def tried(*given: str) -> list[str]:
    """Return what the program says, line by line."""
    command = [sys.executable, "-m", "tests.backtracking", *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-800:]
    return done.stdout.splitlines()


def test_no_pattern_backtracks() -> None:
    *slow, count = tried()
    assert slow == []
    assert int(count) == len(dict(patterns())) > 100


def test_the_worst_is_thought_of() -> None:
    bad = ["(?:a+)+b", "[0-9]*[0-9]*x", " *,", "(?:[^()]*[\"'])+[)]"]
    *slow, _ = tried(*bad, "[a-z]+", "x[^x]*")
    assert [line.partition("\t")[0] for line in slow] == bad

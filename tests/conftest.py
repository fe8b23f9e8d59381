"""What many tests need: the command line as typed, and the example corpus cleaned once."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples every time: a test that fails fails for everybody. HYPOTHESIS_PROFILE=explore
# looks for new ones.
settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def cli() -> Cli:
    """Return a function that runs `clean-corpus` with arguments and captures what it says."""

    def call(*arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, "NO_COLOR": "1", "COLUMNS": "100"},
        )
        out, err = (stream.decode("utf-8") for stream in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(done.args, done.returncode, out, err)

    return call


@pytest.fixture(scope="session")
def example(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the example corpus in raw/ was cleaned into."""
    cleaned = tmp_path_factory.mktemp("example") / "cleaned"
    done = cli("run", "--raw", ROOT / "raw", "--cleaned", cleaned)
    assert done.returncode == 0, done.stderr
    return cleaned


@pytest.fixture(scope="session")
def seeds() -> Path:
    """Return the folder of the five real pages; the test is skipped where they are not."""
    folder = SHARED / "seeds"
    if not folder.is_dir():
        pytest.skip("the shared pages are not here")
    return folder

"""A luigid that shows the graph of a run, and one that is down."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import Cli, cli
from tests.test_run import raw, tree

__all__ = ["cli", "raw"]


@pytest.fixture
def port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number: int = found.getsockname()[1]
    return number


@pytest.fixture
def luigid(port: int, tmp_path: Path) -> Iterator[str]:
    """Return the host:port of a luigid."""
    program = Path(sys.executable).with_name("luigid")
    words = [str(program), "--address", "127.0.0.1", "--port", str(port), "--logdir", str(tmp_path)]
    server = subprocess.Popen([*words, "--state-path", str(tmp_path / "state")], cwd=tmp_path)
    deadline = time.monotonic() + 60
    while True:
        try:
            page = urllib.request.urlopen(f"http://127.0.0.1:{port}/static/visualiser/index.html")
            page.close()
            break
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < deadline
            time.sleep(0.2)
    yield f"127.0.0.1:{port}"
    server.terminate()
    server.wait()


def tasks(luigid: str, status: str) -> dict[str, object]:
    url = f"http://{luigid}/api/task_list"
    query = json.dumps({"status": status, "upstream_status": ""})
    with urllib.request.urlopen(f"{url}?data={quote(query)}") as answer:
        found: dict[str, object] = json.load(answer)["response"]
    return found


def test_luigid_shows_the_graph_and_changes_nothing(
    cli: Cli, raw: Path, tmp_path: Path, luigid: str
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert cli("run", "--raw", raw, "--cleaned", one).returncode == 0
    for cleaned in (two, tmp_path / "three"):
        done = cli("run", "--raw", raw, "--cleaned", cleaned, "--scheduler", luigid)
        assert done.returncode == 0, done.stderr
        assert tree(cleaned) == tree(one)
    done_tasks = tasks(luigid, "DONE")
    assert sum(name.startswith("CleanCorpus_") for name in done_tasks) == 2
    assert any(name.startswith("StripChrome_") for name in done_tasks)
    config = tmp_path / "strict.toml"
    (raw / "empty.html").touch()
    config.write_text(f"[run]\nscheduler = '{luigid}'\n", "utf-8")
    options = ("--raw", raw, "--cleaned", two, "--config", config)
    assert cli("run", *options, "--strict").returncode == 5
    assert cli("run", *options).returncode == 0, "what failed once is not tried again"


def test_a_luigid_that_is_down_ends_the_run_within_two_minutes(
    cli: Cli, raw: Path, tmp_path: Path, port: int
) -> None:
    began = time.monotonic()
    done = cli("run", "--raw", raw, "--cleaned", tmp_path / "c", "--scheduler", f"127.0.0.1:{port}")
    assert done.returncode == 1
    assert time.monotonic() - began < 120
    assert "no luigid answers" in done.stderr

"""Clusters on this machine: the same bytes on all of them, whoever is killed on the way.

`FAULTS_PAGES` says how many pages (140 unless told; 20000 is what a release is tried with).
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from pipeline.engines.spark import java_release
from tests.clusters import ALONE, corpus, settings, written
from tests.conftest import ROOT
from tests.test_run import ledger, tree

PAGES = int(os.environ.get("FAULTS_PAGES", "140"))
EXECUTOR = "CoarseGrainedExecutorBackend"
LONG = 3600  # seconds

pytestmark = pytest.mark.skipif(
    find_spec("pyspark") is None or not java_release(), reason="no pyspark or no Java here"
)


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "raw"
    corpus(folder, PAGES // 7)
    return folder


@pytest.fixture(scope="module")
def wanted(raw: Path) -> dict[str, object]:
    """Return what a run on one machine publishes."""
    config = settings(raw.parent, "local[1]", name="local")
    assert start(raw, raw.with_name("wanted"), config).wait(LONG) == 0
    return written(tree(raw.with_name("wanted")))


@pytest.fixture
def standalone(tmp_path: Path) -> Iterator[str]:
    """Return the address of a master with two workers, on loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"spark://127.0.0.1:{port}"
    deploy = "org.apache.spark.deploy"
    here = ("--host", "127.0.0.1", "--webui-port", "0")
    words: list[tuple[str, ...]] = [(f"{deploy}.master.Master", *here, "--port", str(port))]
    words += [
        (f"{deploy}.worker.Worker", *here, "-c", "1", "-m", "1g", "-d", str(tmp_path / n), address)
        for n in ("one", "two")
    ]
    started = [begin(*some, log=tmp_path / f"{n}.log") for n, some in enumerate(words)]
    yield address
    for one in started:
        one.kill()
        one.wait()


def begin(*words: str, log: Path) -> subprocess.Popen[bytes]:
    """Start a program of Spark's."""
    home = Path(str(find_spec("pyspark").origin)).parent  # type: ignore[union-attr]
    env = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"}
    with log.open("wb") as said:
        return subprocess.Popen(
            [str(home / "bin" / "spark-class"), *words], stdout=said, stderr=said, env=env
        )


def start(raw: Path, cleaned: Path, config: Path) -> subprocess.Popen[bytes]:
    """Start a run."""
    words = [sys.executable, "-m", "pipeline", "run", "--raw", str(raw), "--cleaned", str(cleaned)]
    with config.with_suffix(".said").open("wb") as said:
        return subprocess.Popen(
            [*words, "--config", str(config)], cwd=ROOT, stdout=said, stderr=said
        )


def waited(what: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait until `what` is so, while the process lives."""
    end = time.monotonic() + LONG
    while not what():
        assert process.poll() is None, f"ended with {process.returncode} before its time"
        assert time.monotonic() < end
        time.sleep(0.05)


def below(process: int) -> Iterator[tuple[int, str]]:
    """Yield the processes that a process started, and those that these did, with their words."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text("utf-8", "replace").rpartition(")")[2].split()[1])
        except OSError:  # it ended meanwhile
            continue
        parents.setdefault(parent, []).append(int(stat.parent.name))
    waiting = [process]
    while waiting:
        for child in parents.get(waiting.pop(), ()):
            waiting.append(child)
            try:
                yield child, Path(f"/proc/{child}/cmdline").read_text("utf-8", "replace")
            except OSError:
                continue


def executors(process: int) -> list[int]:
    return [child for child, words in below(process) if EXECUTOR in words]


def some_done(cleaned: Path, what: str) -> bool:
    """Return whether a run came so far that files of such a name lie in its state."""
    return any((cleaned / ".work").glob(what))


# In the middle of the first stage of chunks; in the middle of the search, when candidates are
# known and texts are about to be compared.
MIDDLES = pytest.mark.parametrize(
    "reached", ["strip/*", "search.part/*-candidates/_SUCCESS"], ids=["cleaning", "search"]
)


@pytest.mark.parametrize("master", ["local[2]", "local-cluster[2,1,1024]", "standalone"])
def test_every_cluster_publishes_the_same(
    raw: Path,
    wanted: dict[str, object],
    tmp_path: Path,
    master: str,
    request: pytest.FixtureRequest,
) -> None:
    address = request.getfixturevalue("standalone") if master == "standalone" else master
    process = start(raw, tmp_path / "cleaned", settings(tmp_path, address))
    assert process.wait(LONG) == 0, (tmp_path / "config.said").read_text("utf-8")
    assert written(tree(tmp_path / "cleaned")) == wanted


@MIDDLES
def test_an_executor_that_is_killed_changes_nothing(
    raw: Path, wanted: dict[str, object], tmp_path: Path, reached: str
) -> None:
    cleaned = tmp_path / "cleaned"
    process = start(raw, cleaned, settings(tmp_path, "local-cluster[2,1,1024]"))
    waited(lambda: some_done(cleaned, reached), process)
    os.kill(executors(process.pid)[0], signal.SIGKILL)
    assert process.wait(LONG) == 0, (tmp_path / "config.said").read_text("utf-8")
    assert written(tree(cleaned)) == wanted


@MIDDLES
def test_a_driver_that_is_killed_leaves_nothing_half_published(
    raw: Path, wanted: dict[str, object], tmp_path: Path, reached: str
) -> None:
    cleaned, config = tmp_path / "cleaned", settings(tmp_path, "local[2]")
    process = start(raw, cleaned, config)
    waited(lambda: some_done(cleaned, reached), process)
    started = [child for child, _ in below(process.pid)]
    process.kill()
    process.wait()
    assert not (cleaned / "ledger.csv").exists()
    end = time.monotonic() + 60
    while any(Path(f"/proc/{child}").exists() for child in started) and time.monotonic() < end:
        time.sleep(0.2)
    left = [child for child in started if Path(f"/proc/{child}").exists()]
    assert left == []
    assert start(raw, cleaned, config).wait(LONG) == 0
    assert written(tree(cleaned)) == wanted
    assert not list((cleaned / ".work").glob("*.part"))


def test_a_page_that_never_ends_costs_itself_alone(tmp_path: Path) -> None:
    """It is set aside for the same reason on a cluster as here, and nothing else differs."""
    raw = tmp_path / "raw"
    corpus(raw, 5)
    (raw / "long.txt").write_text("各县要认真检查水库堤防，做好防汛准备工作。\n" * 250_000, "utf-8")
    for name in ("local", "spark"):
        config = settings(tmp_path, "local-cluster[2,1,1024]", name=name)
        with config.open("a", encoding="utf-8") as file:
            file.write("[run]\npage_timeout = 2.0\n")
        assert start(raw, tmp_path / name, config).wait(LONG) == 0
    assert ledger(tmp_path / "spark")["long.txt"]["reason"] == "timeout"
    assert written(tree(tmp_path / "spark")) == written(tree(tmp_path / "local"))


def test_an_executor_with_other_code_is_refused(raw: Path, tmp_path: Path) -> None:
    """It finds a package of the same name first, in which a rule has another reason."""
    other = tmp_path / "other"
    shutil.copytree(ROOT / "pipeline", other / "pipeline")
    with (other / "pipeline" / "flow.py").open("a", encoding="utf-8") as file:
        file.write("\n# Another release.\n")
    conf = {**ALONE, "spark.executorEnv.PYTHONPATH": str(other)}
    process = start(raw, tmp_path / "cleaned", settings(tmp_path, "local-cluster[1,1,1024]", conf))
    assert process.wait(LONG) == 1
    assert "another release of this package" in (tmp_path / "config.said").read_text("utf-8")

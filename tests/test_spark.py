"""The same job on Spark: the same bytes, whatever dies on the way; clear words where it cannot."""

import os
import shutil
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import read, shuffled
from pipeline.config import Config, EngineConfig, read_config
from pipeline.dedup import candidates as in_one_process
from pipeline.dedup.kernel import components as components_in_one_process
from pipeline.engines import spark
from pipeline.engines.local import LocalEngine
from pipeline.engines.spark import SparkEngine, check_spark
from pipeline.errors import ConfigError, CorpusError, EngineError
from pipeline.paths import Paths
from pipeline.reading import How
from pipeline.run import opening
from pipeline.run.job import Asked
from pipeline.run.session import run_once
from pipeline.run.stages import Settings
from pipeline.style import Style
from tests.clusters import ALONE, corpus, settings, written
from tests.conftest import ROOT, Cli
from tests.test_engine import failed, work
from tests.test_run import run, tree

SECRET = "said-to-nobody"

needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None or not spark.java_release(), reason="no pyspark or no Java here"
)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkEngine]:
    conf = {**ALONE, "spark.hadoop.fs.s3a.secret.key": SECRET}
    engine = SparkEngine("local[2]", conf, tmp_path_factory.mktemp("spark") / "log")
    yield engine
    engine.close()


@pytest.fixture
def scratch(engine: SparkEngine, tmp_path: Path) -> Any:
    from pipeline.shuffled.scratch import Scratch

    return Scratch(engine.session, tmp_path / "scratch")


@pytest.fixture
def started(engine: SparkEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs take the cluster that is there already."""
    monkeypatch.setattr(opening, "SparkEngine", lambda *_: engine)
    monkeypatch.setattr(engine, "close", lambda: None)


class Quiet:
    """Progress that nobody looks at."""

    def begin(self, totals: Mapping[str, int]) -> None:
        """Say nothing."""

    def advance(self, stage: str, pages: int) -> None:
        """Say nothing."""


def cleaned(raw: Path, folder: Path, name: str) -> dict[str, object]:
    """Run the job on an engine; return what it published."""
    config = read_config(settings(folder.parent, "local[2]", name=name))
    run_once(Paths(raw, folder), config, Asked(), Quiet(), print)
    return written(tree(folder))


@needs_spark
@pytest.mark.usefixtures("started")
def test_a_run_on_spark_publishes_what_a_run_on_one_machine_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first run, and one after pages came, changed and went; articles in several files."""
    from pipeline.shuffled import articles

    monkeypatch.setattr(articles, "PAGES", 9)
    raw, spark_s = tmp_path / "raw", tmp_path / "spark"
    corpus(raw, 10)
    assert cleaned(raw, spark_s, "spark") == cleaned(raw, tmp_path / "local", "local")
    kept = stage_files(spark_s)
    corpus(raw, 11)
    (raw / "www.site1.example" / "1a.html").unlink()
    (raw / "short.txt").write_text("通知\n\n今天没有通知。\n", "utf-8")
    assert cleaned(raw, spark_s, "spark") == cleaned(raw, tmp_path / "local", "local")
    assert kept < stage_files(spark_s)
    assert len(list((spark_s / "articles").iterdir())) > 2
    assert not list(spark_s.rglob("*.part"))


@needs_spark
def test_executors_find_in_raw_what_this_process_finds(
    engine: SparkEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages, archives, notes, broken files; nothing is looked into twice."""
    from pipeline.shuffled import files

    raw, how = tmp_path / "raw", How()
    corpus(raw, 2)
    shutil.copytree(ROOT / "raw", raw / "more")
    (raw / "broken.warc.gz").write_bytes(b"\x1f\x8b and no more")
    (raw / "short.txt.meta.json").write_text('{"url": "https://www.a.example/1"}', "utf-8")
    monkeypatch.setattr(shuffled, "MANY", 3)
    monkeypatch.setattr(files, "_TASK_FILES", 7)
    time.sleep(2.1)  # younger files are looked into again
    config = Settings(raw, "", "lexbor", how, Style())
    by = partial(shuffled.look_on_spark, engine, config, tmp_path / "look")
    found = read.scan(raw, read.Scan(), how, lambda _: None, by)
    assert found == read.scan(raw, read.Scan(), how, lambda _: None)
    assert len(found.archives) == 2
    assert read.scan(raw, found, how, lambda _: None, refused) == found
    assert not (tmp_path / "look").exists()


def refused(_: object, unseen: Iterable[object]) -> Iterator[Any]:
    """Look into nothing, for there is nothing to look into."""
    assert not list(unseen)
    yield from ()


@needs_spark
def test_raw_follows_an_address(
    engine: SparkEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New, changed and gone; odd names; nothing brought twice, nothing of others touched."""
    from pipeline.shuffled import mirror

    monkeypatch.setattr(mirror, "_FILES", 3)
    there, raw, record = tmp_path / "there [1]", tmp_path / "raw", tmp_path / "record"
    address = f"file://{there}"
    names = [
        "a.html",
        "b/c d.html",
        "b/list.php?id={3}",
        "中/文*.txt",
        "f.jsonl",
        "f.jsonl.meta.json",
    ]
    for name in names:
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        (there / name).write_bytes(name.encode() * 99)
    (there / "logo.png").write_bytes(b"none of ours")
    raw.mkdir()
    (raw / "mine.html").write_text("mine", "utf-8")
    shuffled.follow_on_spark(engine, address, raw, record)
    brought = (raw / "b/c d.html").stat()
    assert held(raw) == {**held(there), "mine.html": b"mine"}
    (there / "a.html").write_text("another", "utf-8")
    (there / "f.jsonl").unlink()
    shuffled.follow_on_spark(engine, address, raw, record)
    assert held(raw) == {**held(there), "mine.html": b"mine"}
    assert (raw / "b/c d.html").stat().st_ino == brought.st_ino
    (there / "mine.html").write_text("theirs", "utf-8")
    with pytest.raises(ConfigError, match=r"mine\.html: was not brought from file:"):
        shuffled.follow_on_spark(engine, address, raw, record)
    assert (raw / "mine.html").read_text("utf-8") == "mine"


def test_an_address_is_read_by_spark_alone(tmp_path: Path) -> None:
    corpus(tmp_path / "raw", 1)
    config = Config(engine=EngineConfig(source="s3a://bucket/pages"))
    with pytest.raises(ConfigError, match=r"engine\.source: is read by Spark"):
        run_once(Paths(tmp_path / "raw", tmp_path / "cleaned"), config, Asked(), Quiet(), print)


def held(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every page below a folder."""
    files = (file for file in folder.rglob("*") if file.is_file() and file.suffix != ".png")
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def stage_files(cleaned: Path) -> set[tuple[str, int]]:
    """Return the results of the first stage, each with what tells whether it was made again."""
    files = (cleaned / ".work" / "strip").glob("*")
    return {(file.name, file.stat().st_ino) for file in files}


def broken(items: Iterable[int]) -> Iterator[str]:
    """Do work that hangs, dies and breaks as an executor does pages."""
    engine = LocalEngine(1, 1.0)
    yield from engine.map(work, list(items), failed)
    engine.close()


@needs_spark
def test_a_page_that_breaks_an_executor_costs_itself_alone(engine: SparkEngine) -> None:
    found = engine.session.sparkContext.parallelize(range(40), 2).mapPartitions(broken).collect()
    others = {n: result for n, result in enumerate(found) if result != f"done {n}"}
    assert set(others) == {13, 17, 19}
    assert others[13].startswith("worker-died 13")
    assert others[17].startswith("timeout 17")
    assert others[19] == "crashed 19: ValueError: nineteen"


@needs_spark
def test_candidates_are_those_of_one_process(scratch: Any) -> None:
    """Small buckets, full ones, and pages with more candidates than are kept."""
    from pipeline.shuffled.candidates import propose

    values = np.random.default_rng(5).integers(0, 2**32, (400, 128), np.uint32)
    values[1:100:2, :64] = values[0:99:2, :64]
    values[100:160, 64:] = values[100, 64:]
    for row in range(160, 400):
        values[row, :] = values[160 + row % 7, :]
        values[row, row % 32 * 4] += row
    rows = [(n, bytearray(row.astype("<u4").tobytes())) for n, row in enumerate(values)]
    table = scratch.session.createDataFrame(rows, "page long, values binary")
    found = sorted((row.a, row.b) for row in propose(scratch, table).collect())
    assert found == [tuple(pair) for pair in in_one_process.propose(values).tolist()]


@needs_spark
def test_stars_find_the_components_that_a_driver_finds(scratch: Any) -> None:
    from pipeline.shuffled.components import components

    rng = np.random.default_rng(6)
    chain = [(n, n + 1) for n in range(60)]
    edges = [*chain, *(tuple(map(int, rng.integers(100, 300, 2))) for _ in range(120))]
    edges = [(min(edge), max(edge)) for edge in edges if edge[0] != edge[1]]
    table = scratch.session.createDataFrame(edges, "a long, b long")
    roots = components_in_one_process(300, np.array(edges, np.int64))
    for most in (0, len(edges)):
        found = {row.page: row.root for row in components(scratch, table, most).collect()}
        assert found == {page: roots[page] for edge in edges for page in edge}


@needs_spark
def test_a_failure_says_its_cause_and_no_secret(engine: SparkEngine, tmp_path: Path) -> None:
    read = engine.session.read
    assert SECRET not in engine.log.read_text("utf-8")
    with pytest.raises(EngineError, match="no-such-file") as failed, engine.explained():
        read.parquet(f"file://{tmp_path}/no-such-file-{SECRET}")
    assert SECRET not in str(failed.value)
    line = Path(f"/proc/{engine.process}/cmdline").read_text("utf-8")
    assert "spark.master" in line
    assert SECRET not in line


@pytest.mark.parametrize(
    ("told", "kind", "message"),
    [
        (
            "Traceback\npipeline.errors.DiskError: /mnt: the disk is full. Free some space",
            "DiskError",
            "/mnt: the disk is full. Free some space",
        ),
        (
            "pipeline.errors.DamagedError: /mnt/x: is damaged: cut. Run again: it is made anew",
            "DamagedError",
            "/mnt/x: is damaged: cut. Run again: it is made anew",
        ),
        ("pipeline.errors.EngineError: other code", "EngineError", "other code"),
        (
            "x\nModuleNotFoundError: No module named 'pipeline.read'",
            "EngineError",
            "an executor says: No module named 'pipeline.read'. Give all of them one environment",
        ),
        ("java.io.IOException: gone", "EngineError", "Spark: java.io.IOException: gone"),
    ],
    ids=["disk", "damaged", "engine", "lacking", "java"],
)
def test_what_an_executor_raises_is_raised_here(told: str, kind: str, message: str) -> None:
    error = spark.as_ours(told, Path("log"))
    assert isinstance(error, CorpusError)
    assert type(error).__name__ == kind
    assert str(error).startswith(message)


def java(folder: Path, says: str) -> str:
    """Return a home of a Java that says which it is."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\n", "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(folder)


def test_without_pyspark_or_java_a_run_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"pip install .* requirements-spark\.txt"):
        check_spark()
    monkeypatch.setattr(spark, "find_spec", lambda name: name)
    for home, said in (
        (str(tmp_path / "nowhere"), "none was found"),
        (java(tmp_path / "old", 'java version "1.8.0_292"'), "Java 8 was found"),
        (java(tmp_path / "eleven", 'openjdk version "11.0.2" 2019-01-15'), "Java 11 was found"),
    ):
        monkeypatch.setenv("JAVA_HOME", home)
        with pytest.raises(ConfigError, match=f"Java 17 or newer, and {said}"):
            check_spark()
    monkeypatch.setenv("JAVA_HOME", java(tmp_path / "new", 'openjdk version "21-ea"'))
    check_spark()


def test_a_run_without_java_ends_with_2_before_any_work(cli: Cli, tmp_path: Path) -> None:
    corpus(tmp_path / "raw", 1)
    os.environ["JAVA_HOME"] = str(tmp_path)
    try:
        done = run(cli, tmp_path / "raw", tmp_path / "cleaned", "--engine", "spark")
    finally:
        del os.environ["JAVA_HOME"]
    assert done.returncode == 2
    assert "engine.name" in done.stderr
    assert not (tmp_path / "cleaned" / ".work" / "strip").exists()

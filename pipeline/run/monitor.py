"""What a run came to → files and calls for those who watch over it.

In: how a run began and ended. Out: a line of JSON in .work/runs.jsonl, metrics as Prometheus reads
them from a file, and the commands and addresses of `[monitor]` told. Never: a run that fails or
ends otherwise because telling of it failed; anything passed through a shell; a clock read by what
is published.
"""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pipeline.config import MonitorConfig
from pipeline.errors import CorpusError, DiskError, LockError
from pipeline.paths import Paths
from pipeline.store import write_bytes

PUBLISHED = "published"
NOTHING_TO_DO = "nothing to do"
FAILED = "failed"
INTERRUPTED = "interrupted"

# A week of runs every ten minutes.
_LINES = 1000
_INTERRUPTED_STATUS = 130
_PAGES = ("articles", "duplicates", "not_articles", "aside")
_NUMBERS = ("tables", "doubtful_cells", "disagreements")


@dataclass
class Watched:
    """A run that is told of when it has ended, however it ends.

    `noted` says whether this run may write in .work/: set once it holds the lock.
    """

    paths: Paths
    config: MonitorConfig
    say: Callable[[str], None]
    noted: bool = False
    outcome: str = FAILED
    numbers: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    _began: float = field(default_factory=time.time)

    def __enter__(self) -> Self:
        return self

    def done(self, numbers: Mapping[str, Any], version: str, *, nothing: bool) -> None:
        """Note that the run came to `numbers`, and whether readers see `version` newly."""
        self.numbers, self.version = numbers, version
        self.outcome = NOTHING_TO_DO if nothing else PUBLISHED

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> None:
        if isinstance(error, LockError):
            return  # the run that holds the lock tells of itself
        before = read_runs(self.paths) if self.noted else []
        record = self._record(error, before)
        if self.noted:
            try:
                self._write(record, before)
            except DiskError as full:
                if error is None:  # else the run has said so
                    self.say(str(full))
        for line in tell(self.config, record):
            self.say(line)

    def _record(self, error: BaseException | None, before: list[dict[str, Any]]) -> dict[str, Any]:
        failed = self._status(error) not in (0, _INTERRUPTED_STATUS)
        in_a_row = before[-1]["failures_in_a_row"] if before else 0
        return {
            "started": _iso(self._began),
            "ended": _iso(time.time()),
            "seconds": round(max(0.0, time.time() - self._began), 1),
            "outcome": self._outcome(error),
            "status": self._status(error),
            "message": str(error) if error else "",
            "failures_in_a_row": in_a_row + 1 if failed else 0,
            "raw": str(self.paths.raw.resolve()),
            "cleaned": str(self.paths.cleaned.resolve()),
            "version": self.version,
            "summary": dict(self.numbers),
        }

    def _outcome(self, error: BaseException | None) -> str:
        if isinstance(error, KeyboardInterrupt):
            return INTERRUPTED
        return FAILED if error else self.outcome

    @staticmethod
    def _status(error: BaseException | None) -> int:
        if isinstance(error, KeyboardInterrupt):
            return _INTERRUPTED_STATUS
        if isinstance(error, CorpusError):
            return error.status
        return 1 if error else 0

    def _write(self, record: dict[str, Any], before: list[dict[str, Any]]) -> None:
        runs = [*before, record][-_LINES:]
        lines = (json.dumps(run, ensure_ascii=False) + "\n" for run in runs)
        write_bytes(self.paths.runs, (line.encode("utf-8", "replace") for line in lines))
        metrics = ["".join(f"{line}\n" for line in prometheus(runs)).encode("utf-8", "replace")]
        write_bytes(self.paths.metrics, metrics)
        if self.config.prometheus:
            try:
                write_bytes(Path(self.config.prometheus), metrics)
            except DiskError as error:
                self.say(f"monitor.prometheus: {error}")


def read_runs(paths: Paths) -> list[dict[str, Any]]:
    """Return what the last runs came to, the oldest first; nothing where that is damaged."""
    try:
        lines = paths.runs.read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]
    except (OSError, ValueError):
        return []


def prometheus(runs: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the lines of a Prometheus text file on the last of `runs`."""
    last = runs[-1]
    corpus = _label(last["cleaned"])
    good = [run for run in runs if run["status"] == 0]
    yield from _metric("last_run_timestamp_seconds", "When the last run ended.", "gauge")
    yield f'clean_corpus_last_run_timestamp_seconds{{corpus="{corpus}"}} {_unix(last["ended"])}'
    yield from _metric("last_run_duration_seconds", "How long the last run took.", "gauge")
    yield f'clean_corpus_last_run_duration_seconds{{corpus="{corpus}"}} {last["seconds"]}'
    yield from _metric("last_run_status", "Exit status of the last run.", "gauge")
    yield f'clean_corpus_last_run_status{{corpus="{corpus}"}} {last["status"]}'
    yield from _metric("failures_in_a_row", "Runs that failed since one did not.", "gauge")
    yield f'clean_corpus_failures_in_a_row{{corpus="{corpus}"}} {last["failures_in_a_row"]}'
    if good:
        yield from _of_last_success(good[-1], corpus)


def _of_last_success(run: Mapping[str, Any], corpus: str) -> Iterator[str]:
    numbers = run["summary"]
    yield from _metric("last_success_timestamp_seconds", "When a run last ended well.", "gauge")
    yield f'clean_corpus_last_success_timestamp_seconds{{corpus="{corpus}"}} {_unix(run["ended"])}'
    yield from _metric("pages", "Pages of raw/ by what became of them.", "gauge")
    for name in _PAGES:
        yield f'clean_corpus_pages{{corpus="{corpus}",status="{name}"}} {numbers.get(name, 0)}'
    yield from _metric("pages_aside", "Pages set aside by reason.", "gauge")
    for reason, count in numbers.get("aside_by_reason", {}).items():
        labels = f'corpus="{corpus}",reason="{_label(reason)}"'
        yield f"clean_corpus_pages_aside{{{labels}}} {count}"
    for name in _NUMBERS:
        yield from _metric(name, f"{name.replace('_', ' ').capitalize()} published.", "gauge")
        yield f'clean_corpus_{name}{{corpus="{corpus}"}} {numbers.get(name, 0)}'


def _metric(name: str, helps: str, kind: str) -> Iterator[str]:
    yield f"# HELP clean_corpus_{name} {helps}"
    yield f"# TYPE clean_corpus_{name} {kind}"


def _label(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def tell(config: MonitorConfig, record: Mapping[str, Any]) -> Iterator[str]:
    """Run the command and call the address for what a run came to; yield what went wrong.

    A run that had nothing to do, or that somebody stopped, is nobody's business.
    """
    if record["outcome"] == PUBLISHED:
        command, url, key = config.on_success, config.success_url, "success"
    elif record["outcome"] == FAILED:
        command, url, key = config.on_failure, config.failure_url, "failure"
    else:
        return
    body = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")
    if command:
        yield from _run(command, body, config.hook_timeout, f"monitor.on_{key}")
    if url:
        yield from _post(url, body, config.hook_timeout, f"monitor.{key}_url")


def _run(command: tuple[str, ...], body: bytes, timeout: float, key: str) -> Iterator[str]:
    """Run a program with `body` on its standard input; there is no shell between."""
    try:
        done = subprocess.run(
            command, input=body, stdout=subprocess.DEVNULL, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        yield f"{key}: {command[0]} took longer than monitor.hook_timeout ({timeout} s)"
    except (OSError, ValueError) as error:
        yield f"{key}: {command[0]} cannot be run: {error}"
    else:
        if done.returncode:
            yield f"{key}: {command[0]} ended with status {done.returncode}"


def _post(url: str, body: bytes, timeout: float, key: str) -> Iterator[str]:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout):
            pass
    except (urllib.error.URLError, OSError, ValueError) as error:
        yield f"{key}: could not be told: {error}"


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _unix(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())

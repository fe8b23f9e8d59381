"""A run killed, or failed, at the k-th call that changes files; then run again and looked at.

In: a prepared cleaned/ and the arguments of a run. Out: for each point what was wrong after it.
Runs are forks of this process, which has done one already and has all it needs loaded: a point
costs what two runs work and little more. Calls are counted in Python, so that no tracer is needed:
files that are written are those of `_pyio`, whose every write is a call of `os.write`.
"""

import builtins
import io
import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from mmap import mmap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.config import Config, RunConfig
from pipeline.engines.forked import cores
from pipeline.paths import Paths
from pipeline.publish import damaged
from pipeline.run.job import Asked
from pipeline.run.session import run_once
from tests.test_run import page, tree

CALLS = ("fsync", "rename", "replace", "unlink", "mkdir", "rmdir", "symlink", "link")
WRITES = ("write", "pwrite")
_WORD = 8


@dataclass(frozen=True)
class Strike:
    """What happens at the call of rank `at`: death, or the error `error`; only for `calls`."""

    at: int
    error: int = 0
    calls: tuple[str, ...] = CALLS


@dataclass(frozen=True)
class Done:
    """How a run ended: exit status (negative: the signal), calls counted, what it said."""

    status: int
    calls: int
    said: str


def run(arguments: list[str], said: Path, strike: Strike | None = None) -> Done:
    """Run `clean-corpus` with `arguments` in a fork of this process."""
    _warm()
    count = mmap(-1, _WORD)
    pid = os.fork()
    if pid == 0:
        _child(arguments, said, strike, count)
    _, status = os.waitpid(pid, 0)
    calls = int.from_bytes(count[:_WORD], "little")
    code = os.waitstatus_to_exitcode(status)
    return Done(code, calls, said.read_text("utf-8", "replace"))


class _Silent:
    """Nobody watches."""

    def begin(self, totals: Mapping[str, int]) -> None:
        """Take no notice."""

    def advance(self, stage: str, pages: int) -> None:
        """Take no notice."""


@cache
def _warm() -> None:
    """Clean two pages in this process: what a first run loads and compiles is there for all."""
    with TemporaryDirectory() as folder:
        paths = Paths(Path(folder) / "raw", Path(folder) / "cleaned")
        paths.raw.mkdir()
        for name in "ab":
            (paths.raw / f"{name}.html").write_text(page(f"{name}县工作报告", "某县", 7), "utf-8")
        run_once(paths, Config(run=RunConfig(workers=1)), Asked(), _Silent(), lambda _: None)


def _child(arguments: list[str], said: Path, strike: Strike | None, count: mmap) -> None:
    status = 70
    try:
        from pipeline.__main__ import main

        with said.open("wb") as file:
            os.dup2(file.fileno(), 2)
            os.dup2(file.fileno(), 1)
        sys.stderr = os.fdopen(2, "w", closefd=False)
        _arm(strike or Strike(-1), count)
        sys.argv = ["clean-corpus", *arguments]
        main()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    finally:
        os._exit(status)


def _arm(strike: Strike, count: mmap) -> None:
    """Put a counter before each call of `strike`; workers count nothing."""
    parent, one_by_one = os.getpid(), threading.RLock()
    if "write" in strike.calls:
        builtins.open = io.open = _counting_open

    def armed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            if os.getpid() == parent and not (name == "write" and given[0] in (1, 2)):
                with one_by_one:
                    rank = int.from_bytes(count[:_WORD], "little") + 1
                    count[:_WORD] = rank.to_bytes(_WORD, "little")
                if rank == strike.at and not strike.error:
                    os.kill(parent, signal.SIGKILL)
                if rank >= strike.at > 0 and strike.error:
                    named_files = [str(one) for one in given[:1] if not isinstance(one, int)]
                    raise OSError(strike.error, os.strerror(strike.error), *named_files)
            return call(*given, **named)

        return counted

    for name in strike.calls:
        setattr(os, name, armed(name, getattr(os, name)))


def _counting_open(file: Any, mode: str = "r", *given: Any, **named: Any) -> Any:
    """Open a file; one that is written calls `os.write`."""
    how = import_module("_pyio").open if set(mode) & set("wxa+") else _OPEN
    return how(file, mode, *given, **named)


_OPEN = io.open


@dataclass(frozen=True)
class Stage:
    """Where runs are tried: `before` is a finished cleaned/, `raw` has changed since.

    `amiss`: what somebody damaged in `before`, which readers see until it is made anew.
    """

    raw: Path
    before: Path
    wanted: dict[str, bytes]
    folder: Path
    amiss: tuple[str, ...] = ()

    @property
    def arguments(self) -> list[str]:
        """Return what a run is called with."""
        return ["run", "--raw", str(self.raw), "--cleaned", str(self.cleaned), "--workers", "1"]

    @property
    def cleaned(self) -> Path:
        """Return the folder that is published into."""
        return self.folder / "cleaned"

    def reset(self) -> None:
        """Bring cleaned/ back to what it was."""
        shutil.rmtree(self.cleaned, ignore_errors=True)
        if self.before.exists():
            shutil.copytree(self.before, self.cleaned, symlinks=True)

    def calls(self, calls: tuple[str, ...] = CALLS) -> int:
        """Return how many calls an undisturbed run makes."""
        self.reset()
        return run(self.arguments, self.folder / "said", Strike(-1, calls=calls)).calls

    def wrong(self, strike: Strike) -> Iterator[str]:
        """Yield what is wrong after a run that was struck, and after the next one."""
        self.reset()
        first = run(self.arguments, self.folder / "said", strike)
        if first.status == 0 and strike.error and not self._only_its_record(first):
            yield f"{strike}: ended with 0"
        if strike.error and "Traceback" in first.said:
            yield f"{strike}: {first.said[-300:]}"
        torn = (line for line in self._torn() if line not in self.amiss)
        yield from (f"{strike}: at once: {line}" for line in torn)
        second = run(self.arguments, self.folder / "said")
        if second.status:
            yield f"{strike}: the next run ended with {second.status}: {second.said[-300:]}"
            return
        yield from (f"{strike}: afterwards: {line}" for line in self._torn())
        if tree(self.cleaned) != self.wanted:
            yield f"{strike}: other bytes than those of a run that was left alone"
        yield from (f"{strike}: {left}: was left" for left in self.cleaned.rglob("*.part"))

    def sweep(self, strikes: Sequence[Strike]) -> list[str]:
        """Return what is wrong after any of `strikes`, which are tried by several processes."""
        _warm()
        lanes = min(cores(), len(strikes))
        children = [self._begin_lane(lane, strikes[lane::lanes]) for lane in range(lanes)]
        ended = [os.waitpid(child, 0)[1] for child in children]
        assert not any(ended), ended
        told = (self._lane(lane).folder / "wrong" for lane in range(lanes))
        return [line for file in told for line in json.loads(file.read_bytes())]

    def _lane(self, lane: int) -> "Stage":
        return replace(self, folder=self.folder / f"lane{lane}")

    def _begin_lane(self, lane: int, strikes: Sequence[Strike]) -> int:
        """Begin to try `strikes` in a fork of this process; return its id."""
        if child := os.fork():
            return child
        status = 1
        try:
            own = self._lane(lane)
            own.folder.mkdir(exist_ok=True)
            wrong = [line for strike in strikes for line in own.wrong(strike)]
            (own.folder / "wrong").write_text(json.dumps(wrong), "utf-8")
            status = 0
        finally:
            os._exit(status)

    def _only_its_record(self, done: Done) -> bool:
        """Return whether all was published, and a run only said that it could not note itself."""
        return "the disk" in done.said and tree(self.cleaned) == self.wanted

    def _torn(self) -> list[str]:
        """Return what a reader would find amiss now; nothing where nothing was published yet."""
        current = Paths(self.raw, self.cleaned).current
        if not current.is_symlink():
            return [] if not self.before.exists() else [".current is gone"]
        return damaged(current.resolve())

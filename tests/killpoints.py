"""A run killed, or failed, at the k-th call that changes files; then run again and looked at.

In: a prepared cleaned/ and the arguments of a run. Out: for each point what was wrong after it.
Runs are forks of this process, which has done one already and has all it needs loaded. What a run
leaves that is killed is what lies on the disk at that moment: to look at all points, one run waits
before each call while what lies there is copied, and where it lay so before nothing is done twice.
Calls are counted in Python, so that no tracer is needed: files that are written are those of
`_pyio`, whose every write is a call of `os.write`.
"""

import builtins
import io
import json
import os
import shutil
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
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

    def __call__(self, rank: int, given: tuple[Any, ...]) -> None:
        """Let it happen, if the call of that `rank` is the one; a disk goes on failing."""
        if rank == self.at and not self.error:
            os.kill(os.getpid(), signal.SIGKILL)
        if rank >= self.at > 0 and self.error:
            named_files = [str(one) for one in given[:1] if not isinstance(one, int)]
            raise OSError(self.error, os.strerror(self.error), *named_files)


class Pause:
    """A run that waits before every so manieth call, where its folder is not as it was before.

    `points` yields in another process for each time, and lets it go on.
    """

    def __init__(self, folder: Path, calls: tuple[str, ...], every: int) -> None:
        self.calls = calls
        self._folder, self._every = folder, every
        self._seen: set[tuple[tuple[str, int, int, int], ...]] = set()
        self._here, self._tell = os.pipe()
        self._wait, self._go = os.pipe()
        self._write = os.write

    def __call__(self, rank: int, given: tuple[Any, ...]) -> None:
        """Wait, if it is a call to wait before."""
        if (rank - 1) % self._every:
            return
        state = tuple(_lying(self._folder))
        if state not in self._seen:
            self._seen.add(state)
            self._write(self._tell, rank.to_bytes(_WORD, "little"))
            os.read(self._wait, 1)

    def points(self) -> Iterator[int]:
        """Yield the rank of each call that is waited before, until the run has ended."""
        os.close(self._tell)
        os.close(self._wait)
        while rank := os.read(self._here, _WORD):
            yield int.from_bytes(rank, "little")
            os.write(self._go, b".")
        os.close(self._here)
        os.close(self._go)


def _lying(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    """Yield what tells whether anything under a folder has changed."""
    for place, names, files in os.walk(folder):
        names.sort()
        yield place, -1, len(names), len(files)
        for name in sorted(files):
            status = os.lstat(f"{place}/{name}")
            yield name, status.st_ino, status.st_size, status.st_mtime_ns


@dataclass(frozen=True)
class Done:
    """How a run ended: exit status (negative: the signal), calls counted, what it said."""

    status: int
    calls: int
    said: str


def run(arguments: list[str], said: Path, strike: Strike | None = None) -> Done:
    """Run `clean-corpus` with `arguments` in a fork of this process."""
    return _begin(arguments, said, strike or Strike(-1))()


def _begin(arguments: list[str], said: Path, before: Strike | Pause) -> Callable[[], Done]:
    """Begin a run in a fork of this process; return what waits for its end."""
    _warm()
    count = mmap(-1, _WORD)
    pid = os.fork()
    if pid == 0:
        _child(arguments, said, before, count)

    def ended() -> Done:
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        calls = int.from_bytes(count[:_WORD], "little")
        return Done(code, calls, said.read_text("utf-8", "replace"))

    return ended


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


def _child(arguments: list[str], said: Path, before: Strike | Pause, count: mmap) -> None:
    status = 70
    try:
        from pipeline.__main__ import main

        with said.open("wb") as file:
            os.dup2(file.fileno(), 2)
            os.dup2(file.fileno(), 1)
        sys.stderr = os.fdopen(2, "w", closefd=False)
        _arm(before, count)
        sys.argv = ["clean-corpus", *arguments]
        main()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    finally:
        os._exit(status)


def _arm(before: Strike | Pause, count: mmap) -> None:
    """Count the calls that `before` is about and tell it of each; workers count nothing."""
    parent, one_by_one = os.getpid(), threading.RLock()
    if "write" in before.calls:
        builtins.open = io.open = _counting_open

    def armed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            if os.getpid() == parent and not (name == "write" and given[0] in (1, 2)):
                with one_by_one:
                    rank = int.from_bytes(count[:_WORD], "little") + 1
                    count[:_WORD] = rank.to_bytes(_WORD, "little")
                    before(rank, given)
            return call(*given, **named)

        return counted

    for name in before.calls:
        setattr(os, name, armed(name, getattr(os, name)))


def _counting_open(file: Any, mode: str = "r", *given: Any, **named: Any) -> Any:
    """Open a file; one that is written calls `os.write`."""
    how = import_module("_pyio").open if set(mode) & set("wxa+") else _OPEN
    return how(file, mode, *given, **named)


_OPEN = io.open


def copy(source: Path, target: Path) -> None:
    """Have in `target` what is in `source`, if anything; files of two names have both there too."""
    shutil.rmtree(target, ignore_errors=True)
    if not source.exists():
        return
    first: dict[int, str] = {}

    def copied(old: str, new: str) -> None:
        known = first.setdefault(os.lstat(old).st_ino, new)
        if known == new:
            shutil.copy2(old, new, follow_symlinks=False)
        else:
            os.link(known, new)

    shutil.copytree(source, target, symlinks=True, copy_function=copied)


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
        copy(self.before, self.cleaned)

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
        yield from (f"{strike}: {line}" for line in self._wrong_now())

    def _wrong_now(self) -> Iterator[str]:
        """Yield what is wrong as it lies there, and after the next run."""
        torn = (line for line in self._torn() if line not in self.amiss)
        yield from (f"at once: {line}" for line in torn)
        second = run(self.arguments, self.folder / "said")
        if second.status:
            yield f"the next run ended with {second.status}: {second.said[-300:]}"
            return
        yield from (f"afterwards: {line}" for line in self._torn())
        if tree(self.cleaned) != self.wanted:
            yield "other bytes than those of a run that was left alone"
        yield from (f"{left}: was left" for left in self.cleaned.rglob("*.part"))

    def sweep(self, calls: tuple[str, ...] = CALLS, every: int = 1) -> "Swept":
        """Look at what a run would leave that is killed before every so manieth of its calls."""
        self.reset()
        pause = Pause(self.cleaned, calls, every)
        ended = _begin(self.arguments, self.folder / "said", pause)
        lanes = [replace(self, folder=self.folder / f"lane{n}") for n in range(cores())]
        busy: deque[tuple[int, Stage]] = deque()
        wrong: list[str] = []
        states = 0
        for rank in pause.points():
            states += 1
            lane = lanes.pop() if lanes else _freed(busy, wrong)
            copy(self.cleaned, lane.cleaned)
            busy.append((lane._look(rank), lane))
        while busy:
            _freed(busy, wrong)
        done = ended()
        assert done.status == 0, done.said
        return Swept(len(range(0, done.calls, every)), states, wrong)

    def _look(self, rank: int) -> int:
        """Note in a fork of this process what is wrong here; return its id."""
        if child := os.fork():
            return child
        status = 1
        try:
            self.folder.mkdir(exist_ok=True)
            wrong = [f"{rank}: {line}" for line in self._wrong_now()]
            (self.folder / "wrong").write_text(json.dumps(wrong), "utf-8")
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


@dataclass(frozen=True)
class Swept:
    """How many points there are, how many states of the disk they find, what is wrong after."""

    points: int
    states: int
    wrong: list[str]


def _freed(busy: deque[tuple[int, Stage]], wrong: list[str]) -> Stage:
    """Wait for the one that has been looking longest; return where it did."""
    child, lane = busy.popleft()
    assert os.waitpid(child, 0)[1] == 0
    wrong += json.loads((lane.folder / "wrong").read_bytes())
    return lane

"""Rounds without end: a run each, when its time has come or files arrive.

In: the command of a run, the folder to look at, how often. Out: runs, each a process of its own: a
run that dies takes nothing with it, and each begins with the rules and code that lie there then.
Never: a round that ends the watch by failing; a run that goes on when the watch has ended.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import watchfiles

# Work that failed and can be done again is done again soon.
_SOON = 60.0
# Milliseconds. A swarm of files is over when it is quiet for so long, or so long after the first.
_QUIET, _SWARM = 1_000, 30_000
_LOOK = 1_000

_CALLED = {
    1: "some work failed and can be done again",
    2: "the settings or rules are wrong",
    3: "another run is at work",
    4: "the disk is full or cannot be written",
    5: "a limit stopped publication",
}


@dataclass(frozen=True, slots=True)
class Round:
    """How a run ended: its exit status, negative for the signal that killed it; seconds it took."""

    status: int
    seconds: float


def watch(command: Sequence[str], raw: Path, every: float, say: Callable[[str], None]) -> NoReturn:
    """Run `command` every `every` seconds, and when files in `raw` change, for ever.

    KeyboardInterrupt ends it, when the run in hand has ended.
    """
    with closing(_arrivals(raw, say)) as arrivals:
        while True:
            ended = _run(command)
            wait = min(every, _SOON) if ended.status == 1 else every
            say(news(ended.status, wait))
            _sleep(arrivals, wait - ended.seconds, ended.seconds)


def news(status: int, wait: float) -> str:
    """Return what a person must know after a run that ended with `status`."""
    later = f"Next run in {wait:g} s, or when files arrive"
    if status == 0:
        return later
    why = _CALLED.get(status, f"status {status}")
    if status < 0:
        why = f"it was killed by {signal.Signals(-status).name}"
    return f"the run failed: {why}. What was published before still stands. {later}"


def _run(command: Sequence[str]) -> Round:
    """Do one run. Its group is its own: Ctrl-C comes to the watch alone, which passes it on."""
    began = time.monotonic()
    child = subprocess.Popen(command, process_group=0)
    try:
        status = child.wait()
    except KeyboardInterrupt:
        child.terminate()
        _wait_for(child)
        raise
    return Round(status, time.monotonic() - began)


def _wait_for(child: "subprocess.Popen[bytes]") -> None:
    """Wait until the run has ended; who interrupts a second time does not want to wait."""
    try:
        child.wait()
    except KeyboardInterrupt:
        child.kill()
        child.wait()


def _arrivals(raw: Path, say: Callable[[str], None]) -> Generator[bool]:
    """Yield about each second whether files in `raw` changed since the last time it was asked.

    What changes while a run is at work is told after it. Where the system cannot tell (too many
    folders, a folder that is gone), time alone starts the runs.
    """
    try:
        for changes in watchfiles.watch(
            raw,
            watch_filter=None,
            debounce=_SWARM,
            step=_QUIET,
            rust_timeout=_LOOK,
            yield_on_timeout=True,
        ):
            yield bool(changes)
    except OSError as error:
        say(f"{raw}: files that arrive are not noticed ({error}); time alone starts runs")
    while True:
        time.sleep(_LOOK / 1000)
        yield False


def _sleep(arrivals: Iterator[bool], seconds: float, rest: float) -> None:
    """Wait for `seconds`, or until files arrive; never less than `rest` after a long run."""
    began = time.monotonic()
    arrived = False
    while True:
        passed = time.monotonic() - began
        if passed >= seconds or (arrived and passed >= rest):
            return
        arrived = next(arrivals) or arrived

"""What a program costs with all its children: seconds, processor seconds, memory together.

In: a command. Out: its `Cost`. Memory that processes share is counted once, as Linux reports it in
`smaps_rollup` (Pss); elsewhere it is not measured.
"""

import ctypes
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: Seconds between two looks at the memory.
_LOOK = 0.25
_PR_SET_CHILD_SUBREAPER = 36


_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a program cost: seconds on the clock, seconds of all processors, most MB at one time."""

    seconds: float
    cpu: float
    peak: float


class FailedError(Exception):
    """A program that ended with an error; its last words are the message."""


def clean(raw: Path, cleaned: Path, workers: int) -> Cost:
    """Bring `cleaned` up to `raw` as `clean-corpus run` does; what it says lies in a log beside."""
    command: list[str | Path] = [sys.executable, "-m", "pipeline", "run", "--raw", raw]
    command += ["--cleaned", cleaned, "--workers", str(workers)]
    return run(command, cleaned.with_suffix(".log"), {"PYTHONPATH": str(_ROOT)})


def run(command: Sequence[str | Path], log: Path, more: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end, what it says goes to `log`; `more` is added to the environment."""
    _adopt()
    start = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=out,
            stderr=out,
            env={**os.environ, **(more or {})},
        )
        peak = _Peak(process.pid)
        peak.start()
        _, status, usage = os.wait4(process.pid, 0)
    spent = time.monotonic() - start
    cpu = usage.ru_utime + usage.ru_stime + _orphans()
    process.returncode = os.waitstatus_to_exitcode(status)
    peak.ended.set()
    peak.join()
    if process.returncode:
        tail = log.read_text("utf-8", "replace")[-2000:]
        message = f"{command[0]} ended with {process.returncode}:\n{tail}"
        raise FailedError(message)
    return Cost(spent, cpu, peak.megabytes)


def _adopt() -> None:
    """Ask Linux to give this process the children that a program leaves behind."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _orphans() -> float:
    """Return the processor seconds of what a program left behind: servers that forked its workers.

    They end by themselves when the program has; what they wait for is no part of its seconds.
    """
    spent = 0.0
    while True:
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return spent
        spent += usage.ru_utime + usage.ru_stime


class _Peak(threading.Thread):
    """Looks at the memory of a process and its children, again and again, until it has `ended`."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process = process
        self.ended = threading.Event()
        self.megabytes = 0.0

    def run(self) -> None:
        """Look until it has ended."""
        while sys.platform == "linux" and not self.ended.wait(_LOOK):
            self.megabytes = max(self.megabytes, sum(map(_megabytes, _family(self._process))))


def _family(process: int) -> list[int]:
    """Return a process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue  # it ended since its name was read
        children.setdefault(parent, []).append(int(folder.name))
    family = [process]
    for one in family:
        family += children.get(one, [])
    return family


def _megabytes(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("Pss:")), 0.0)

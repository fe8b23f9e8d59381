"""A process that ends when the one that started it does, however that ended.

Linux alone can be asked for it; elsewhere nothing happens.
"""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1


def end_with(parent: int, number: signal.Signals = signal.SIGTERM) -> None:
    """Ask for signal `number` when the process `parent` ends; at once where it has ended."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "prctl"):
        return
    libc.prctl(_PR_SET_PDEATHSIG, int(number))
    if os.getppid() != parent:
        os.kill(os.getpid(), number)

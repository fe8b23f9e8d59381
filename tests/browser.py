"""Headless Chromium for tests: opens a file, types, clicks, and tells what it asked for and said.

It is spoken to by the DevTools protocol over two pipes, so no driver and no package is needed.
"""

import contextlib
import io
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--remote-debugging-pipe"),
)
PATIENCE = 60.0  # seconds


def chromium() -> str | None:
    """Return the browser that is installed, None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One tab. `requests`: the addresses it asked for. `complaints`: all that its console said."""

    def __init__(self, sink: int, source: io.FileIO) -> None:
        self._sink, self._source = sink, source
        self._buffer = b""
        self._last = 0
        self._session = ""
        self.requests: list[str] = []
        self.complaints: list[str] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command and return its answer; events that come meanwhile are noted."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._sink, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._last:
                assert "error" not in answer, answer["error"]
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            data = self._source.read(1 << 16)
            assert data, "the browser is gone"
            self._buffer += data
        message, _, self._buffer = self._buffer.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def _note(self, event: dict[str, Any]) -> None:
        method, told = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(told["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append(json.dumps(told["args"]))
        elif method == "Log.entryAdded":
            self.complaints.append(told["entry"]["text"])
        elif method == "Page.javascriptDialogOpening":
            self.complaints.append(f"dialog: {told['message']}")

    def run(self, expression: str) -> Any:
        """Return what a JavaScript expression comes to; a promise is waited for."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        answer = self.ask("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until the expression is true."""
        end = time.monotonic() + PATIENCE
        while not self.run(f"Boolean({expression})"):
            assert time.monotonic() < end, f"never came: {expression}"
            time.sleep(0.02)

    def open(self, file: Path, place: str = "") -> None:
        """Open a report anew at a place, and wait until it is shown."""
        self.ask("Page.navigate", url="about:blank")
        self.ask("Page.navigate", url=f"{file.resolve().as_uri()}#{place}")
        self.wait("document.body?.dataset.ready !== undefined")

    def go(self, place: str) -> None:
        """Follow a link within the report."""
        self.run(f"delete document.body.dataset.ready, location.hash = {json.dumps(place)}")
        self.wait("document.body.dataset.ready !== undefined")

    def text(self, selector: str) -> str:
        """Return what a reader sees of the first element."""
        return str(self.run(f"document.querySelector({json.dumps(selector)}).innerText"))

    def texts(self, selector: str) -> list[str]:
        """Return what the elements hold."""
        found = f"[...document.querySelectorAll({json.dumps(selector)})].map(n => n.textContent)"
        return list(self.run(found))

    def press(self, key: str) -> None:
        """Press and release a key that writes itself, or one that is named."""
        text = {"text": key} if len(key) == 1 else {}
        code = {"Enter": 13, "Tab": 9, "Escape": 27}.get(key, 0)
        text |= {"text": "\r"} if key == "Enter" else {}
        self.ask(
            "Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **text
        )
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def type(self, text: str) -> None:
        """Write into what has the focus."""
        self.ask("Input.insertText", text=text)

    def look(self, width: int, *, dark: bool = False) -> None:
        """Take a window `width` pixels wide, light or dark."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.ask("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", features=[scheme])


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """Start Chromium with a profile of its own, and stop it."""
    program = chromium()
    assert program is not None
    theirs, sink = os.pipe()
    source, theirs_too = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=False,  # all of Python's own are closed all the same
            preexec_fn=_as_three_and_four(theirs, theirs_too),
        )
        os.close(theirs)
        os.close(theirs_too)
        try:
            with io.FileIO(source) as answers:
                yield Browser(sink, answers)
        finally:
            process.terminate()
            process.wait(PATIENCE)
            os.close(sink)


def _as_three_and_four(reads: int, writes: int) -> Callable[[], None]:
    """Return what gives the two pipes the numbers under which Chromium looks for them."""

    def rename() -> None:
        # By way of numbers far off: either may have the other's place already.
        for number, far in ((reads, 100), (writes, 101)):
            os.dup2(number, far)
        os.dup2(100, 3)
        os.dup2(101, 4)

    return rename

"""Work on a Spark cluster. The engine knows functions, rows and errors, never pages.

In: a master and settings of Spark. Out: a session, its failures as errors of ours. Never: a
secret on a command line or in a message, the environment in what is said of a failure, or work
begun where Java or pyspark is missing.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError, CorpusError, DamagedError, DiskError, EngineError

JAVA = 17  # the oldest that Spark 4 runs on

INSTALL = ".venv/bin/pip install --require-hashes -r requirements-spark.txt"
_NO_PYSPARK = f'engine.name: "spark" needs pyspark, which is not installed. Run `{INSTALL}`'
_NO_JAVA = (
    'engine.name: "spark" needs Java {} or newer, and {}. Install it, such as by '
    "`apt-get install openjdk-17-jre-headless`, and set JAVA_HOME where there are several"
)

# What is said unless `engine.conf` says otherwise.
_DEFAULTS = {
    "spark.app.name": "clean-corpus",
    "spark.ui.showConsoleProgress": "false",
    # Rows hold whole texts: some hundred of them are enough to make the passing cheap.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "512",
}

_SECRET = re.compile("secret|password|token|credential|access.?key|private", re.IGNORECASE)
_HIDDEN = "(hidden)"
_RAISED = re.compile(r"^pipeline\.errors\.(\w+): (.*)$", re.MULTILINE)
_LACKING = re.compile(r"ModuleNotFoundError: (No module named '[\w.]+')")
_PLACE = re.compile(r"^(.*?): is damaged: (.*?)\. Run again", re.DOTALL)
_ENDING = 30  # seconds that Java has to end
_LONGEST = 2000  # characters of a cause


def check_spark() -> None:
    """Refuse, with `ConfigError`, to begin where pyspark or Java is missing."""
    if find_spec("pyspark") is None:
        raise ConfigError(_NO_PYSPARK)
    release = java_release()
    if release < JAVA:
        found = f"Java {release} was found" if release else "none was found"
        raise ConfigError(_NO_JAVA.format(JAVA, found))


def java_release() -> int:
    """Return the major release of the Java that Spark would take, 0 where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not java:
        return 0
    try:
        told = subprocess.run([java, "-version"], capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    # Old ones call themselves 1.8.0, others 17.0.15 or 21-ea.
    found = re.search(r'version "(?:1\.)?(\d+)', told.stderr.decode("utf-8", "replace"))
    return int(found[1]) if found else 0


class SparkEngine:
    """A session on a cluster, started when it is first asked for; what Java says goes to `log`."""

    def __init__(self, master: str, conf: Mapping[str, str], log: Path) -> None:
        self._conf = {**_DEFAULTS, **_finding_us(), **conf, "spark.master": master}
        self.log = log
        self._session: Any = None

    @property
    def session(self) -> Any:
        """Return the `SparkSession`."""
        if self._session is None:
            with self.explained():
                self._session = self._start()
        return self._session

    def _start(self) -> Any:
        from pyspark import SparkConf, SparkContext
        from pyspark.java_gateway import launch_gateway
        from pyspark.sql import SparkSession

        python = self._conf.get("spark.pyspark.python", sys.executable)
        os.environ.setdefault("PYSPARK_PYTHON", python)
        public, whole = SparkConf(loadDefaults=False), SparkConf(loadDefaults=False)
        for key, value in self._conf.items():
            whole.set(key, value)
            if not is_secret(key):  # what launches Java stands in the list of processes
                public.set(key, value)
        with self.log.open("wb") as log:
            gateway = launch_gateway(public, {"stdout": log, "stderr": log})
        return SparkSession(SparkContext(conf=whole, gateway=gateway))

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what Spark raises into an error that says its cause, without any secret."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            yield
        except (Py4JError, PySparkException) as error:
            raise as_ours(self._hidden(_cause(error)), self.log) from None

    @property
    def process(self) -> int:
        """Return the id of the process that is Java."""
        return int(self.session.sparkContext._gateway.proc.pid)

    def _hidden(self, text: str) -> str:
        """Return `text` without the value of any setting that is a secret."""
        for key, value in self._conf.items():
            if value and is_secret(key):
                text = text.replace(value, _HIDDEN)
        return text

    def close(self) -> None:
        """Stop the session and its Java, whatever became of them."""
        if self._session is None:
            return
        from py4j.protocol import Py4JError
        from pyspark import SparkContext

        java = self._session.sparkContext._gateway.proc
        with suppress(Py4JError, OSError):  # it may be gone already
            self._session.stop()
        self._session = None
        java.stdin.close()  # by which it ends
        try:
            java.wait(_ENDING)
        except subprocess.TimeoutExpired:
            java.kill()
        SparkContext._gateway = SparkContext._jvm = None


def is_secret(key: str) -> bool:
    """Return whether the value of a setting is nobody's business."""
    return _SECRET.search(key) is not None


def _finding_us() -> dict[str, str]:
    """Return what lets executors on this machine, or with the same folders, find this package."""
    return {"spark.executorEnv.PYTHONPATH": str(Path(__file__).parents[2])}


def _cause(error: Exception) -> str:
    """Return what Spark says went wrong first."""
    java = getattr(error, "java_exception", None)
    while java is not None and java.getCause() is not None:
        java = java.getCause()
    return str(java.toString()) if java is not None else str(error)


def as_ours(told: str, log: Path) -> CorpusError:
    """Return the error that a failure of Spark comes to."""
    raised = _RAISED.findall(told)
    name, message = raised[-1] if raised else ("", "")
    if name == DiskError.__name__:
        return DiskError(message)
    place = _PLACE.match(message)
    if name == DamagedError.__name__ and place:
        return DamagedError(Path(place[1]), place[2])
    if name:
        return EngineError(message)
    if lacking := _LACKING.search(told):
        message = f"an executor says: {lacking[1]}. Give all of them one environment"
        return EngineError(f"{message} (docs/scale.md)")
    return EngineError(f"Spark: {told.strip()[:_LONGEST]}\n{log} has more. Run again")

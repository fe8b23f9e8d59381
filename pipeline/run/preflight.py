"""What is looked at before any work: settings of others, the disk, the installation.

In: the working directory, the folders, the rules. Out: nothing where all is well, else what is
wrong and the mend. Never: work begun on a disk that is full or may not be written, or with a
library that is broken in silence and would clean every page to nothing.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pipeline import flow
from pipeline.alone import LUIGI_FILES, LUIGI_PREFIX, taken
from pipeline.errors import ConfigError, DiskError, PageError
from pipeline.paths import Paths
from pipeline.records import Page, Provenance, RawPage
from pipeline.rules import Rules
from pipeline.store import TEMPORARY, disk, remove, write_bytes
from pipeline.toml import read_toml

_PAGES = Path(__file__).parent / "selftest"


def passed_over(folder: Path) -> Iterator[str]:
    """Yield a line for each setting of Luigi that lies about and is not heeded."""
    waiting = (name for name in os.environ if name.startswith(LUIGI_PREFIX))
    for name in sorted({*taken(), *waiting}):
        yield f"{name}: is set and not heeded. Settings are in config.toml"
    for name in LUIGI_FILES:
        if (folder / name).exists():
            yield f"{folder / name}: is not heeded. Settings are in config.toml"


def check_disk(paths: Paths, free: int) -> None:
    """Refuse to begin where less than `free` bytes are free or a folder may not be written."""
    for folder in (paths.cleaned, paths.work, paths.versions):
        if folder.is_dir():
            _probe(folder / f"probe{TEMPORARY}")
    with disk(paths.work):
        left = shutil.disk_usage(paths.work).free
    if left < free:
        message = (
            f"{paths.cleaned}: {left:,} bytes are free, {free:,} are needed "
            "(limits.min_free_bytes). Free some space and run again"
        )
        raise DiskError(message)


def _probe(file: Path) -> None:
    """Make a file and remove it: modes and mounts do not tell what a disk allows."""
    write_bytes(file, [])
    remove(file)


def check_installation(rules: Rules, parser: str) -> None:
    """Clean the built-in pages; `ConfigError` where one does not come out as it must.

    Figures are looked at, not words: no choice of spelling or script changes them.
    """
    wanted = read_toml(_PAGES / "wanted.toml")
    for name, want in wanted.items():
        page = _cleaned(name, rules, parser)
        missing = [figure for figure in want["kept"] if figure not in page.text]
        left = [figure for figure in want["dropped"] if figure in page.text]
        tables = [len(table.rows) for table in page.tables]
        if missing or left or tables != want["tables"]:
            found = f"{', '.join(missing) or 'nothing'} lost, {', '.join(left) or 'nothing'} left"
            _broken(name, f"{found}, tables of {tables} rows")


def _cleaned(name: str, rules: Rules, parser: str) -> Page:
    body = (_PAGES / name).read_bytes()
    try:
        return flow.clean(RawPage("", body, "", Provenance(name)), rules, parser)
    except PageError as error:
        return _broken(name, str(error))


def _broken(name: str, what: str) -> Page:
    message = (
        f"self-test: the built-in page {name} does not come out right: {what}. A library or a "
        "rule of yours is broken: try `clean-corpus check`, then `make clean setup`"
    )
    raise ConfigError(message)

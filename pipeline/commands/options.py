"""The options that commands share, and the settings they come to.

In: what was typed. Out: values, and config.toml with what the command line says in its place.
"""

import re
from collections.abc import Callable, Mapping
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from pipeline.config import Config

F = TypeVar("F", bound=Callable[..., Any])

# More names than this help nobody who is typing one.
_COMPLETED = 200
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Span(click.ParamType[float]):
    """A span of time such as 90s, 10m, 2h, 1d, as seconds; a bare number is seconds."""

    name = "span"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the seconds; a usage error where it is no span."""
        found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?)([smhd]?)", str(value))
        if not found:
            self.fail(f"{value!r} is no span of time. Write 90s, 10m, 2h or 1d", param, ctx)
        return float(found[1]) * _UNITS[found[2] or "s"]


CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), help="Settings; config.toml where there is one."
)
RAW = click.option(
    "--raw",
    type=click.Path(path_type=Path),
    default=Path("raw"),
    show_default=True,
    help="The pages as scraped.",
)
CLEANED = click.option(
    "--cleaned",
    type=click.Path(path_type=Path),
    default=Path("cleaned"),
    show_default=True,
    help="Where the result is published.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for machines.")


def _published(ctx: click.Context, _: click.Parameter, begun: str) -> list[str]:
    """Return the pages of the last run that a shell may complete `begun` to, as paths in raw/."""
    import csv

    raw, cleaned = (ctx.params.get(name, Path(name)) for name in ("raw", "cleaned"))
    try:
        with (cleaned / "ledger.csv").open(encoding="utf-8", newline="") as file:
            names = (f"{raw}/{row['raw']}" for row in csv.DictReader(file))
            return list(islice((name for name in names if name.startswith(begun)), _COMPLETED))
    except OSError:
        return []  # nothing was published yet


PAGE = click.argument("page", shell_complete=_published)
FILE = click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
EVERY = click.option(
    "--every", type=Span(), default="10m", show_default=True, help="How often: 90s, 10m, 2h, 1d."
)
# Typed by `watch` alone, for the runs it starts.
WATCHED = click.option("--watched-by", type=int, default=0, hidden=True)


def _engines(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    from typing import get_args

    from pipeline.config import EngineName

    return [name for name in get_args(EngineName) if name.startswith(begun)]


_OF_RUNS = (
    click.option("--workers", type=click.IntRange(1, 1024), help="Processes; one a core."),
    click.option("--engine", help="Where the work runs: local, spark.", shell_complete=_engines),
    click.option("--scheduler", metavar="HOST:PORT", help="A luigid, to look at the graph."),
    click.option("--strict", is_flag=True, help="Publish nothing if any page is set aside."),
    click.option("--allow-mass-delete", is_flag=True, help="Accept that most pages are gone."),
    click.option(
        "--wait", type=Span(), default=0.0, help="Wait so long for a run that is at work."
    ),
)


def of_runs(command: F) -> F:
    """Give a command the options of what runs the whole job."""
    return reduce(lambda given, option: option(given), reversed(_OF_RUNS), command)


def settings_of(file: Path | None) -> "Config":
    """Return the settings of `file`, else of config.toml where there is one."""
    from pipeline.config import read_config

    return read_config(file or default_config())


def default_config() -> Path | None:
    """Return config.toml of the working directory, if it is there."""
    default = Path("config.toml")
    return default if default.exists() else None


def run_settings(config: "Config", options: Mapping[str, Any]) -> "Config":
    """Return the settings with what the command line says in their place."""
    from pipeline.config import checked_engine, checked_run

    said = {key: options[key] for key in ("workers", "scheduler") if options[key] is not None}
    config = checked_run(config, said)
    return checked_engine(config, options["engine"]) if options["engine"] else config

"""The commands of a machine that takes pages in day by day: watch, retry, history, schedule.

As in `__main__`, each loads what it needs when it is called.
"""

import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.commands.echo import echo
from pipeline.commands.options import (
    CLEANED,
    CONFIG,
    EVERY,
    JSON,
    PAGE,
    RAW,
    default_config,
    of_runs,
    run_settings,
    settings_of,
)
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.commands.aside import Waiting
    from pipeline.paths import Paths


@click.command()
@RAW
@CLEANED
@CONFIG
@of_runs
@EVERY
def watch(raw: Path, cleaned: Path, config: Path | None, every: float, **options: Any) -> None:
    """Clean what arrives, in the foreground: every so often, and when files appear in raw/."""
    from pipeline.commands.terminal import say
    from pipeline.commands.watch import watch as keep_watching

    _check_watch(raw, config, every, options)
    # -P: a folder named pipeline in the working directory is not what is meant.
    program = [sys.executable, "-P", "-m", "pipeline"]
    command = [*program, *_arguments("run", raw, cleaned, config, options)]
    command += ["--watched-by", str(os.getpid())]
    say(f"{raw}: watched; a run every {every:g} s and when files arrive. Ctrl-C ends it")
    keep_watching(command, raw, every, say)


def _check_watch(raw: Path, config: Path | None, every: float, options: dict[str, Any]) -> None:
    """Refuse what a person who just typed it can mend; later, only a run fails by it."""
    run_settings(settings_of(config), options)
    if every < 1:
        message = "--every: is shorter than a second. Write 90s, 10m, 2h or 1d"
        raise ConfigError(message)
    if not raw.is_dir():
        message = f"{raw}: is no folder. Make it, or name another with --raw"
        raise ConfigError(message)


def _arguments(
    name: str, raw: Path, cleaned: Path, config: Path | None, options: dict[str, Any]
) -> list[str]:
    """Return what to type for the command `name` with the same folders, settings and options."""
    words = [name, "--raw", str(raw), "--cleaned", str(cleaned)]
    if config:
        words += ["--config", str(config)]
    for key, value in options.items():
        option = f"--{key.replace('_', '-')}"
        if value is True:
            words.append(option)
        elif value:
            words += [option, f"{value:g}" if isinstance(value, float) else str(value)]
    return words


@click.command()
@RAW
@CLEANED
@CONFIG
@of_runs
@EVERY
@click.option("--systemd", "kind", flag_value="systemd", help="Units of systemd.")
@click.option("--cron", "kind", flag_value="cron", help="A line for a crontab.")
@click.option("--watch", "watching", is_flag=True, help="A unit that keeps `watch` at work.")
@click.option("--name", default="clean-corpus", show_default=True, help="Of the units.")
@click.option("--out", type=click.Path(path_type=Path), help="A folder for the units.")
def schedule(raw: Path, cleaned: Path, config: Path | None, every: float, **options: Any) -> None:
    """Print units or lines, ready to install, that start a run every so often."""
    from pipeline.commands import schedule as written
    from pipeline.commands.terminal import say

    kind, watching = options.pop("kind"), options.pop("watching")
    name, out = options.pop("name"), options.pop("out")
    _check_schedule(kind, name, watching=watching)
    _check_watch(raw, config, every, options)
    found = config or default_config()
    places = {"raw": raw.absolute(), "cleaned": cleaned.absolute(), "folder": Path.cwd()}
    verb = "watch" if watching else "run"
    arguments = (places["raw"], places["cleaned"], found and found.absolute(), options)
    command = [*_program(), *_arguments(verb, *arguments)]
    if kind == "cron":
        click.echo(written.cron_line(command, places["folder"], every))
        return
    if watching:
        files = written.watching_unit([*command, "--every", f"{every:g}s"], places, name)
    else:
        files = written.units(command, places, name, every)
    for file, text in files.items():
        if out is None:
            click.echo(f"# /etc/systemd/system/{file}\n{text}")
            continue
        _write(out / file, text)
        say(f"{out / file}: written")
    start = f"{name}.service" if watching else f"{name}.timer"
    say(f"Put them into /etc/systemd/system, then: systemctl enable --now {start}")


def _program() -> list[str]:
    """Return how this program is called from anywhere."""
    script = Path(sys.executable).with_name("clean-corpus")
    return [str(script)] if script.exists() else [sys.executable, "-P", "-m", "pipeline"]


def _check_schedule(kind: str | None, name: str, *, watching: bool) -> None:
    """Refuse a schedule of no kind, a name that is no unit's, a watch that cron should start."""
    if kind is None or (watching and kind == "cron"):
        message = "schedule: say --systemd or --cron; --watch goes with --systemd alone"
        raise ConfigError(message)
    if not name or not all(c.isascii() and (c.isalnum() or c in "-_.:") for c in name):
        message = f"--name: {name!r} is no name of a unit. Use letters, digits, - and _"
        raise ConfigError(message)


def _write(file: Path, text: str) -> None:
    from pipeline.store import write_bytes

    write_bytes(file, [text.encode("utf-8")])


@click.command()
@click.argument("pages", nargs=-1)
@RAW
@CLEANED
@CONFIG
@of_runs
@click.option("--reason", multiple=True, help="Only what was set aside for this; may be repeated.")
@click.option("--list", "listed", is_flag=True, help="Show what is set aside; try nothing.")
@JSON
def retry(
    pages: tuple[str, ...], raw: Path, cleaned: Path, config: Path | None, **options: Any
) -> None:
    """Try again what was set aside: all of it, or PAGES, paths in raw/."""
    from pipeline.commands.aside import waiting
    from pipeline.commands.terminal import say, told_run, waiting_list
    from pipeline.paths import Paths
    from pipeline.run.job import Asked

    paths, as_json = Paths(raw, cleaned), options.pop("as_json")
    found = _chosen(waiting(paths), paths, pages, options["reason"])
    if options["listed"]:
        waiting_list(found, as_json=as_json)
        return
    if not found:
        say(f"{cleaned}: nothing is set aside that could be tried again")
        return
    settings = run_settings(settings_of(config), options)
    again = frozenset((one.raw, one.member) for one in found)
    asked = Asked(options["strict"], options["allow_mass_delete"], options["wait"], again)
    numbers = told_run(paths, settings, asked, brief=False)
    still = {(one.raw, one.member) for one in waiting(paths)}
    mended = sum((one.raw, one.member) not in still for one in found)
    say(f"tried again: {len(found)}, no longer set aside: {mended}")
    if as_json:
        echo(numbers)


def _chosen(
    found: list["Waiting"], paths: "Paths", pages: tuple[str, ...], reasons: tuple[str, ...]
) -> list["Waiting"]:
    """Return those of `found` that were asked for; `ConfigError` for one that is not set aside."""
    from pipeline.paths import quote

    wanted = {quote(page.removeprefix(f"{paths.raw}/")): page for page in pages}
    unknown = wanted.keys() - {one.raw for one in found}
    if unknown:
        message = f"{wanted[min(unknown)]}: is not set aside. See `clean-corpus retry --list`"
        raise ConfigError(message)
    return [
        one
        for one in found
        if (not wanted or one.raw in wanted) and (not reasons or one.reason in reasons)
    ]


@click.command()
@PAGE
@RAW
@CLEANED
@JSON
@CONFIG
def history(page: str, raw: Path, cleaned: Path, config: Path | None, **options: bool) -> None:
    """Tell what changed between the versions of a page: PAGE is its URL, id or path in raw/."""
    from pipeline.commands.history import versions_of
    from pipeline.commands.terminal import version_list, version_step
    from pipeline.dedup import find_matches, only_in
    from pipeline.paths import Paths
    from pipeline.rules import load_rules

    settings = settings_of(config)
    rules = load_rules(settings.rules.folder, settings.normalize).dedup
    versions = versions_of(Paths(raw, cleaned), page)
    steps = []
    for old, new in pairwise(versions):
        match = next(iter(find_matches({"a": old.text, "b": new.text}, rules=rules)), None)
        dropped, added = only_in(old.text, new.text), only_in(new.text, old.text)
        steps.append((match, dropped, added))
    if options["as_json"]:
        told = [
            {"match": match, "dropped": dropped, "added": added} for match, dropped, added in steps
        ]
        echo({"versions": versions, "steps": told})
        return
    version_list(versions)
    for (old, new), step in zip(pairwise(versions), steps, strict=True):
        version_step(old, new, *step)


COMMANDS = (watch, retry, history, schedule)

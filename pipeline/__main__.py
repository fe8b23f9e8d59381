"""The command line. Standard output is data, standard error is talk.

Each command loads what it needs when it is called: `--help` answers at once.
"""

import gc
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from pipeline.commands import health, service
from pipeline.commands.echo import echo, plain
from pipeline.commands.options import (
    CLEANED,
    CONFIG,
    FILE,
    JSON,
    PAGE,
    RAW,
    WATCHED,
    of_runs,
    run_settings,
    settings_of,
)
from pipeline.errors import ConfigError, CorpusError, PageError

if TYPE_CHECKING:
    from types import FrameType

    from pipeline.config import Config, TablesConfig
    from pipeline.records import Page, RawPage
    from pipeline.rules import Rules


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clean-corpus")
def cli() -> None:
    """Scraped Chinese policy pages in, text and tables that people can trust out."""


@cli.command()
@RAW
@CLEANED
@CONFIG
@of_runs
@JSON
@WATCHED
def run(raw: Path, cleaned: Path, config: Path | None, as_json: bool, **options: Any) -> None:
    """Clean every page in raw/ and publish the result in cleaned/."""
    from pipeline.commands.terminal import told_run
    from pipeline.parent import end_with
    from pipeline.paths import Paths
    from pipeline.run.job import Asked

    watched = options["watched_by"]
    if watched:
        end_with(watched)
    asked = Asked(options["strict"], options["allow_mass_delete"], options["wait"])
    settings = run_settings(settings_of(config), options)
    numbers = told_run(Paths(raw, cleaned), settings, asked, brief=bool(watched))
    if as_json:
        echo(numbers)


@cli.command()
@FILE
@click.option("--url", default="", help="Where the page came from.")
@click.option("--explain", is_flag=True, help="Show every dropped block and every change.")
@JSON
@CONFIG
def page(file: Path, url: str, explain: bool, as_json: bool, config: Path | None) -> None:
    """Clean one page; its text goes to standard output."""
    from pipeline.commands.terminal import say

    settings = settings_of(config)
    rules = _rules(settings)
    cleaned = _clean(file, url, settings, rules)
    if as_json:
        echo(_record(cleaned))
    elif explain:
        _tell(cleaned, rules)
    elif cleaned.text:
        click.echo(cleaned.text)
    if not cleaned.is_article:
        reason = rules.reasons.get(cleaned.dropped_by, "")
        say(f"{file}: is no article: {cleaned.dropped_by}: {reason}")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), default=Path("-"))
@click.option("--diff", is_flag=True, help="Show what changes and by which rule, not the text.")
@click.option("--only", multiple=True, metavar="RULE", help="No rule but this; may be repeated.")
@click.option("--skip", multiple=True, metavar="RULE", help="All but this; may be repeated.")
@click.option("--rules", "listed", is_flag=True, help="List the rules with their reasons.")
@JSON
@CONFIG
def normalize(file: Path, as_json: bool, config: Path | None, **options: Any) -> None:
    """Bring text from FILE or standard input to one spelling."""
    from pipeline.commands.terminal import rule_list, text_diff
    from pipeline.parse import decode
    from pipeline.spelling import normalize_text, trace_text

    rules = _rules(settings_of(config)).spelling.picked(options["only"], options["skip"])
    if options["listed"]:
        rule_list(rules.working, as_json=as_json)
        return
    source = decode(_read(file))
    if as_json:
        echo({"text": normalize_text(source, rules), "changes": trace_text(source, rules)})
    elif options["diff"]:
        text_diff(trace_text(source, rules), str(file))
    else:
        text = normalize_text(source, rules)
        click.echo(text, nl=not text.endswith("\n"))


@cli.command()
@FILE
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A folder for them.")
@click.option("--url", default="", help="Where the page came from.")
@click.option("--strict", is_flag=True, help="Leave every doubtful cell empty.")
@click.option("--excel", is_flag=True, help="Begin the files with a byte order mark, for Excel.")
@JSON
@CONFIG
def tables(file: Path, out: Path, url: str, config: Path | None, **options: bool) -> None:
    """Rebuild the tables of one page into CSV files; what is doubtful is said."""
    from pipeline.commands.terminal import say, table_summary
    from pipeline.publish import told_doubts, write_tables

    settings = settings_of(config)
    rules = _rules(settings)
    page = _clean(file, url, settings, rules)
    files = write_tables(page, out, rules, _table_settings(settings, options))
    if options["as_json"]:
        told = (
            {"file": str(path), **plain(table), "told_doubts": told_doubts(table)}
            for path, table in zip(files, page.tables, strict=True)
        )
        echo({"tables": list(told), "refused": page.refused})
        return
    for path in files:
        click.echo(path)
    for path, table in zip(files, page.tables, strict=True):
        table_summary(path.name, table, told_doubts(table))
    for one in page.refused:
        say(f"line {one.line}: looks like a table, left in the text: {one.why}")
    if not files:
        say(f"{file}: holds no table")


def _table_settings(config: "Config", options: dict[str, bool]) -> "TablesConfig":
    """Return how tables are written: as config.toml says, and as the command line asks beyond."""
    from pipeline.config import TablesConfig

    said = config.tables
    return TablesConfig(said.strict or options["strict"], said.excel or options["excel"])


@cli.command()
@click.argument("a", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("b", type=click.Path(path_type=Path, allow_dash=True))
@JSON
@CONFIG
def compare(a: Path, b: Path, as_json: bool, config: Path | None) -> None:
    """Tell how two pages are related: figures that differ, what one lacks, what they share."""
    from pipeline.commands.terminal import comparison
    from pipeline.dedup import find_matches, only_in

    settings = settings_of(config)
    rules = _rules(settings)
    texts = {name: _clean(file, "", settings, rules).text for name, file in (("a", a), ("b", b))}
    match = next(iter(find_matches(texts, rules=rules.dedup)), None)
    dropped, added = only_in(texts["a"], texts["b"]), only_in(texts["b"], texts["a"])
    if as_json:
        told = {**plain(match), "dropped": dropped, "added": added} if match else None
        echo(told)
    else:
        comparison(match, (str(a), str(b)), dropped, added)


@cli.command()
@PAGE
@RAW
@CLEANED
@JSON
@CONFIG
def explain(page: str, raw: Path, cleaned: Path, as_json: bool, config: Path | None) -> None:
    """Tell the whole story of a page of the last run: PAGE is its id, URL or path in raw/."""
    from pipeline import explain
    from pipeline.commands.terminal import story
    from pipeline.paths import Paths
    from pipeline.records import Page

    paths = Paths(raw, cleaned)
    row = explain.ledger_row(paths, page)
    outcome = explain.last_outcome(paths, row["page"])
    if as_json:
        echo(outcome)
        return
    parts = {}
    if isinstance(outcome, Page):
        rules = _rules(settings_of(config))
        reasons, remarks = rules.reasons, explain.standing(paths, outcome, rules)
        parts["said"] = explain.said(outcome, reasons)
        parts["taken out"] = explain.dropped(outcome, reasons, remarks)
        parts["changed"] = explain.changed(outcome, reasons)
    rows = [*row.items(), *explain.related(paths, row["page"])]
    story(outcome, rows, parts)


@cli.command()
@click.argument("site")
@RAW
@click.option("--out", type=click.Path(path_type=Path), help="A file for the rules.")
@JSON
@CONFIG
def learn(site: str, raw: Path, out: Path | None, as_json: bool, config: Path | None) -> None:
    """Propose rules for SITE from what recurs on its pages; SITE is a host, or a folder in raw/."""
    from pipeline.commands.learn import pages_of, propose
    from pipeline.commands.terminal import RunProgress, say
    from pipeline.store import write_bytes

    settings = settings_of(config)
    rules = _rules(settings)
    name = site.rstrip("/").rpartition("/")[2].lower()  # a shell completes it to raw/SITE/
    limits = (settings.parser, settings.how)
    with RunProgress() as progress:
        pages = pages_of(name, raw, rules, limits, progress.advance)
    found = propose(pages, name, rules)
    if out:
        write_bytes(out, [found.toml.encode()])
    if as_json:
        echo(found)
    elif not out:
        click.echo(found.toml)
    advice = "Read them before you keep them." if found.rules else "More pages may tell more."
    say(
        f"{name}: articles: {found.pages}, with a body of their own: {found.bodies}; "
        f"lines that recur: {found.lines}, rules proposed: {found.rules}. {advice}"
    )


@cli.command("import")
@click.argument("sources", type=click.Path(path_type=Path), nargs=-1, required=True)
@RAW
@JSON
@CONFIG
def import_(sources: tuple[Path, ...], raw: Path, as_json: bool, config: Path | None) -> None:
    """Copy files and folders into raw/, under names that tell their content."""
    from pipeline.commands.bring import bring
    from pipeline.commands.terminal import RunProgress, complain, say

    how = settings_of(config).how
    failed: list[str] = []
    told = []
    with RunProgress() as progress:
        for source in sources:
            done = bring(source, raw, how, lambda files: progress.advance("import", files))
            failed += done.failed
            told.append({"source": str(source), **plain(done)})
            say(
                f"{source}: copied: {done.copied}, there before: {done.known}, "
                f"passed over: {done.others}"
            )
    if as_json:
        echo(told)
    for line in failed:
        complain(line)
    if failed:
        message = f"{len(failed)} files were not copied. Mend what is said above, import again"
        raise CorpusError(message)


def _rules(config: "Config") -> "Rules":
    from pipeline.rules import load_rules

    return load_rules(config.rules.folder, config.normalize)


def _read(file: Path) -> bytes:
    """Return the bytes of a file, or of standard input for `-`."""
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"{file}: cannot be read: {error.strerror}. Name another file"
        raise ConfigError(message) from error


def _clean(file: Path, url: str, config: "Config", rules: "Rules") -> "Page":
    from pipeline.flow import clean

    try:
        return clean(_raw_page(file, url), rules, config.parser)
    except PageError as error:
        raise ConfigError(str(error)) from error


def _raw_page(file: Path, url: str) -> "RawPage":
    from pipeline.records import Provenance, RawPage

    return RawPage(url, _read(file), "", Provenance(str(file)))


def _tell(page: "Page", rules: "Rules") -> None:
    """Show what the page says of itself, what was taken out of it and what was changed."""
    from pipeline.commands.terminal import story
    from pipeline.explain import changed, dropped, said

    reasons = rules.reasons
    parts = {"said": said(page, reasons), "taken out": dropped(page, reasons)}
    parts["changed"] = changed(page, reasons)
    story(page, [("page", page.id), ("url", page.url)], parts)


def _record(page: "Page") -> dict[str, Any]:
    """Return the whole record of a page, and what it comes to."""
    found = {"text": page.text, "is_article": page.is_article}
    return {**plain(page), **found, "dropped": page.dropped}


for _command in (*health.COMMANDS, *service.COMMANDS):
    cli.add_command(_command)


def main() -> NoReturn:
    """Run the command line; the exit statuses are those of CONTRACT.md."""
    received: list[int] = []

    def terminate(number: int, _frame: "FrameType | None") -> NoReturn:
        # Ends the run as Ctrl-C does: everything that cleans up after one serves the other.
        received.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, terminate)
    signal.signal(signal.SIGHUP, terminate)
    status = _status(received)
    gc.freeze()  # records of a hundred thousand pages: Python would look for circles in them again
    sys.exit(status)


def _status(received: list[int]) -> int:
    """Run the command line; return its exit status. `received` holds signals that arrived."""
    try:
        cli.main(prog_name="clean-corpus", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        how = "terminated" if received else "interrupted"
        click.echo(f"{how}; what was published before still stands", err=True)
        return 128 + (received or [signal.SIGINT])[0]
    except CorpusError as error:
        from pipeline.commands.terminal import complain

        complain(str(error))
        return error.status
    except BrokenPipeError:
        sys.stderr.close()  # our reader had enough, and nothing more can be said to it
        return 128 + signal.SIGPIPE
    except OSError as error:
        if error.filename is not None:
            raise
        click.echo(f"standard output: {error.strerror}. Write it somewhere else", err=True)
        sys.stderr.close()
        return 4
    return 0


if __name__ == "__main__":
    main()

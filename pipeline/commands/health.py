"""The commands that look and change nothing: status, check, verify.

As in `__main__`, each loads what it needs when it is called.
"""

from pathlib import Path

import click

from pipeline.commands.echo import echo
from pipeline.commands.options import CLEANED, CONFIG, JSON, RAW, settings_of
from pipeline.errors import ConfigError, CorpusError


@click.command()
@RAW
@CLEANED
@JSON
@CONFIG
def status(raw: Path, cleaned: Path, config: Path | None, *, as_json: bool) -> None:
    """Tell what the last run did, and what is waiting in raw/."""
    from pipeline.commands.terminal import say, summary
    from pipeline.paths import Paths
    from pipeline.publish import read_summary
    from pipeline.run.plan import waiting

    paths = Paths(raw, cleaned)
    numbers = read_summary(paths.current) if paths.current.exists() else None
    new = waiting(paths, settings_of(config).how)
    if as_json:
        echo({"last": numbers, "waiting": new})
        return
    if numbers is None:
        say(f"{cleaned}: nothing was published yet. Run `clean-corpus run`")
    else:
        summary(numbers, str(cleaned), "The last run:")
    counts = ", ".join(f"{count} {kind}" for kind, count in new.items())
    mend = ". Run `clean-corpus run`" if numbers and any(new.values()) else ""
    say(f"waiting in raw/: {counts}{mend}")


@click.command()
@JSON
@CONFIG
def check(config: Path | None, *, as_json: bool) -> None:
    """Read settings and rules, try every rule on its cases, say what is wrong."""
    from pipeline import kept
    from pipeline.commands.cases import failing
    from pipeline.commands.terminal import complain, say
    from pipeline.dedup import prepare
    from pipeline.publish import check_outputs
    from pipeline.rules import load_rules

    settings = settings_of(config)
    check_outputs(settings.outputs)
    rules = load_rules(settings.rules.folder, settings.normalize)
    broken = list(failing(rules))
    everything = list(rules)
    cases = sum(len(rule.case) for rule in everything)
    if as_json:
        echo({"rules": len(everything), "cases": cases, "failing": broken})
    for line in broken:
        complain(line)
    if broken:
        message = f"rules: {len(broken)} cases do not hold. Mend the rules or the cases above"
        raise ConfigError(message)
    prepare()
    kept.save()
    say(f"Settings are fine; {len(everything)} rules load, their {cases} cases hold.")


@click.command()
@CLEANED
@JSON
def verify(cleaned: Path, *, as_json: bool) -> None:
    """Compare everything published with its checksums."""
    from pipeline.commands.terminal import say
    from pipeline.paths import Paths
    from pipeline.publish import damaged
    from pipeline.store import write_bytes

    paths = Paths(Path("raw"), cleaned)
    if not paths.current.exists():
        message = f"{cleaned}: nothing was published yet. Run `clean-corpus run`"
        raise ConfigError(message)
    version = paths.current.readlink().name
    wrong = damaged(paths.current.resolve())
    if as_json:
        echo({"version": version, "damaged": wrong})
    for line in wrong:
        say(line)
    if wrong:
        write_bytes(paths.damaged, [version.encode()])
        message = f"{cleaned}: {len(wrong)} files are not as published. Run again: they are mended"
        raise CorpusError(message)
    say(f"{cleaned}: everything is as published.")


COMMANDS = (status, check, verify)

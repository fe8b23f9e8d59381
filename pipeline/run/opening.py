"""raw/ as it lies now → the run that would bring cleaned/ up to it.

In: folders and settings. Out: a `Job` in which nothing has been cleaned yet. Never: a folder of
ours inside raw/; a run over what a setting or rule that is broken would make of it.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pipeline import read
from pipeline.config import Config
from pipeline.engines.forked import uncollected
from pipeline.engines.spark import SparkEngine, check_spark
from pipeline.errors import ConfigError, DiskError
from pipeline.fingerprint import fingerprint
from pipeline.paths import PUBLISHED, Paths
from pipeline.publish import check_outputs
from pipeline.run.job import Asked, Job
from pipeline.run.limits import check_vanished
from pipeline.run.plan import gone, is_known, key, last_scan, look, plan, released
from pipeline.run.results import Results, shapes_of
from pipeline.run.stages import Settings
from pipeline.shuffled import follow_on_spark, look_on_spark
from pipeline.store import TEMPORARY, make_folder, remove

# Pages that a scan finds before it says so.
_TOLD = 1000


def open_job(
    paths: Paths, config: Config, advance: Callable[[str, int], None], asked: Asked
) -> Job:
    """Look into raw/ and return the run that would bring cleaned/ up to it.

    `ConfigError` where the folders or rules are wrong, `LimitError` where too many pages vanished.
    """
    check_folders(paths)
    check_outputs(config.outputs)
    if config.engine.name == "spark":
        check_spark()
    elif config.engine.source:
        message = 'engine.source: is read by Spark. Say engine.name = "spark", or empty the key'
        raise ConfigError(message)
    sweep_unfinished(paths)
    spark = SparkEngine(config.engine.master, config.engine.conf, paths.spark_log)
    try:
        return _opened(paths, config, advance, asked, spark)
    except BaseException:
        spark.close()
        raise


def _opened(
    paths: Paths,
    config: Config,
    advance: Callable[[str, int], None],
    asked: Asked,
    spark: SparkEngine,
) -> Job:
    how, raw = config.how, paths.raw
    settings = Settings(raw, config.rules.folder, config.parser, how, config.normalize)
    _ = settings.rules  # a broken rule stops the run before any work
    by: read.Look = map
    if config.engine.name == "spark":
        if config.engine.source:
            follow_on_spark(spark, config.engine.source, raw, paths.work / "brought")
        raw = raw.resolve()  # executors run in other folders
        by = partial(look_on_spark, spark, settings, paths.work / f"look{TEMPORARY}")
    with uncollected():
        before = last_scan(paths)
        scan = look(raw, before, how, _by_thousands(advance), by)
    if not asked.allow_mass_delete:
        check_vanished(before.scan, scan, paths.raw, config.limits)
    if not scan.pages and not before.scan.pages:
        suffixes = ", ".join(read.READERS)
        message = f"{paths.raw}: holds no page. Put {suffixes} files there, or use RAW=dir"
        raise ConfigError(message)
    again = {key(page) for page in scan.pages if (page.file, page.member) in asked.again}
    chunks = plan(scan.pages, released(before.cuts, again))
    results = Results(paths, shapes_of(settings.rules, config), _content(scan), chunks)
    if asked.again:
        results.forget(asked.again)
    return Job(
        paths,
        config,
        settings,
        replace(scan, pages=()),
        results,
        advance,
        asked,
        gone(before, scan.pages),
        not again and is_known(before, scan, chunks, how),
        spark,
    )


def _content(scan: read.Scan) -> str:
    """Return what names all that lies in raw/."""
    others = (f"{count} {kind}" for kind, count in scan.others.items())
    return fingerprint(*dict.fromkeys(map(key, scan.pages)), "", *others)


def _by_thousands(advance: Callable[[str, int], None]) -> Callable[[int], None]:
    """Return what a scan tells how many pages it has found; it is told often, others less so."""
    known = 0

    def seen(count: int) -> None:
        nonlocal known
        if count - known >= _TOLD:
            advance("scan", count - known)
            known = count

    return seen


def sweep_unfinished(paths: Paths) -> None:
    """Remove what a run that was killed had not finished; nothing of it has a final name."""
    for folder in (paths.cleaned, paths.versions, paths.work, *paths.work.glob("*/")):
        for file in folder.glob(f"*{TEMPORARY}"):
            remove(file)


def check_folders(paths: Paths) -> None:
    """Refuse folders that would harm each other, and a cleaned/ not ours or not writable."""
    if not paths.raw.is_dir():
        message = f"{paths.raw}: is no folder. Make it and put pages in it, or use RAW=dir"
        raise ConfigError(message)
    raw, cleaned = paths.raw.resolve(), paths.cleaned.resolve()
    if raw == cleaned or raw in cleaned.parents or cleaned in raw.parents:
        message = f"{paths.cleaned}: lies in {paths.raw}, or it in that. Use another CLEANED=dir"
        raise ConfigError(message)
    for name in PUBLISHED:
        place = paths.cleaned / name
        if place.exists() and not place.is_symlink():
            message = f"{place}: was not published by a run. Move it, or use another CLEANED=dir"
            raise ConfigError(message)
    make_folder(paths.work)
    if not os.access(paths.work, os.W_OK):
        message = f"{paths.work}: may not be written. Change its owner, or use another CLEANED=dir"
        raise DiskError(message)

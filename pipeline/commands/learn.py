"""Pages of one site → a rules file that a person reads, edits and commits.

In: a site and the folder its pages lie in. Out: TOML as in pipeline/rules/sites, which loads as it
is; every rule in it holds on its cases. Never: a rule for a line that documents begin or end with
(signatures, dates, formulas); those are listed, and a person decides.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline import chrome, flow, read, recurring
from pipeline.chrome.elements import rule_of
from pipeline.chrome.sheet import Line, Sheet
from pipeline.errors import ConfigError, PageError
from pipeline.fingerprint import fingerprint
from pipeline.paths import site_of
from pipeline.reading import How
from pipeline.records import Found, Page
from pipeline.recurring.lines import own_bodies
from pipeline.recurring.outline import SENTENCE, STRONG, kind_of
from pipeline.rules import Rules
from pipeline.rules.chrome import SHORT, ZONES, ChromeRule, Zone
from pipeline.rules.loader import Case

_PAGES = 2000  # enough to know a site by; of more, so many are taken from all over it
_NEW = 0.5  # of a body's clauses stand on no page before it; a person looks at what comes of it
_BODIES = 3  # fewer prove nothing even to a person
_TENTH = 10
_SHOWN = 60  # rules, and lines listed of a kind: more are not read
_EXAMPLES = 2
_LONG = 2 * SHORT
_LIMIT = 400  # characters of a line, for a rule on long ones
_MOST = 0.9  # of a body's sentences are in the element that holds it
_SAMPLE = (15, 100)  # characters of a sentence fit to stand in a case
_FIGURE = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_].*[^\W\d_]")
_NAME = re.compile(r"[#.][^#.@!/]+")


@dataclass(slots=True)
class Seen:
    """One line of the site, its figures apart: where it stood, and what took it."""

    text: str
    example: str = ""
    spellings: set[str] = field(default_factory=set)
    files: list[str] = field(default_factory=list)
    bodies: int = 0
    taken_by: Counter[str] = field(default_factory=Counter)
    kinds: Counter[int | None] = field(default_factory=Counter)
    zones: set[Zone] = field(default_factory=set)

    @property
    def rule(self) -> str:
        """Return the rule that takes it on most pages, "" where none does."""
        return self.taken_by.most_common(1)[0][0]

    def add(self, page: Page, sheet: Sheet, line: Line, *, new: bool) -> None:
        """Note the line where it stands; `new` says that it is the first such of its page."""
        self.spellings.add(line.text)
        self.example = self.example or line.block.text
        self.taken_by[line.block.dropped_by] += 1
        self.kinds[kind_of(sheet, line)] += 1
        self.bodies += new
        if new and len(self.files) < _EXAMPLES:
            self.files.append(page.provenance.file)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rules file, and how many pages, bodies, recurring lines and rules went into it."""

    toml: str
    pages: int
    bodies: int
    lines: int
    rules: int


def pages_of(
    site: str, raw: Path, rules: Rules, settings: tuple[str, How], seen: Callable[[str, int], None]
) -> list[Page]:
    """Return the articles of `site` in `raw`, stripped; of thousands some from all over it.

    `settings` are the parser and how raw/ is read; `seen` is told of pages looked at.
    `ConfigError` where there are none.
    """
    parser, how = settings
    found = read.scan(raw, read.Scan(), how, lambda _: None).pages
    pages = []
    for page in _spread(_likely(site, raw, found, how)):
        seen("read", 1)
        try:
            stripped = flow.strip_chrome(read.read_page(raw, page, how), rules, parser)
        except PageError:
            continue
        if stripped.is_article and site in (site_of(stripped), _folder(page)):
            pages.append(stripped)
    if not pages:
        names = ", ".join(sorted({_folder(page) for page in found} - {""})[:_SHOWN])
        message = f"{raw}: holds no article of {site}. Folders there: {names or 'none'}"
        raise ConfigError(message)
    return pages


def _folder(found: Found) -> str:
    """Return the folder of raw/ that a page lies in; mirrors keep one a host."""
    folder, slash, _ = found.file.partition("/")
    return folder.lower() if slash else ""


def _likely(site: str, raw: Path, found: Sequence[Found], how: How) -> list[Found]:
    """Return the pages in the site's folder, or where it has none those that hold its name."""
    inside = [page for page in found if _folder(page) == site or f"//{site}/" in page.url]
    return inside or [page for page in found if _names(site, raw, page, how)]


def _names(site: str, raw: Path, page: Found, how: How) -> bool:
    try:
        return site.encode() in read.read_page(raw, page, how).body.lower()
    except PageError:
        return False


def _spread(pages: Sequence[Found]) -> Sequence[Found]:
    return pages[:: max(1, -(-len(pages) // _PAGES))]


def propose(pages: Sequence[Page], site: str, rules: Rules) -> Proposal:
    """Return what recurs on `pages` with different bodies, as a rules file."""
    outlines = [recurring.outline_page(page, site, rules.chrome) for page in pages]
    chosen = zip(pages, own_bodies(outlines, _NEW), strict=True)
    sheets = [(page, chrome.sheet_of(page, rules.chrome)) for page, own in chosen if own]
    lines = _recurring(sheets)
    often = sorted(lines.values(), key=lambda one: -one.bodies)
    found = [one for one in often if not one.rule and _is_chrome(one, len(sheets))]
    writer = _Writer(site, rules, len(sheets), _sentences(sheets, lines))
    rules_of = {one.text: writer.line_rule(one) for one in found[:_SHOWN]}
    others = [one for one in often if not rules_of.get(one.text)]
    body = writer.body_rule(_body_name(sheets, lines), found)
    written = [text for text in (body, *rules_of.values()) if text]
    parts = [
        writer.head(len(pages)),
        *written,
        *_listed(
            "Recurs too, and may be the documents' own: no rule takes it.", others, taken=False
        ),
        *_listed("Recurs and is taken already.", others, taken=True),
    ]
    return Proposal("\n".join(parts), len(pages), len(sheets), len(lines), len(written))


Sheets = Sequence[tuple[Page, Sheet]]


def _keys(sheet: Sheet) -> Iterable[str]:
    """Return the lines of a page, each once, in their order."""
    return dict.fromkeys(map(_key, sheet.lines))


def _mass(line: Line) -> float:
    """Return how much of a body the line is, as far as no rule took it."""
    return 0.0 if line.block.dropped_by else line.mass


def _key(line: Line) -> str:
    return _FIGURE.sub("0", line.text)


def _recurring(sheets: Sheets) -> dict[str, Seen]:
    """Return the lines that stand on a tenth of the bodies, three at least, by their key."""
    bodies = Counter(key for _, sheet in sheets for key in _keys(sheet))
    enough = max(_BODIES, -(-len(sheets) // _TENTH))
    found = {key: Seen(key) for key, n in bodies.items() if n >= enough and _LETTERS.search(key)}
    for page, sheet in sheets:
        own = [i for i, x in enumerate(sheet.lines) if _mass(x) and _key(x) not in found]
        first, last = (own[0], own[-1]) if own else (len(sheet.lines), len(sheet.lines))
        new = set(found)
        for i, line in enumerate(sheet.lines):
            key = _key(line)
            if key in found:
                found[key].add(page, sheet, line, new=key in new)
                found[key].zones.add("head" if i < first else "tail" if i > last else "middle")
                new.discard(key)
    return found


def _is_chrome(seen: Seen, bodies: int) -> bool:
    """Return whether a rule is worth proposing: no line that documents have, nor a sentence.

    A sentence on every other body, and names, are proposed where they stand around the body; a
    line with figures that differ where it stands below: above it may be the title.
    """
    kind = seen.kinds.most_common(1)[0][0]
    counter = len(seen.spellings) > 1
    if kind is None or len(seen.text) > _LONG or (counter and seen.zones != {"tail"}):
        return False
    around = "middle" not in seen.zones
    return kind == STRONG or (around and (kind != SENTENCE or seen.bodies * 2 >= bodies))


def _sentences(sheets: Sheets, lines: Mapping[str, Seen]) -> list[str]:
    """Return sentences that the pages have each for itself, short ones first."""
    low, high = _SAMPLE
    own = (
        line.block.text
        for _, sheet in sheets
        for line in sheet.lines
        if _mass(line) and low <= len(line.text) <= high and _key(line) not in lines
    )
    return sorted(own, key=len)


def _body_name(sheets: Sheets, lines: Mapping[str, Seen]) -> str:
    """Return the id or class of the element that holds the body on most pages, "" for none.

    None too where a rule knows it already.
    """
    names: Counter[str] = Counter()
    marked = [sheet for _, sheet in sheets if sheet.markup]
    for sheet in marked:
        masses: Counter[str] = Counter()
        for line in sheet.lines:
            path = line.block.path if _mass(line) and _key(line) not in lines else ""
            while path:
                masses[path] += round(_mass(line))
                path = path.rpartition("/")[0]
        most = max(masses.values(), default=0) * _MOST
        holders = [path for path, mass in masses.items() if mass >= most]
        segment = max(holders, key=len, default="").rpartition("/")[2]
        if not rule_of(segment.rpartition("@")[0] or segment, sheet.sets, ("body",)):
            names.update(_NAME.findall(segment))
    # An id is surer than a class, which other elements may share.
    name, count = max(names.items(), key=lambda x: (x[1], x[0][0] == "#", x[0]), default=("", 0))
    return name[1:] if count >= _BODIES and count * 2 > len(marked) else ""


def _listed(heading: str, lines: Iterable[Seen], *, taken: bool) -> Iterator[str]:
    """Yield comments that list lines, those that a rule has `taken`, or those that none has."""
    wanted = [one for one in lines if bool(one.rule) == taken]
    if wanted:
        yield f"\n# {heading}\n#"
    for one in wanted[:_SHOWN]:
        by = f"  [{one.rule}]" if one.rule else ""
        yield f"# {one.bodies:>6}  {_plain(one.example)[:_LONG]}{by}"
    if len(wanted) > _SHOWN:
        yield f"# and {len(wanted) - _SHOWN} more"


def _plain(text: str) -> str:
    """Return text fit for a comment."""
    return "".join(c if c.isprintable() else " " for c in text)


@dataclass(frozen=True)
class _Writer:
    """Writes rules, each tried on its cases; one that does not hold on them is not written."""

    site: str
    rules: Rules
    bodies: int
    sentences: Sequence[str]

    @property
    def prefix(self) -> str:
        return "site." + re.sub("[^a-z0-9]+", "-", self.site).strip("-")

    def head(self, pages: int) -> str:
        """Return what the file says of itself, and the site's host."""
        return (
            f"# Proposed by `clean-corpus learn {self.site}`. Articles: {pages}; with a body of\n"
            f"# their own: {self.bodies}. Delete what is the documents' own; give what stays a\n"
            f"# better id and reason.\nhosts = [{_quoted(self.site)}]"
        )

    def line_rule(self, seen: Seen) -> str:
        """Return the rule that takes a line, "" where it would not hold."""
        number = fingerprint(seen.text)[:6]
        text = seen.example
        zones = tuple(zone for zone in ZONES if zone in seen.zones)
        rule = ChromeRule(
            id=f"{self.prefix}.line-{number}",
            reason=f"The line stands on {seen.bodies} of {self.bodies} pages whose bodies differ.",
            source=f"seen on pages of {self.site}",
            zone=zones if "middle" not in zones else ZONES,
            limit=SHORT if len(seen.text) <= SHORT and "。" not in seen.text[:-1] else _LIMIT,
            find=_pattern(seen),
            case=(Case(text, ""), *self._spared(text)),
        )
        return self._written(rule, seen.files)

    def _spared(self, text: str) -> Iterator[Case]:
        """Yield a case that a rule for `text` leaves alone: the sentence that is most like it."""
        likest = max(
            self.sentences, key=lambda x: (text in x, _alike(text, x), -len(x)), default=""
        )
        if likest:
            yield Case(likest, likest)

    def body_rule(self, name: str, found: Sequence[Seen]) -> str:
        """Return the rule that knows the element of the body, "" where it would not hold."""
        if not name or not self.sentences:
            return ""
        other = found[0].example if found else self.sentences[0]
        sentence = self.sentences[-1]
        inside = f"{{div.{name}/p@1}} {sentence}"
        spared = f"{{div.no-{name}/p@1}} {sentence}\n{{div.other/p@1}} {other}"
        rule = ChromeRule(
            id=f"{self.prefix}.body",
            reason=f"The site puts the text of an article in {name}.",
            source=f"seen on pages of {self.site}",
            apply="body",
            find=_escaped(name),
            case=(Case(f"{inside}\n{{div.other/p@1}} {other}", inside), Case(spared, spared)),
        )
        return self._written(rule, [])

    def _written(self, rule: ChromeRule, files: Sequence[str]) -> str:
        held = (chrome.try_rule(rule, x.before, self.rules.chrome) == x.after for x in rule.case)
        return _toml(rule, files) if len(rule.case) > 1 and all(held) else ""


def _alike(text: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(text, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(text), len(other)))


def _pattern(seen: Seen) -> str:
    """Return the pattern of a whole line; figures that were seen to differ may be any."""
    figures = [_FIGURE.findall(text) for text in sorted(seen.spellings)]
    words = _FIGURE.split(min(seen.spellings))
    found = [_escaped(words[0])]
    for column, word in zip(zip(*figures, strict=True), words[1:], strict=True):
        longest = max(map(len, column))
        found += [column[0] if len(set(column)) == 1 else rf"\d{{1,{longest}}}", _escaped(word)]
    return f"^{''.join(found)}$"


def _escaped(text: str) -> str:
    """Return a pattern for `text`; `<` would begin the name of a part, quotes end a string."""
    plain = (
        re.escape(text)
        .replace("\\ ", " ")
        .replace("\\-", "-")
        .replace("<", "[<]")
        .replace("'", r"\x27")
    )
    return "".join(c if c.isprintable() else rf"\U{ord(c):08x}" for c in plain)


def _toml(rule: ChromeRule, files: Sequence[str]) -> str:
    cases = (
        f"  {{ before = {_quoted(x.before)}, after = {_quoted(x.after)} }}," for x in rule.case
    )
    keys = {
        "id": _quoted(rule.id),
        "reason": _quoted(rule.reason),
        "source": _quoted(rule.source),
        "apply": _quoted(rule.apply) if rule.apply != "piece" else "",
        "zone": f"[{', '.join(map(_quoted, rule.zone))}]" if rule.zone != ZONES else "",
        "limit": str(rule.limit) if rule.limit != SHORT else "",
        "find": f"'{rule.find}'",
    }
    return "\n".join(
        [
            "\n[[rule]]",
            *(f"# {_plain(file)}" for file in files),
            *(f"{key:6} = {value}" for key, value in keys.items() if value),
            "case   = [",
            *cases,
            "]",
        ]
    )


def _quoted(text: str) -> str:
    """Return a TOML string; those of JSON are such, but for one control."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

"""`clean-corpus learn`: rules that load and hold, of what is the site's and not the documents'."""

import tomllib
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from pipeline import chrome
from pipeline.commands import learn
from pipeline.records import Block, Page, Provenance
from pipeline.rules import Rules, load_rules
from tests import county
from tests.conftest import Cli

RULES = load_rules()
NOTE = "本网站由青禾县融媒体技术组维护，内容如有变动以窗口公布为准。"


def pages(*tail: str, count: int = 8) -> list[Page]:
    """Return flattened articles with `tail` below each; {} in it is the number of the page."""
    return [
        Page(
            f"{n}",
            "",
            tuple(
                Block("paragraph", line)
                for line in (f"工程进展{n}", *county.article(n), *(x.format(n) for x in tail))
            ),
            Provenance(f"{county.HOST}/{n}.txt"),
            f"工程进展{n}",
        )
        for n in range(count)
    ]


def proposed(*tail: str, count: int = 8) -> str:
    return learn.propose(pages(*tail, count=count), county.HOST, RULES).toml


def loaded(folder: Path, toml: str) -> Rules:
    """Return the packaged rules and those of `toml`; its cases hold."""
    (folder / "sites").mkdir(parents=True)
    (folder / "sites" / "county.toml").write_text(toml, "utf-8")
    rules = load_rules(str(folder))
    (site,) = (one for one in rules.chrome.sites if one.name == "county")
    for rule in site.rules.rules:
        for case in rule.case:
            assert chrome.try_rule(rule, case.before, rules.chrome) == case.after
    return rules


def finds(toml: str) -> list[str]:
    return [rule["find"] for rule in tomllib.loads(toml).get("rule", [])]


def test_with_the_rules_the_lines_go(tmp_path: Path) -> None:
    tail = [*county.TAIL, NOTE, "第{}位访客"]
    rules = loaded(tmp_path / "rules", proposed(*tail))
    for page in pages(*tail):
        text = chrome.strip(page, rules.chrome).text.split("\n")
        assert text[-13:] == [f"工程进展{page.id}", *county.article(int(page.id))]


def test_what_documents_end_with_is_listed_and_no_rule() -> None:
    tail = ["特此通知", "青禾县人民政府办公室", "联系电话：0500-1234567", "（此件公开发布）"]
    toml = proposed(*tail)
    assert finds(toml) == []
    assert [line for line in tail if f"#      8  {line}" not in toml] == []


def test_what_a_rule_takes_already_is_listed_with_it() -> None:
    marked = [chrome.strip(page, RULES.chrome) for page in pages("打印本页", "关闭窗口")]
    toml = learn.propose(marked, county.HOST, RULES).toml
    assert finds(toml) == []
    assert "#      8  打印本页  [chrome.print-close]" in toml


def test_lines_between_sentences_are_proposed_too() -> None:
    bodies = pages()
    middle = Block("paragraph", "点击进入青禾云展播")
    bodies = [replace(x, blocks=(*x.blocks[:7], middle, *x.blocks[7:])) for x in bodies]
    assert finds(learn.propose(bodies, county.HOST, RULES).toml) == ["^点击进入青禾云展播$"]


def test_figures_are_any_where_they_were_seen_to_differ() -> None:
    assert finds(proposed("第{}位访客")) == [r"^第\d{1,1}位访客$"]
    assert finds(proposed("第7位访客")) == ["^第7位访客$"]


@pytest.mark.parametrize(
    "line",
    [
        "点'这'里\"看\"",
        "进入<han>频道",
        r"路径C:\青禾\新闻",
        "青禾[图]+(视频)*",
        "青禾\x7f之声\x1b",
        "a{0}b频道",
    ],
)
def test_lines_of_any_characters_make_files_that_load(tmp_path: Path, line: str) -> None:
    bodies = [replace(x, blocks=(*x.blocks, Block("paragraph", line))) for x in pages()]
    toml = learn.propose(bodies, county.HOST, RULES).toml
    rules = loaded(tmp_path / "rules", toml)
    assert len(finds(toml)) == 1
    assert chrome.strip(bodies[0], rules.chrome).blocks[-1].dropped_by


def test_titles_that_differ_in_a_figure_are_listed_and_no_rule() -> None:
    untitled = [replace(page, title="") for page in pages()]
    assert finds(learn.propose(untitled, county.HOST, RULES).toml) == []


def test_of_many_lines_some_have_rules_and_all_are_listed() -> None:
    tail = ["青禾频道之" + "".join(word) for word in product("春夏秋冬", "东西南北", "甲乙丙丁戊")]
    toml = proposed(*tail)
    assert len(finds(toml)) == 60
    assert [line for line in tail if line not in toml] == []


def test_copies_of_one_page_prove_nothing() -> None:
    (one,) = pages(*county.TAIL, count=1)
    toml = learn.propose([one] * 9, county.HOST, RULES).toml
    assert finds(toml) == []
    assert tomllib.loads(toml)["hosts"] == [county.HOST]


def test_the_command(cli: Cli, tmp_path: Path) -> None:
    raw, folder = tmp_path / "raw", tmp_path / "rules"
    county.write(raw, range(8), [*county.TAIL, NOTE])
    done = cli("learn", f"{raw}/{county.HOST}/", "--raw", raw)
    assert done.returncode == 0, done.stderr
    assert "articles: 8, with a body of their own: 8" in done.stderr
    rules = loaded(folder, done.stdout)
    body = next(rule for rule in rules.chrome.rules if rule.apply == "body" and "qinghe" in rule.id)
    assert body.find == "qh-text"
    file = tmp_path / "county.toml"
    assert cli("learn", county.HOST, "--raw", raw, "--out", file).stdout == ""
    assert file.read_text("utf-8").strip() == done.stdout.strip()
    config, cleaned = tmp_path / "config.toml", tmp_path / "cleaned"
    config.write_text("[rules]\nfolder = 'rules'\n", "utf-8")
    assert cli("run", "--raw", raw, "--cleaned", cleaned, "--config", config).returncode == 0
    texts = [file.read_text("utf-8") for file in (cleaned / "text").resolve().rglob("*.txt")]
    assert len(texts) == 8
    assert not any(line in text for text in texts for line in [*county.TAIL, NOTE])


def test_pages_are_found_by_the_address_they_say(cli: Cli, tmp_path: Path) -> None:
    county.write(tmp_path / "raw", range(0, 16, 2))
    folder = tmp_path / "raw" / "crawl"
    (tmp_path / "raw" / county.HOST).rename(folder)
    for n, file in enumerate(folder.iterdir()):
        link = f'<head><link rel="canonical" href="https://{county.HOST}/{n}.html">'
        file.write_text(file.read_text("utf-8").replace("<head>", link), "utf-8")
    done = cli("learn", county.HOST, "--raw", tmp_path / "raw")
    assert done.returncode == 0, done.stderr
    assert len(finds(done.stdout)) == 5


def test_a_site_that_is_not_there(cli: Cli, tmp_path: Path) -> None:
    county.write(tmp_path / "raw", range(2))
    done = cli("learn", "www.nowhere.example", "--raw", tmp_path / "raw")
    assert done.returncode == 2
    assert f"holds no article of www.nowhere.example. Folders there: {county.HOST}" in done.stderr

"""Evidence: how much decoded text looks like text. What the charsets are weighed by.

In: text, or bytes with the charset they may be in. Out: a weight, or the text with its broken
bytes marked. Never a label: what a page says of itself is read in `decode`.

The two national sets hold their common characters in a range of their own (GB/T 2312-1980 rows
16 to 55, sorted by sound; Big5 0xA440 to 0xC67E, sorted by strokes): bytes read in the wrong set
fall outside. A few hundred characters that make up half of any text decide short ones.
"""

import re
from collections.abc import Iterable
from functools import cache

from pipeline import kept

#: One broken byte, as the Unicode Standard has it (chapter 5.22).
BROKEN = "\ufffd"

# Python's table is that of GB 18030-2000. These characters have had a place outside the private
# use area since GB 18030-2005 and -2022; 0xA3A0 is a full-width blank in every browser.
_OF_TODAY = {
    0xE5E5: "\u3000",
    0xE7C7: "\u1e3f",
    **dict(
        zip(
            range(0xE78D, 0xE797),
            "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19",
            strict=True,
        )
    ),
    0xE816: "\U00020087",
    0xE817: "\U00020089",
    0xE818: "\U000200cc",
    0xE81E: "\u9fb4",
    0xE826: "\u9fb5",
    0xE82B: "\u9fb6",
    0xE82C: "\u9fb7",
    0xE831: "\U000215d7",
    0xE832: "\u9fb8",
    0xE83B: "\U0002298f",
    0xE843: "\u9fb9",
    0xE854: "\u9fba",
    0xE855: "\U000241fe",
    0xE864: "\u9fbb",
}
_MOVED = kept.pattern(f"[{''.join(map(chr, _OF_TODAY))}]")

_ASCII = bytes(range(0x80))
_BEYOND_ASCII = kept.pattern("[^\x00-\x7f]+")
#: How many bytes a character beyond ASCII takes; and what single bytes of GBK pages mean.
_SIZES = {"gb18030": (2, 4), "big5hkscs": (2,), "utf-8": (2, 3, 4)}
_SINGLES = {0x80: "€", 0xA0: "\xa0"}
_SEARCHED, _WEIGHED, _ENOUGH = 20_000, 1_000, 100
# Private use is where shifted pairs land when they are valid at all; but not where `_OF_TODAY` has
# its places.
_SUSPECT = kept.pattern("[\udc80-\udcff\ue000-\ue5e4\ue5e6-\ue78c\ue865-\uf8ff]")
_PRIVATE = re.compile(b"\xef[\x80-\xa3]")  # from U+F000; what is below starts with 0xEE
_LONE = kept.pattern("[\udc80-\udcff]+")
_BLANKS = " \t\n\r<>"
_BLANK = kept.pattern(f"[{_BLANKS}]")
_LONGEST = 20_000  # characters; no paragraph is longer, and the reading takes time


def _range(codec: str, leads: range, trails: Iterable[int]) -> set[str]:
    """Return the characters that `codec` has at these lead and trail bytes."""
    # All at once is ten times as fast; blanks keep a place without a character from the next.
    tails = list(trails)
    pairs = b" ".join(bytes((lead, tail)) for lead in leads for tail in tails)
    return set(pairs.decode(codec, "ignore")) - {" "}


_COMMON = frozenset(
    _range("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))
    | _range("big5", range(0xA4, 0xC7), [*range(0x40, 0x7F), *range(0xA1, 0xFF)])
)
# The most frequent characters of government texts, simplified and traditional.
_FREQUENT = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过"
    "子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体"
    "制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内"
    "数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提"
    "直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计"
    "别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海"
    "口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身"
    "车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石"
    "记需段研界拉林律叫且究观越织装影算低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青"
    "省列习响约支般史感劳便团往酸历市克何除消构府称太准精值号率族维划选标写存候毛亲快效斯院查江型"
    "眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该铁价严首底液官德随病苏"
    "失尔死讲配女黄推显谈罪神艺呢席含企望密批营项防举球英氧势告李台落木帮轮破亚师围注远字材排供河"
    "态封另施减树溶怎止案言士均武固叶鱼波视仅费紧爱左章早朝害续轻服试食充兵源判护司足某练差致板田"
    "降黑犯负击范继兴似余坚曲输修故城夫够送笔船占右财吃富春职觉汉画功巴跟虽杂飞检吸助升阳互初创抗"
    "考投坏策古径换未跑留钢曾端责站简述钱副尽帝射草冲承独令限阿宣环双请超微让控州良轴找否纪益依优"
    "顶础载倒房突坐粉敌略客袁冷胜绝析块剂测丝协诉念陈仍罗盐友洋错苦夜刑移频逐靠混母短皮终聚汽村云"
    "哪既距卫停烈央察烧迅境若印洲刻括激孔搞甚室待核校散侵吧甲游久菜味旧模湖货损预阻毫普稳乙妈植息"
    "國會為個這來時說們產種後經過動學發對開業設計數實現關務長電門機見書東車馬話語請讓論議政財綠轉"
    "推預應總統費價際環點體質類選據權區區縣員團報導區區訊號變標準與從處將還無當黨黨運進達遠選邊"
)
# Marks, units and letters that Chinese text is sprinkled with: general punctuation, letterlike and
# Roman numerals, circled numbers, CJK marks, squared units (㎡), full-width forms.
_AT_HOME = (
    *((0x2010, 0x2045), (0x2100, 0x2180), (0x2460, 0x2500)),
    *((0x3000, 0x3020), (0x3200, 0x3400), (0xFF01, 0xFF5F)),
)


@cache
def weight(char: str) -> int:
    """Return what one character says for the charset that gave it, -4 to 3.

    Common Han and the marks between them speak for it, rare Han hardly, and what no page is
    written in (private use, box drawing, controls, a lone half of a pair) against it.
    """
    if char in _COMMON:
        return 3 if char in _FREQUENT else 2
    code = ord(char)
    if any(first <= code < last for first, last in _AT_HOME):
        return 1
    if code in _OF_TODAY:
        return -1
    if char == BROKEN or 0x80 <= code < 0xA0 or 0xD800 <= code < 0xF900:
        return -4
    if 0x3400 <= code < 0xA000 or code < 0x250 or code >= 0x20000:
        return -1
    return -2


def evidence(text: str) -> tuple[float, int]:
    """Return the mean weight of the characters beyond ASCII in `text`, and how many were weighed.

    The first thousand are; a page is not in two charsets. Where there are none, 0.0 and 0.
    """
    beyond = _beyond_ascii(text)
    if len(beyond) < _ENOUGH < _SEARCHED < len(text):
        beyond = "".join(_BEYOND_ASCII.findall(text))[:_WEIGHED]
    return sum(map(weight, beyond)) / max(1, len(beyond)), len(beyond)


def _beyond_ascii(text: str) -> str:
    """Return the first characters beyond ASCII among those that are searched."""
    written = text[:_SEARCHED].encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return written.decode("utf-8", "surrogatepass")[:_WEIGHED]


def read(body: bytes, codec: str) -> str:
    """Return `body` read in `codec`; a byte that fits nowhere becomes a lone surrogate."""
    return body.decode(codec, "surrogateescape")


def mend(text: str, codec: str) -> str:
    """Return what `read` gave for `codec`, its broken stretches read anew.

    A lost byte shifts every later pair up to the next blank or bracket. So of all readings of
    such a stretch the one with the most evidence is taken; a byte that fits nowhere, even then,
    becomes U+FFFD, bytes side by side one.
    """
    if not _may_be_suspect(text):
        return text
    parts, end = [], 0
    for match in _SUSPECT.finditer(text):
        at = match.start()
        if at < end:
            continue
        start = max(end, *(text.rfind(blank, end, at) + 1 for blank in _BLANKS))
        after = _BLANK.search(text, at)
        parts.append(text[end:start])
        end = after.start() if after else len(text)
        parts.append(_mend_stretch(text[start:end], codec))
    return "".join(parts) + text[end:]


def _may_be_suspect(text: str) -> bool:
    """Return whether there is private use in `text`, or a byte that fits nowhere."""
    # A look for bytes takes a tenth of the time of a look at each character.
    try:
        written = text.encode()
    except UnicodeEncodeError:
        return True
    return b"\xee" in written or _PRIVATE.search(written) is not None


def _mend_stretch(text: str, codec: str) -> str:
    if len(text) > _LONGEST:
        return _LONE.sub(BROKEN, text)
    return _best_reading(text.encode(codec, "surrogateescape"), codec)


def _best_reading(line: bytes, codec: str) -> str:
    """Return the reading of `line` with the most evidence: a path over one, two or four bytes."""
    best: list[tuple[int, int, str]] = [(0, 0, "")] + [(-1 << 30, 0, "")] * len(line)
    for at in range(len(line)):
        score = best[at][0]
        for size, char, worth in _steps(line, at, codec):
            if score + worth > best[at + size][0]:
                best[at + size] = (score + worth, at, char)
    chars, at = [], len(line)
    while at:
        _, before, char = best[at]
        chars.append(char)
        at = before
    return re.sub(BROKEN + "+", BROKEN, "".join(reversed(chars)))


def _steps(line: bytes, at: int, codec: str) -> list[tuple[int, str, int]]:
    """Return the characters that may start at `at`: bytes taken, character, worth."""
    if line[at] < 0x80:
        return [(1, chr(line[at]), 0)]
    # A text may end in the middle of a character; elsewhere a broken byte is dearer.
    worth = -6 if at + 1 < len(line) else -3
    steps = [(1, _SINGLES.get(line[at], BROKEN) if codec == "gb18030" else BROKEN, worth)]
    for size in _SIZES[codec]:
        if size == 4 and codec == "gb18030" and not line[at + 1 : at + 2].isdigit():
            continue
        try:
            char = line[at : at + size].decode(codec)
        except UnicodeDecodeError:
            continue
        if len(char) == 1 and at + size <= len(line):
            steps.append((size, char, weight(char)))
    return steps


def of_today(text: str) -> str:
    """Return what `gb18030` gave, characters of private use where they have a place by now."""
    # All of them start with that byte in UTF-8, and hardly a page has it.
    if b"\xee" not in text.encode("utf-8", "surrogatepass"):
        return text
    return _MOVED.sub(lambda match: _OF_TODAY[ord(match.group())], text)

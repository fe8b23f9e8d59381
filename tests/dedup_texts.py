"""Policy-like texts for the tests of duplicates, in our own words; the same for the same seed."""

import numpy as np

CITIES = ("明州", "越城", "衢江", "临海", "青田", "松阳", "开化", "嵊泗", "象山", "云和")
_VERBS = ("加快", "推动", "完善", "支持", "规范", "保障", "深化", "拓展", "落实", "健全")
_SUBJECTS = (
    "城乡公交",
    "老旧小区",
    "社区食堂",
    "职业学校",
    "河道清淤",
    "图书馆",
    "山区道路",
    "托育机构",
    "养老护理",
    "粮食储备",
    "雨水管网",
    "农产品仓库",
    "基层卫生院",
    "体育公园",
    "工业园区",
    "海塘加固",
)
_WORKS = ("改造", "建设", "扩容", "服务", "监管", "运营", "评估", "维护", "布局", "试点")
_MEASURES = ("所", "个", "公里", "处", "万元", "张床位", "万人次", "亩")


class Writer:
    """Writes texts. `words` draws what a text says, `facts` the city, the year and the figures."""

    def __init__(self, words: int, facts: int) -> None:
        self.words, self.facts = np.random.default_rng(words), np.random.default_rng(facts)
        self.city = CITIES[self.facts.integers(len(CITIES))]
        self.year = int(self.facts.integers(2008, 2026))

    def _pick(self, choices: tuple[str, ...]) -> str:
        return choices[self.words.integers(len(choices))]

    def clause(self) -> str:
        text = self._pick(_VERBS) + self._pick(_SUBJECTS) + self._pick(_WORKS)
        kind = self.words.random()
        if kind < 0.35:
            figure, measure = self.facts.integers(11, 990), self._pick(_MEASURES)
            return f"{text}，新增{self._pick(_SUBJECTS)}{figure}{measure}"
        if kind < 0.45:
            return f"{text}，由{self.city}市负责{self._pick(_SUBJECTS)}{self._pick(_WORKS)}"
        return f"{text}并{self._pick(_VERBS)}{self._pick(_SUBJECTS)}{self._pick(_WORKS)}"

    def paragraph(self, sentences: int = 5) -> str:
        return "。".join(self.clause() for _ in range(sentences)) + "。"


def report(words: int, facts: int | None = None, paragraphs: int = 10) -> list[str]:
    """Return a report; the same `words` with other `facts` is another city's or year's."""
    writer = Writer(words, words if facts is None else facts)
    title = f"{writer.city}市{writer.year}年民生工作报告"
    return [title, *(writer.paragraph() for _ in range(paragraphs))]


def misread(paragraphs: list[str], share: float, seed: int = 1) -> list[str]:
    """Return the text with `share` of its characters misread, lost or doubled."""
    rng = np.random.default_rng(seed)
    misreadings = [" ", "", *"未末己已日曰土士干千人入大太天夫王玉木本的了在有和"]

    def read(character: str) -> str:
        if rng.random() >= share:
            return character
        return misreadings[int(rng.integers(len(misreadings)))] or character * 2

    return ["".join(map(read, paragraph)) for paragraph in paragraphs]

"""A county that is not: articles whose words no two share, and what its site puts around them."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

HOST = "www.qinghe.example"
HEADER = "魅力青禾欢迎您"
TAIL = ["锦绣青禾 你我共建", "走进青禾", "青禾影像志", "便民服务大厅导览"]

PAGE = """<html><head><title>{title}</title></head><body>
<div class="wrap" id="qh-text"><h1>{title}</h1>
{lines}
</div></body></html>"""

WORDS = (
    "春耕夏管秋收冬藏机耕路水渠油茶早稻农技员合作社大棚灌溉山塘河道堤防护林校舍课桌教师图书药房医生诊室病床体检疫苗桥梁隧道渡"
    "口车站班线路灯管网电杆变压器宽带基站市场摊位商户仓库物流快递茶园竹林果树蜂箱鱼塘牛羊猪舍饲料补贴贷款保险税费窗口证照档案调解"
)


def sentence(number: int, topic: str = "村") -> str:
    """Return a sentence whose clauses no other number gives."""
    seed = sha256(f"{topic}{number}".encode()).digest()
    words = [WORDS[byte // 2 * 2 % len(WORDS) :][:2] for byte in seed]
    clauses = ("".join(words[start : start + 5]) for start in (0, 5, 10))
    return f"{'，'.join(clauses)}。"


def article(number: int, length: int = 12) -> list[str]:
    return [sentence(number * 1000 + i) for i in range(length)]


def write(raw: Path, numbers: Sequence[int], tail: Sequence[str] = TAIL) -> None:
    """Write articles as pages of the county's site, every other one flattened."""
    folder = raw / HOST
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        title = f"青禾第{number}号工程进展"
        lines = [*article(number), *tail]
        if number % 2:
            (folder / f"{number:03}.txt").write_text("\n".join([title, *lines]), "utf-8")
            continue
        marked = "\n".join(f"<p>{line}</p>" for line in lines)
        page = PAGE.format(title=title, lines=marked)
        (folder / f"{number:03}.html").write_text(page, "utf-8")

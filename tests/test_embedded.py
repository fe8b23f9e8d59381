"""What pages carry along is no text: pictures in addresses, and the article once more as data."""

import json

import pipeline

SENTENCE = "各县要认真检查水库堤防，做好防汛准备工作，有关情况及时报告。"
BODY = "".join(f"<p>{n}、{SENTENCE}</p>" for n in range(8))


def test_data_of_pictures_and_scripts_is_no_text() -> None:
    picture = "iVBORw0KGgo" * 400_000
    state = json.dumps({"props": {"html": BODY}}, ensure_ascii=False)
    page = pipeline.clean(
        f"<html><head><title>关于防汛工作的通知</title></head><body><h1>关于防汛工作的通知</h1>"
        f'<img src="data:image/png;base64,{picture}">'
        f'<p style="background:url(data:image/gif;base64,{picture})">一</p>{BODY}'
        f'<script id="__NEXT_DATA__" type="application/json">{state}</script></body></html>'
    )
    everything = "\n".join(block.text for block in page.blocks)
    assert page.text.count(SENTENCE) == everything.count(SENTENCE) == 8
    assert "iVBOR" not in everything
    assert "props" not in everything

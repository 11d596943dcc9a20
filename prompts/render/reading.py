"""From a text as it is written to the sounds a Chinese reader makes of it."""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import Any, Final

_DIGITS: Final = re.compile(r"[0-9]+")
_PLAIN: Final = str.maketrans("0123456789", "零一二三四五六七八九")
_DIALLED: Final = str.maketrans("0123456789", "零幺二三四五六七八九")
_DIALLED_FROM: Final = 3  # 114 and 12345 are numbers to dial; 1 and 5 are keys and counts

# What the dictionaries read wrong; found by listing the pinyin of every text of the product.
_PINYIN: Final = {
    "幺": "yao1",
    "人行": "ren2 hang2",  # 人民银行
    "最长": "zui4 chang2",
    "重听": "chong2 ting1",
    "东西": "dong1 xi5",
    "献血": "xian4 xue4",
    "蒙汉": "meng3 han4",
}
# Words torn apart at the wrong place, which makes the voice pause inside them.
_WORDS: Final = (
    *("井号键", "星号键", "工单", "派单", "乌海", "话务员"),
    *("人社局", "住建局", "工信局", "林草局", "文旅体局", "卫健委", "发改委", "民委"),
    *("市政府办", "区政府办", "网信办", "妇联", "残联", "红会", "团市委", "团区委", "邮管局"),
    *("车驾管", "小摊点", "购物卡", "政府办"),
)
_COMMON: Final = 100_000  # outweighs any other cut
_APART: Final = (("办", "公证"), ("市", "民委"), ("您", "的", "话"), ("区", "区长"))


def spoken_form(text: str) -> str:
    """The text with its digits as words: 114 is 幺幺四, a key or a count is 一."""

    def said(found: re.Match[str]) -> str:
        run = found.group()
        return run.translate(_DIALLED if len(run) >= _DIALLED_FROM else _PLAIN)

    return _DIGITS.sub(said, text)


def phonemes(text: str) -> str:
    """The phonemes that the Kokoro model knows, tones as arrows, words apart."""
    return str(_reader()(spoken_form(text))[0])


@cache
def _reader() -> Any:
    """The Chinese reader; takes a second to load, so only when something is rendered."""
    import jieba  # noqa: PLC0415 - the `voice` extra; nothing else may need it
    from misaki.zh import ZHG2P  # noqa: PLC0415
    from pypinyin import load_phrases_dict  # noqa: PLC0415

    jieba.setLogLevel(logging.WARNING)
    for word in (*_WORDS, *_PINYIN):
        jieba.add_word(word, freq=_COMMON)
    for words in _APART:
        jieba.suggest_freq(words, tune=True)
    load_phrases_dict({word: [[p] for p in said.split()] for word, said in _PINYIN.items()})
    return ZHG2P()

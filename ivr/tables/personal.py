"""Numbers of persons in what somebody said: what all editors read must hold none.

Long numbers are found however they are written: telephone numbers, identity and bank cards.
Names and addresses look like any other word; whoever writes a sentence down is asked to leave
them out.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

FEWEST: Final = 7  # digits; a local telephone number has seven, hotlines have three to six
MASK: Final = "＊＊＊"

_DIGIT: Final = r"[\d〇零一二三四五六七八九幺]"
_BETWEEN: Final = r"[\s\-－—_.,，、·()（）+]{0,3}"
_NUMBER: Final = re.compile(rf"{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{{FEWEST - 1},}}[xX]?")
_ADDRESS: Final = re.compile(r"[\w.+-]+@[\w-]+\.\w+", re.ASCII)


def has_numbers(text: str) -> bool:
    """Whether there is a number, or a mail address, that may be somebody's."""
    plain = _plain(text)
    return bool(_NUMBER.search(plain) or _ADDRESS.search(plain))


def without_numbers(text: str) -> str:
    """The text with such numbers masked whole; another text is returned as it is."""
    if not has_numbers(text):
        return text
    return _ADDRESS.sub(MASK, _NUMBER.sub(MASK, _plain(text)))


def _plain(text: str) -> str:
    """Digits of any script and width as digits, without signs that nobody sees between them."""
    known = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in known if unicodedata.category(sign) != "Cf")

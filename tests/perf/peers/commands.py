"""The twelve commands of the comparison, as any library sends them."""

from __future__ import annotations

from typing import Final

TWELVE: Final = (
    "ANSWER",
    'SET VARIABLE HOTLINE_STEP "answered"',
    'SET VARIABLE CALLERID(name) "114"',
    "GET VARIABLE CALLERID(num)",
    "GET VARIABLE HOTLINE_PLACE",
    'STREAM FILE "say/greeting_keys" "0123456789*#"',
    'GET DATA "say/main_menu" 5000 4',
    'EXEC Queue "hotline,c,,,90"',
    'VERBOSE "served" 3',
    "SET CONTEXT hotline-in",
    "HANGUP",
    'SET VARIABLE HOTLINE_DONE "1"',  # the last word: the product says it on its own
)

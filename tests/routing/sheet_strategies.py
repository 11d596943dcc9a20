"""Any sheets that can be read, sensible or not, for properties that must hold of every one."""

from hypothesis import strategies as st

from routing.directory import AreaLevel, Consolidation, ContactRole, NumberKind, UnitLevel
from routing.forms import FORMS
from routing.lexicon import PhraseKind
from routing.sheet import Sheet, Sheets
from routing.sheets import tidy

CODES = st.sampled_from(["H001", "H002", "C001", "D00003"])  # few, so that references meet
SLUGS = st.sampled_from(["root", "ask", "a-1"])
AREA_CODES = st.sampled_from(["15", "150302", "150302003"])
# Signs that a spreadsheet, CSV, JSON or XML could take amiss stand beside common ones.
WORDS = st.text("水电=+-@'\",;<&|\\#０1a 停", min_size=1, max_size=6).filter(str.strip)
PLAIN = WORDS.filter(lambda text: "|" not in text).map(lambda text: text.replace(" ", ""))
WORD = PLAIN.filter(bool)
DIGITS = st.text("0123456789", min_size=1, max_size=18)
HOURS = st.sampled_from(["24h", "MO-FR 08:30-12:00 14:30-17:30", "MO-SU 00:00-23:59"])
MOMENTS = st.sampled_from(["2026-01-01 00:00", "2026-12-31 23:59:59", "2027-02-03 04:05:06.000789"])
TARGETS = st.sampled_from(["line:H001", "node:ask", "area:a-1", "service:progress"])
HOPS = st.sampled_from(["H001 QUEUE MESSAGE", "QUEUE", "H002 H001"])
WEIGHTS = st.sampled_from("12345")
INTENTS = st.sampled_from(["H001", "H001|H002", "EMERGENCY:119", "HUMAN", "UNCLEAR"])
LISTS = st.lists(WORD, min_size=1, max_size=3).map("|".join)
EMPTY = st.just("")


def member(of):
    return st.sampled_from(of).map(lambda each: each.value)


CELLS = {
    "departments": (CODES, WORDS, WORDS, member(UnitLevel), AREA_CODES, WORDS),
    "hotlines": (
        *(CODES, CODES, WORDS, DIGITS, member(NumberKind), member(Consolidation)),
        *(HOURS, WORDS),
    ),
    "readings": (CODES, WORDS),
    "contacts": (CODES, member(ContactRole), WORDS, DIGITS),
    "areas": (AREA_CODES, WORDS, member(AreaLevel), AREA_CODES | EMPTY),
    "emergency": (DIGITS, WORDS, WORDS),
    "menu": (SLUGS, st.sampled_from("12345"), WORDS, TARGETS),
    "questions": (SLUGS, st.sampled_from("12345"), AREA_CODES | EMPTY, WORDS, CODES),
    "chains": (CODES | st.just("0"), HOPS),
    "notices": (AREA_CODES | EMPTY, WORDS, MOMENTS, MOMENTS),
    "matters": (SLUGS, WORDS, TARGETS),
    "keywords": (WORDS, SLUGS, WEIGHTS, LISTS | EMPTY),
    "examples": (WORDS, INTENTS, WORDS | EMPTY),
    "landmarks": (WORDS, WORDS),
    "dangers": (DIGITS, st.lists(LISTS, min_size=1, max_size=2).map(" ".join), LISTS | EMPTY),
    "phrases": (member(PhraseKind), WORDS),
    "groups": (WORDS, LISTS),
}


@st.composite
def sheet(draw, form):
    rows = draw(st.lists(st.tuples(*CELLS[form.name]), max_size=4))
    tidied = [tidy(form, tuple(cell.strip() for cell in row)) for row in rows]
    return Sheet(form, tuple({form.key_of(row): row for row in tidied}.values()))


@st.composite
def sheets(draw):
    drawn = {form.name: draw(sheet(form)) for form in FORMS}
    lines = {code for (code,) in drawn["hotlines"].by_key}
    readings = tuple(row for row in drawn["readings"].rows if row[0] in lines)
    drawn["readings"] = Sheet(drawn["readings"].form, readings)
    return Sheets(tuple(drawn.values()))


TABLES_OF_SHEETS = sheets()

"""Any routing table at all, sensible or not, for properties that must hold of every one."""

from datetime import datetime, timedelta

from hypothesis import strategies as st

from routing.calendar import CHINA
from routing.chain import Chain, LineHop, MessageHop, QueueHop
from routing.directory import (
    Area,
    AreaLevel,
    Consolidation,
    Directory,
    Emergency,
    Line,
    NumberKind,
    Unit,
    UnitLevel,
)
from routing.hours import DAY, Days, ServiceHours, Span
from routing.menu import (
    AreaChoice,
    AreaQuestion,
    Choice,
    Menu,
    Node,
    Service,
    ToLine,
    ToNode,
    ToQuestion,
    ToService,
)
from routing.table import Notice, RoutingTable

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
CODES = st.sampled_from(["A1", "A2", "A3"])  # few, so that references meet
KEYS = st.sampled_from("012345*9")
MOMENTS = st.integers(0, 10**9).map(
    lambda past: datetime(2026, 1, 1, tzinfo=CHINA) + timedelta(microseconds=past * 977)
)


def some(strategy):
    return st.lists(strategy, max_size=3).map(tuple)


@st.composite
def service_hours(draw):
    edges = sorted(draw(st.sets(st.integers(0, DAY), min_size=2, max_size=12)))
    edges = edges[: len(edges) // 2 * 2]
    spans = tuple(Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True))
    return ServiceHours(draw(st.sampled_from(Days)), spans)


UNITS = st.builds(Unit, CODES, TEXT, TEXT, st.sampled_from(UnitLevel), CODES, TEXT)
LINES = st.builds(
    Line,
    code=CODES,
    unit=CODES,
    title=TEXT,
    spoken_title=TEXT,
    number=TEXT,
    number_kind=st.sampled_from(NumberKind),
    consolidation=st.sampled_from(Consolidation),
    hours=service_hours(),
    duty=TEXT,
)
AREAS = st.builds(Area, CODES, TEXT, st.sampled_from(AreaLevel), CODES | st.just(""))
DIRECTORIES = st.builds(
    Directory, some(UNITS), some(LINES), some(AREAS), some(st.builds(Emergency, TEXT, TEXT, TEXT))
)

TARGETS = (
    st.builds(ToNode, CODES)
    | st.builds(ToLine, CODES)
    | st.builds(ToQuestion, CODES)
    | st.builds(ToService, st.sampled_from(Service))
)
HOPS = st.builds(LineHop, CODES) | st.just(QueueHop()) | st.just(MessageHop())
NODES = st.builds(Node, CODES, TEXT, some(st.builds(Choice, KEYS, TEXT, TARGETS)))
ANSWERS = st.builds(AreaChoice, KEYS, TEXT, st.none() | CODES, CODES)
QUESTIONS = st.builds(AreaQuestion, CODES, some(ANSWERS))
MENUS = st.builds(Menu, CODES, some(NODES), some(QUESTIONS), some(HOPS))
NOTICES = st.builds(Notice, st.none() | CODES, TEXT, MOMENTS, MOMENTS)
TABLES = st.builds(
    RoutingTable, DIRECTORIES, MENUS, some(st.builds(Chain, CODES, some(HOPS))), some(NOTICES)
)

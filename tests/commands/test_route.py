"""`hotline route`: what goes in and what comes out, with a router that takes no time to make."""

import json
from datetime import UTC, datetime

import pytest
from attrs import evolve
from click.testing import CliRunner

from ivr.app import routers
from ivr.cli import main
from ivr.commands import route as command
from ivr.commands.route_lines import MAX_LINE, answer_lines
from ivr.settings import Settings
from routing.decide import Router
from routing.ids import TableVersion
from routing.learn import compile_router
from routing.load import load_table
from routing.table import publish, to_json

LINES = ("H090", "H072", "H031", "H032|H108", "H032", "H108", "HUMAN", "UNCLEAR")

MATTERS = ("water-supply", "housing-fund", "social-insurance", "wages")


@pytest.fixture(scope="module")
def table():
    whole = load_table()
    known = whole.lexicon
    examples = tuple(e for e in known.examples if "|".join(e.targets) in LINES)[::3]
    keywords = tuple(k for k in known.keywords if k.matter in MATTERS)
    return evolve(whole, lexicon=evolve(known, examples=examples, keywords=keywords, dangers=()))


@pytest.fixture(scope="module")
def compiled(table):
    return compile_router(table)


@pytest.fixture(scope="module")
def router(table, compiled):
    snapshot = publish(table, TableVersion(7), datetime(2026, 11, 22, tzinfo=UTC))
    return Router.open(snapshot, compiled)


@pytest.fixture
def hotline(router, monkeypatch, tmp_path):
    monkeypatch.setattr(command, "open_router", lambda _settings, _tell: router)

    def run(*arguments, given=None):
        return CliRunner().invoke(main, ["--home", str(tmp_path), *arguments], input=given)

    return run


def test_a_sentence_is_decided_and_the_reasons_are_told(hotline):
    done = hotline("route", "我家停水两天了", "--area", "新华街道")
    assert done.exit_code == 0
    assert "H090 供水报修" in done.stdout
    assert "停水" in done.stdout
    assert "派单目录第7版" in done.stdout


def test_without_a_place_the_question_is_told(hotline):
    assert "在哪个区" in hotline("route", "老板拖欠工资").stdout


def test_each_line_of_json_has_one_line_of_json(hotline):
    asked = [{"id": 1, "text": "公积金怎么提取"}, {"id": "b", "text": "转人工", "area": ""}]
    done = hotline("route", "--jsonl", given="\n".join(map(json.dumps, asked)) + "\n\n")
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["id"], first["intent"], first["ranked"][0]) == (1, "ROUTE", "H072")
    assert len(first["ranked"]) >= 3
    assert 0 <= first["confidence"] <= 1
    assert first["because"][0]["rule"]
    assert (second["id"], second["intent"]) == ("b", "HUMAN")


@pytest.mark.parametrize(
    ("line", "id_"),
    [
        (b"not json", None),
        (b'{"id": 5}', 5),
        (b'{"id": "x", "text": 7}', "x"),
        (b"[1]", None),
        (b"\xff\xfe", None),
        (b'{"id": 1, "text": "' + b"a" * MAX_LINE + b'"}', None),
    ],
)
def test_a_bad_line_is_answered_with_its_error_and_the_next_is_decided(router, line, id_):
    good = json.dumps({"id": 9, "text": "停水了", "area": None}).encode()
    bad, after = map(json.loads, answer_lines([line, b"  \n", good], router))
    assert (bad["id"], bad["line"]) == (id_, 1)
    assert bad["error"]
    assert (after["id"], after["ranked"][0]) == (9, "H090")


def test_the_mark_in_front_of_a_windows_file_costs_no_line(router):
    line = b"\xef\xbb\xbf" + json.dumps({"id": 1, "text": "停水了"}).encode() + b"\r\n"
    (told,) = map(json.loads, answer_lines([line], router))
    assert told["ranked"][0] == "H090"


def test_a_file_with_answers_is_measured(hotline, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("text,hotline,area\n公积金怎么提取,H072,\n停水了,H090,\n", "utf-8")
    done = hotline("route", "evaluate", str(path))
    assert "首选正确：100.0%（2/2" in done.stdout


def test_a_file_that_can_not_be_read_is_refused_with_its_row(hotline, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("text,hotline,area\n停水了,nothing,\n", "utf-8")
    done = hotline("route", "evaluate", str(path))
    assert done.exit_code == 1
    assert "第2行" in done.stderr


def test_what_was_learned_before_is_taken_and_made_anew_when_it_is_damaged(
    table, compiled, monkeypatch, tmp_path
):
    kept, told = {}, []

    def learn(lesson):
        kept["router"] = compiled
        return compiled

    monkeypatch.setattr(routers, "load_table", lambda _folder: table)
    monkeypatch.setattr(routers, "compile_table", learn)
    monkeypatch.setattr(routers, "recall", lambda _sha256: kept.get("router"))
    settings = _settings(tmp_path)
    first = routers.open_router(settings, told.append)
    again = routers.open_router(settings, told.append)
    assert len(told) == 1
    assert first.decide("停水了") == again.decide("停水了")
    kept["router"] = b"damaged"
    assert routers.open_router(settings, told.append).decide("停水了").line == "H090"
    assert len(told) == 3


def test_the_table_of_the_site_goes_before_the_shipped_one(router, monkeypatch, tmp_path, table):
    settings = _settings(tmp_path)
    settings.snapshot.parent.mkdir(parents=True, exist_ok=True)
    snapshot = publish(table, TableVersion(42), datetime(2026, 11, 22, tzinfo=UTC))
    settings.snapshot.write_bytes(to_json(snapshot))
    assert routers._in_force(settings) == snapshot
    settings.snapshot.write_bytes(b"{}")
    assert routers._in_force(settings) is None


def _settings(home):
    return Settings.of(home)

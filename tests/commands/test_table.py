"""`hotline table` from end to end, on a site of its own."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from attrs import evolve, frozen
from click.testing import CliRunner

import ivr.app.office
from ivr.app.initialise import initialise
from ivr.cli import main
from ivr.kernel.clock import CHINA
from ivr.settings import Settings
from ivr.tables.compiling import Compiler
from routing.csv_files import write_folder
from routing.load import load_table
from routing.rehearse import Certainty, Verdict, walk
from routing.sheets import to_sheets
from routing.table import read_table

SENTENCE = "热线 供水报修 的号码由“04730000090”改为“12345678”。"


@frozen
class FakeJudge:
    """Goes where the first matter leads, so that a changed matter moves every sentence."""

    table: object

    def verdict(self, case):
        if case.keys:
            return walk(self.table, case.keys)
        return Verdict(self.table.lexicon.matters[0].title, Certainty.SURE)


def judge(table, _router):
    return FakeJudge(read_table(table))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The shipped table with a handful of its sentences."""
    table = load_table()
    lexicon = evolve(table.lexicon, examples=table.lexicon.examples[:5])
    folder = tmp_path_factory.mktemp("table")
    write_folder(to_sheets(evolve(table, lexicon=lexicon)), folder)
    return folder


@pytest.fixture
def hotline(tmp_path, folder, monkeypatch):
    """A command of `hotline`, and what it prints; a number says how it must end."""
    home = tmp_path / "home"
    monkeypatch.setenv("HOTLINE_HOME", str(home))
    monkeypatch.setattr(
        ivr.app.office, "COMPILER", Compiler("1", lambda _: b"learned", lambda _: None)
    )
    monkeypatch.setattr(ivr.app.office, "judge", judge)
    initialise(Settings.of(home), folder=folder)

    def run(line, ends=0):
        done = CliRunner().invoke(main, ["--home", str(home), "table", *line.split()])
        assert done.exit_code == ends, done.output
        return done.output.replace("\n", "")

    return run


def change_number(hotline, who="anna"):
    hotline(f"draft put hotlines --key H090 number=12345678 --as {who} --why 换号")


def test_a_change_is_drafted_looked_at_published_and_taken_back(hotline):
    change_number(hotline)
    assert SENTENCE in hotline("draft show --as anna")
    assert SENTENCE in hotline("diff 1 draft --as anna")
    assert "可以发布" in hotline("check --draft --as anna")
    assert "已发布第2版" in hotline("publish --draft --as anna --why 换号")
    assert SENTENCE in hotline("diff 1 2")
    assert "第3版" in hotline("rollback 1 --why 打不通")
    assert "没有不同" in hotline("diff 1 3")
    history = hotline("history")
    assert "anna" in history
    assert "恢复第1版" in history
    assert "no-draft" in hotline("draft show --as anna", ends=1)


@pytest.mark.parametrize("name", ["t.zip", "t.xlsx", "t.json", "folder"])
def test_what_was_exported_changes_nothing_when_it_is_imported(hotline, tmp_path, name):
    file = tmp_path / name
    hotline(f"export {file}")
    assert "没有不同" in hotline(f"import {file} --as anna")


def test_a_bad_row_is_told_with_its_place_and_nothing_is_imported(hotline, tmp_path):
    file = tmp_path / "areas.csv"
    file.write_text(
        "code,name,level,parent_code\n1503,乌海市,city,\nx,村,community,1503\n", "utf-8"
    )
    told = hotline(f"import {file} --as anna", ends=1)
    assert "areas.csv 第3行“code”列" in told
    assert "没有不同" in hotline("diff 1 draft --as anna")


def test_a_rehearsal_tells_what_goes_elsewhere(hotline):
    hotline("draft put matters --key discipline title=别的事 --as anna")
    told = hotline("rehearse --as anna")
    assert "去向变了：5" in told
    assert "干部违纪举报 → 别的事" in told


def test_where_a_second_person_must_agree_the_editor_is_not_that_person(hotline, monkeypatch):
    monkeypatch.setenv("HOTLINE_TABLE__APPROVAL", "true")
    change_number(hotline)
    assert "等待另一人审批" in hotline("publish --draft --as anna")
    assert "own-proposal" in hotline("approve 1 --as anna", ends=1)
    assert "已发布第2版" in hotline("approve 1 --as bert")


def test_a_refused_or_withdrawn_proposal_is_not_published(hotline, monkeypatch):
    monkeypatch.setenv("HOTLINE_TABLE__APPROVAL", "true")
    change_number(hotline)
    hotline("publish --draft --as anna")
    assert "已驳回" in hotline("refuse 1 --as bert --why 不对")
    hotline("publish --draft --as anna")
    assert "已撤回" in hotline("withdraw 2 --as anna")
    assert "第2版" not in hotline("history")


def test_a_table_is_published_later_when_a_time_is_given(hotline):
    change_number(hotline)
    later = datetime.now(CHINA) + timedelta(days=2)
    assert "按时发布" in hotline(f"publish --draft --as anna --at {later:%Y-%m-%dT08:00}")
    assert "366天" in hotline("publish --draft --as anna --at 2099-01-01T08:00", ends=1)


def test_whose_changes_meet_is_asked_which_of_them_to_keep(hotline):
    change_number(hotline)
    hotline("draft put hotlines --key H090 number=99999 --as bert")
    hotline("publish --draft --as bert")
    assert "base-moved" in hotline("publish --draft --as anna", ends=1)
    assert "两边都改过" in hotline("draft rebase --as anna", ends=1)
    assert "基于第2版" in hotline("draft rebase --mine --as anna")
    assert "“99999”改为“12345678”" in hotline("draft show --as anna")
    assert "已丢掉" in hotline("draft discard --as anna")


def test_a_folder_is_published_outright_as_before(hotline, folder):
    assert "可以发布" in hotline(f"check {folder}")
    assert "已发布第2版" in hotline(f"publish {folder}")

"""Tickets on a page: whose, with the recording beside what a machine heard in it."""

from __future__ import annotations

import io
import wave

import pytest

from ivr.kernel.people import Level, Role
from ivr.tickets.dictation import Dictated
from ivr.tickets.number import check_digit
from ivr.web.api.operation import BASE
from tests.contracts.test_ticket_store import ticket
from tests.web.test_table_pages import readable

OURS, OTHERS, WRITTEN = (body + check_digit(body) for body in ("0000001", "0000002", "0000003"))
UNIT, OTHER = "C062", "C001"
HEARD = Dictated("新华街的路灯<b>不亮", 0.83, "H069", ("“路灯”是事项“路灯”的词语",))


@pytest.fixture
async def tickets(site):
    folder = site.parts.tickets.recordings
    folder.mkdir(exist_ok=True)
    sound = io.BytesIO()
    with wave.open(sound, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(bytes(1600))
    (folder / "c1.wav").write_bytes(sound.getvalue())
    ours = ticket(OURS, "c1/1", unit=UNIT, recording=str(folder / "c1.wav"))
    store = site.stores.tickets
    await store.add(ours)
    (folder.parent / "secret.wav").write_bytes(sound.getvalue())
    outside = str(folder / ".." / "secret.wav")
    await store.add(ticket(OTHERS, "c2/1", unit=OTHER, recording=outside))
    await store.add(ticket(WRITTEN, "c3/1", unit=None, line=None, recording="", words="<i>写的"))
    return site


async def heard(site):
    while (taken := await site.stores.dictations.take()) is not None:
        await site.stores.dictations.keep(taken.number, HEARD)


async def test_what_a_machine_heard_stands_beside_the_recording_and_is_marked(tickets):
    browser = await tickets.signed_in("ou", Role.OPERATOR)
    assert "还没有机器听写" in readable(await browser.look(f"/tickets/{OURS}"))
    await heard(tickets)
    page = await browser.look(f"/tickets/{OURS}")
    assert "&lt;b&gt;不亮" in page
    said = readable(page)
    assert "机器听写 新华街的路灯<b>不亮 由机器听出，可能有错，以录音为准。听清的把握83%。" in said
    assert "这些话会转到“ 路灯与井盖报修 ” 与登记的热线不同 ，因为： “路灯”是事项" in said
    assert "138****5678" in said
    assert "13812345678" not in page
    assert f'src="/sounds/tickets/{OURS}.wav"' in page
    sound = await browser.get(f"/sounds/tickets/{OURS}.wav")
    assert sound.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(sound.content)) as played:
        assert played.getnframes() == 800


async def test_no_file_outside_of_the_recordings_is_played(tickets):
    browser = await tickets.signed_in("ou", Role.OPERATOR)
    assert "不在这台机器上" in readable(await browser.look(f"/tickets/{OTHERS}"))
    assert (await browser.get(f"/sounds/tickets/{OTHERS}.wav")).status_code == 404


@pytest.mark.parametrize(
    ("role", "scope", "seen"),
    [
        (Role.HANDLER, {"unit": UNIT}, {OURS}),
        (Role.SUPERVISOR, {"level": Level.CITY}, {OURS, OTHERS}),
        (Role.SUPERVISOR, {"level": Level.DISTRICT}, set()),
        (Role.OPERATOR, {}, {OURS, OTHERS, WRITTEN}),
    ],
)
async def test_everybody_sees_the_tickets_they_answer_for(tickets, role, scope, seen):
    browser = await tickets.signed_in("someone", role, **scope)
    page = await browser.look("/tickets")
    for number in (OURS, OTHERS, WRITTEN):
        assert (number in page) == (number in seen), number
        for path in (f"/tickets/{number}", f"{BASE}/tickets/{number}"):
            assert (await browser.get(path)).status_code == (200 if number in seen else 403)
        if number not in seen:
            assert (await browser.get(f"/sounds/tickets/{number}.wav")).status_code == 403


@pytest.mark.parametrize("role", [Role.EDITOR, Role.APPROVER])
async def test_who_looks_after_the_table_reads_nobodys_complaint(tickets, role):
    browser = await tickets.signed_in("anna", role)
    assert 'href="/tickets"' not in await browser.look("/")
    for path in ("/tickets", f"/tickets/{OURS}", f"/sounds/tickets/{OURS}.wav"):
        assert (await browser.get(path)).status_code == 403


async def test_a_ticket_is_found_by_the_number_that_its_caller_was_told(tickets):
    browser = await tickets.signed_in("ou", Role.OPERATOR)
    answer = await browser.get(f"/tickets?q={OURS[:4]} {OURS[4:]}")
    assert answer.headers["location"] == f"/tickets/{OURS}"
    assert "不是工单号" in readable(await browser.look("/tickets?q=00000010"))
    for number in ("9999999" + check_digit("9999999"), "1", "x" * 40):
        assert (await browser.get(f"/tickets/{number}")).status_code == 404
    assert "没有这张工单" in (await browser.get("/tickets/1")).text


async def test_a_program_gets_the_same(tickets):
    await heard(tickets)
    browser = await tickets.signed_in("ou", Role.OPERATOR)
    found = (await browser.get(f"{BASE}/tickets/{OURS}")).json()
    assert found["heard"]["because"] == list(HEARD.because)
    assert (found["caller"], found["unit"]) == ("138****5678", UNIT)
    assert len((await browser.get(f"{BASE}/tickets")).json()) == 3

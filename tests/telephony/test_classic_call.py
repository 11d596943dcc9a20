"""The classic script's call: the same commands over pipes, and one run by a real Asterisk."""

import asyncio
import io
import sys
import textwrap
from pathlib import Path

import pytest
from asterisk.agi import AGI

from ivr.kernel.sound import Sound
from ivr.kernel.units import seconds
from ivr.telephony.call import CallerGone
from ivr.telephony.classic_call import ClassicCall, FlowWaited, run_now

ROOT = str(Path(__file__).resolve().parents[2])
ENVIRONMENT = "agi_uniqueid: 1700000000.1\nagi_callerid: 13800001111\nagi_extension: 114\n\n"


def on_the_switch(replies, tmp_path):
    """A call whose replies are all there; returns it and what it said."""
    said = io.StringIO()
    agi = AGI(io.StringIO(ENVIRONMENT + replies), said, io.StringIO())
    return ClassicCall(agi, sounds=lambda sound: sound.id, recordings=tmp_path), said


def test_a_flow_runs_to_its_end_without_a_loop(tmp_path):
    call, said = on_the_switch(
        "200 result=0\n200 result=49 endpos=1\n200 result=1 (x (y) z)\n", tmp_path
    )

    async def flow():
        await call.answer()
        key = await call.play(Sound("hello", ""))
        return key, await call.get("NOTE")

    assert run_now(flow()) == ("1", "x (y) z")
    assert said.getvalue() == 'ANSWER\nSTREAM FILE "hello" "0123456789*#"\nGET VARIABLE NOTE\n'
    assert (call.facts.call, call.facts.dialled) == ("1700000000.1", "114")


@pytest.mark.parametrize("replies", ["", "HANGUP\n511 Dead\n", "200 result=-1\n", "nonsense\n"])
def test_a_caller_who_has_gone_ends_the_flow(tmp_path, replies):
    call, said = on_the_switch(replies, tmp_path)
    for _ in range(2):
        with pytest.raises(CallerGone):
            run_now(call.wait_key(seconds(5)))
    assert said.getvalue().count("\n") == 1


def test_a_flow_that_needs_a_loop_says_so():
    async def flow():
        await asyncio.sleep(0)

    with pytest.raises(FlowWaited):
        run_now(flow())


SCRIPT = """\
    #!{python}
    import io, sys
    sys.path.insert(0, {root!r})
    from pathlib import Path
    from asterisk.agi import AGI
    from ivr.kernel.sound import Sound
    from ivr.telephony.call import CallerGone
    from ivr.telephony.classic_call import ClassicCall, run_now

    call = ClassicCall(
        AGI(stderr=io.StringIO()), sounds=lambda sound: sound.id, recordings=Path({folder!r})
    )

    async def flow():
        await call.answer()
        digits = await call.ask(Sound("hello-world", ""), at_most=3)
        await call.set("KEYED", digits.keys)
        note = open({folder!r} + "/keyed", "w")
        note.write(await call.get("KEYED"))
        note.close()
        try:
            while True:
                await call.play(Sound("hello-world", ""))
        except CallerGone:
            open({folder!r} + "/gone", "w").close()

    run_now(flow())
"""


@pytest.mark.e2e
async def test_asterisk_runs_the_script_itself(switch, tmp_path):
    script = switch.base / "agi-bin" / "classic"
    text = textwrap.dedent(SCRIPT).format(python=sys.executable, root=ROOT, folder=str(tmp_path))
    script.write_text(text, "utf-8")
    script.chmod(0o755)
    await asyncio.to_thread(switch.call, "classic", "k12#-2-3", "agi-classic")
    async with asyncio.timeout(60):
        while not (tmp_path / "gone").exists():  # noqa: ASYNC110 - another process says so
            await asyncio.sleep(0.05)
    assert (tmp_path / "keyed").read_text("utf-8") == "12"

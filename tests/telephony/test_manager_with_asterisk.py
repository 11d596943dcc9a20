"""The manager client with a real Asterisk: lists, commands, events, filters, coming back."""

import asyncio

import pytest

from ivr.telephony.manager import ActionRefused, Login, ManagerClient

pytestmark = pytest.mark.e2e


@pytest.fixture
async def manager(switch):
    client = ManagerClient(
        ("127.0.0.1", switch.ami_port), Login("hotline", "s3cret"), filters=("!Event: VarSet",)
    )
    client.start()
    await until(lambda: client.up)
    yield client
    await client.stop()


async def until(what):
    async with asyncio.timeout(60):
        while not what():  # noqa: ASYNC110 - told by callbacks
            await asyncio.sleep(0.01)


async def test_members_are_added_paused_listed_and_removed(manager):
    seen = []
    manager.subscribe(seen.append, "QueueMemberAdded", "QueueMemberRemoved")
    member = {"Queue": "empty", "Interface": "Local/1001@operators"}
    await manager.action("QueueAdd", **member, MemberName="王五, 1001")
    await manager.action("QueuePause", **member, Paused="true", Reason="午休")
    events = await manager.listing("QueueStatus", Queue="empty")
    found = [event for event in events if event.name == "QueueMember"]
    assert [(event.get("Name"), event.get("PausedReason")) for event in found] == [
        ("王五, 1001", "午休")
    ]
    await manager.action("QueueRemove", **member)
    with pytest.raises(ActionRefused):
        await manager.action("QueueRemove", **member)
    await until(lambda: len(seen) == 2)
    assert [event.name for event in seen] == ["QueueMemberAdded", "QueueMemberRemoved"]


async def test_commands_answer_in_lines(manager):
    assert any("System uptime" in line for line in await manager.command("core show uptime"))


async def test_an_unknown_action_is_refused(manager):
    with pytest.raises(ActionRefused):
        await manager.action("NoSuchAction")


async def test_filtered_events_stay_away(manager, switch):
    seen, kept_away = [], []
    manager.subscribe(seen.append, "Hangup")
    manager.subscribe(kept_away.append, "VarSet")
    await asyncio.to_thread(switch.cli, "channel originate Local/8000@exchange application NoOp")
    await until(lambda: seen)
    assert kept_away == []


async def test_an_empty_list_is_an_empty_list(manager):
    events = await manager.listing("QueueStatus", Queue="nosuch")
    assert events == ()


async def test_after_a_kick_we_are_back(manager):
    ups = []

    async def count():
        ups.append(manager.up)

    manager.on_up(count)
    sessions = await manager.command("manager show connected")
    # Columns: user, address, start, elapsed, file descriptor...
    descriptor = next(line for line in sessions if line.lstrip().startswith("hotline")).split()[4]
    assert descriptor.isdigit()
    lost = asyncio.create_task(manager.command(f"manager kick session {descriptor}"))
    await asyncio.wait({lost})
    await until(lambda: ups == [False] and manager.up)

"""The manager client against a played Asterisk: answers, losses, silence, and coming back."""

import asyncio

import pytest

from ivr.kernel.units import seconds
from ivr.telephony.manager import ActionRefused, Login, ManagerAway, ManagerClient, Patience
from ivr.wire.ami import BadAction

QUICK = Patience(connect=seconds(60), first=seconds(0.01), longest=seconds(0.02))


class Watcher:
    def __init__(self):
        self.ups = 0
        self.downs = []
        self.faults = []
        self.changed = asyncio.Condition()

    def up(self):
        self.ups += 1

    def down(self, reason):
        self.downs.append(reason)

    def fault(self, fault):
        self.faults.append(fault)


class Switchboard:
    """Plays Asterisk: `answers` maps an action's name to what it says, with {id} filled in."""

    def __init__(self, **answers):
        self.answers = answers
        self.heard = []
        self.writers = []
        self.silent = False

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.cut()
        self.server.close()

    def cut(self):
        for writer in self.writers:
            writer.close()
        self.writers.clear()

    def says(self, text):
        self.writers[-1].write(text.encode().replace(b"\n", b"\r\n"))

    async def serve(self, reader, writer):
        self.writers.append(writer)
        self.says("Asterisk Call Manager/11.0.0\n")
        while True:
            try:
                packet = (await reader.readuntil(b"\r\n\r\n")).decode()
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            fields = dict(line.split(": ", 1) for line in packet.strip().split("\r\n"))
            self.heard.append(fields)
            default = "Response: Success\nActionID: {id}\n\n"
            answer = self.answers.get(fields["Action"], default)
            if answer and not self.silent:
                self.says(answer.format(id=fields["ActionID"]))


class Client:
    """A client of a switchboard, stopped in the end."""

    def __init__(self, board, **options):
        self.watcher = Watcher()
        options = {"patience": QUICK, **options}
        self.client = ManagerClient(
            ("127.0.0.1", board.port), Login("hotline", "s3cret"), observer=self.watcher,
            chance=lambda: 1.0, **options,
        )  # fmt: skip

    async def __aenter__(self):
        self.client.start()
        return self

    async def __aexit__(self, *_):
        await self.client.stop()

    async def until(self, what):
        async with asyncio.timeout(60):
            while not what():  # noqa: ASYNC110 - told by callbacks
                await asyncio.sleep(0.005)

    async def is_up(self):
        await self.until(lambda: self.client.up)
        return self.client


async def test_events_flow_only_when_the_filters_stand():
    async with Switchboard() as board, Client(board, filters=("!Event: VarSet",)) as client:
        await client.is_up()
        assert [fields["Action"] for fields in board.heard] == ["Login", "Filter", "Events"]
        assert board.heard[0]["Events"] == "off"
        assert board.heard[1]["Filter"] == "!Event: VarSet"


async def test_an_action_is_answered_refused_or_never_sent():
    refusal = "Response: Error\nActionID: {id}\nMessage: No such queue\n\n"
    async with Switchboard(QueueAdd=refusal) as board, Client(board) as client:
        manager = await client.is_up()
        assert (await manager.action("QueuePause", Queue="hotline")).succeeded
        with pytest.raises(ActionRefused, match="No such queue"):
            await manager.action("QueueAdd", Queue="nosuch")
        with pytest.raises(BadAction):
            await manager.action("QueueAdd", Queue="a\r\nAction: Originate")


async def test_a_list_is_gathered_and_other_events_pass_by():
    listing = (
        "Response: Success\nActionID: {id}\nEventList: start\nMessage: follows\n\n"
        "Event: QueueMember\nActionID: {id}\nName: op1001\n\n"
        "Event: Hangup\nUniqueid: 1.1\n\n"
        "Event: QueueMember\nActionID: {id}\nName: op1002\n\n"
        "Event: QueueStatusComplete\nActionID: {id}\nEventList: Complete\n\n"
    )
    seen = []
    async with Switchboard(QueueStatus=listing) as board, Client(board) as client:
        manager = await client.is_up()
        manager.subscribe(seen.append, "Hangup", "QueueMember")
        members = await manager.listing("QueueStatus", Queue="hotline")
        assert [member.get("Name") for member in members] == ["op1001", "op1002"]
        await client.until(lambda: seen)
        assert [event.name for event in seen] == ["Hangup"]


async def test_a_command_gives_its_lines():
    answer = "Response: Success\nActionID: {id}\nOutput: one\nOutput: two: 2\n\n"
    async with Switchboard(Command=answer) as board, Client(board) as client:
        manager = await client.is_up()
        assert await manager.command("core show uptime") == ("one", "two: 2")


async def test_what_is_under_way_when_the_connection_goes_raises_and_we_come_back():
    async with Switchboard(QueueStatus="") as board, Client(board) as client:
        manager = await client.is_up()
        waiting = asyncio.create_task(manager.listing("QueueStatus"))
        await client.until(lambda: board.heard[-1]["Action"] == "QueueStatus")
        board.cut()
        with pytest.raises(ManagerAway):
            await waiting
        await client.until(lambda: client.watcher.ups == 2)
        assert manager.up
        assert client.watcher.downs == ["connection lost"]


async def test_state_is_read_again_before_up_at_every_connection():
    seen = []
    async with Switchboard() as board, Client(board) as client:

        async def read_again():
            seen.append(client.client.up)
            await client.client.listing("QueueStatus")

        client.client.on_up(read_again)
        await client.is_up()
        board.cut()
        await client.until(lambda: client.watcher.ups == 2)
        assert seen == [False, False]


async def test_a_fault_in_a_callback_is_told_and_tried_again():
    async with Switchboard() as board, Client(board) as client:
        tries = []

        async def wrong():
            tries.append(1)
            if len(tries) == 1:
                raise KeyError("queue")

        client.client.on_up(wrong)
        await client.is_up()
        assert [type(fault) for fault in client.watcher.faults] == [KeyError]


async def test_a_silent_asterisk_is_left():
    patience = Patience(
        connect=seconds(60), ping=seconds(0.02), dead=seconds(0.5), first=seconds(0.01)
    )
    async with Switchboard() as board, Client(board, patience=patience) as client:
        await client.is_up()
        board.silent = True
        await client.until(lambda: client.watcher.downs)
        assert client.watcher.downs[0] == "Asterisk has fallen silent"
        assert any(fields["Action"] == "Ping" for fields in board.heard)


@pytest.mark.parametrize("garbage", ["Event: \0\n\n", "x" * 5_000_000])
async def test_malformed_bytes_cost_the_connection_only(garbage):
    async with Switchboard() as board, Client(board) as client:
        await client.is_up()
        board.says(garbage)
        await client.until(lambda: client.watcher.ups == 2)
        assert len(client.watcher.downs) == 1
        assert client.watcher.faults == []


async def test_while_away_actions_say_so():
    client = ManagerClient(("127.0.0.1", 1), Login("a", "b"), patience=QUICK)
    with pytest.raises(ManagerAway):
        await client.action("Ping")
    client.start()
    await client.stop()
    await client.stop()


async def test_a_wrong_secret_is_told():
    refusal = "Response: Error\nActionID: {id}\nMessage: Authentication failed\n\n"
    async with Switchboard(Login=refusal) as board, Client(board) as client:
        await client.until(lambda: client.watcher.downs)
        assert "Authentication failed" in client.watcher.downs[0]
        assert not client.client.up


async def test_an_ended_subscription_hears_nothing():
    seen = []
    async with Switchboard() as board, Client(board) as client:
        manager = await client.is_up()
        end = manager.subscribe(seen.append, "Hangup")
        end()
        manager.subscribe(lambda _: seen.append("other"), "Hangup")
        board.says("Event: Hangup\n\n")
        await client.until(lambda: seen)
        assert seen == ["other"]


def test_waiting_grows_to_its_limit_and_is_spread():
    patience = Patience(first=seconds(0.2), longest=seconds(15))
    assert [patience.before(n, 1.0) for n in (0, 1, 2, 50)] == [0.2, 0.4, 0.8, 15.0]
    assert patience.before(0, 0.0) == 0.1


def test_a_secret_is_never_shown():
    assert "s3cret" not in repr(Login("hotline", "s3cret"))

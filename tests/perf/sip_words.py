"""The few words of SIP, SDP and RTP that a caller of the crowd needs. Bytes in, bytes out."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final

from attrs import frozen

NUMBER: Final = "114"
ALAW: Final = 8
EVENTS: Final = 101
SILENT: Final = b"\xd5" * 160
HUM: Final = bytes((0x80 + step % 64) ^ 0x55 for step in range(160))  # loud, so it is no silence
PACKET: Final = 160  # samples in 20 ms
PRESS: Final = 800  # samples a key is held: 100 ms
_SOUND: Final = re.compile(rb"^m=audio ([0-9]+) ", re.MULTILINE)


@frozen
class Message:
    """A SIP message as far as we look into it. `status` is 0 for a request."""

    status: int
    method: str  # of a request, or of what a response answers
    call: str
    headers: dict[str, str]
    body: bytes

    @property
    def target(self) -> str:
        """Where requests inside the dialog go."""
        found = re.search(r"<([^>]+)>", self.headers.get("contact", ""))
        return found[1] if found else ""

    @property
    def sound_port(self) -> int:
        """Where the other side wants our voice; 0 when it says nothing of it."""
        found = _SOUND.search(self.body)
        return int(found[1]) if found else 0


def read(data: bytes) -> Message:
    """Raises ValueError for what is no SIP."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("utf-8", "replace").split("\r\n")
    headers: dict[str, str] = {}
    vias: list[str] = []
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
        if name.strip().lower() == "via":
            vias.append(line)
    headers["vias"] = "\r\n".join(vias)
    status = int(first.split(" ", 2)[1]) if first.startswith("SIP/2.0 ") else 0
    method = headers.get("cseq", " ").split()[-1] if status else first.split(" ", 1)[0]
    return Message(status, method, headers.get("call-id", ""), headers, body)


@frozen
class Dialog:
    """What the messages of one call have in common."""

    call: str
    caller: str
    host: str
    port: int  # ours, for signalling
    sound: int  # ours, for sound
    server: str  # host:port

    def invite(self) -> bytes:
        body = (
            f"v=0\r\no=- 1 1 IN IP4 {self.host}\r\ns=-\r\nc=IN IP4 {self.host}\r\nt=0 0\r\n"
            f"m=audio {self.sound} RTP/AVP {ALAW} {EVENTS}\r\na=rtpmap:{ALAW} PCMA/8000\r\n"
            f"a=rtpmap:{EVENTS} telephone-event/8000\r\na=fmtp:{EVENTS} 0-15\r\na=sendrecv\r\n"
        ).encode()
        lines = ("Content-Type: application/sdp", f"Content-Length: {len(body)}")
        return self._request("INVITE", f"sip:{NUMBER}@{self.server}", 1, "", *lines) + body

    def ack(self, answer: Message) -> bytes:
        """Of an answer of any kind; a refusal is acknowledged in its own transaction."""
        to, accepted = answer.headers.get("to", ""), answer.status < 300
        where = answer.target if accepted else f"sip:{NUMBER}@{self.server}"
        branch = "ack" if accepted else "INVITE1"
        return self._request("ACK", where, 1, to, "Content-Length: 0", branch=branch)

    def bye(self, answer: Message) -> bytes:
        return self._request("BYE", answer.target, 2, answer.headers["to"], "Content-Length: 0")

    def _request(
        self, method: str, uri: str, number: int, to: str, *more: str, branch: str = ""
    ) -> bytes:
        mark = branch or f"{method}{number}"
        lines = (
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.host}:{self.port};rport;branch=z9hG4bK{self.call}{mark}",
            "Max-Forwards: 70",
            f"From: <sip:{self.caller}@{self.host}>;tag=t{self.call}",
            f"To: {to or f'<sip:{NUMBER}@{self.server}>'}",
            f"Call-ID: {self.call}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:{self.caller}@{self.host}:{self.port}>",
            *more,
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def accept(request: Message) -> bytes:
    """200 to a request of the other side."""
    headers = request.headers
    lines = (
        "SIP/2.0 200 OK",
        headers["vias"],
        f"From: {headers['from']}",
        f"To: {headers['to']}",
        f"Call-ID: {request.call}",
        f"CSeq: {headers['cseq']}",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Voice:
    """The packets of one caller's sound, in order."""

    def __init__(self, source: int) -> None:
        self._source = source
        self._sequence = 0
        self._time = 0

    def key(self, key: str) -> Iterator[bytes]:
        """One key, pressed and let go."""
        event = "0123456789*#".index(key)
        shape = ((0x80, 0, PACKET), (0, 0, PRESS // 2), *((0, 0x80, PRESS) for _ in range(3)))
        for marker, end, held in shape:
            yield self._packet(EVENTS | marker, struct.pack("!BBH", event, end | 10, held))
        self._time += PRESS + PACKET

    def sound(self, samples: bytes = HUM) -> bytes:
        """The next 20 ms."""
        packet = self._packet(ALAW, samples)
        self._time += PACKET
        return packet

    def _packet(self, kind: int, content: bytes) -> bytes:
        self._sequence += 1
        head = struct.pack("!BBHII", 0x80, kind, self._sequence, self._time, self._source)
        return head + content

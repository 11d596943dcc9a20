"""A real Asterisk for the tests of this folder: no SIP, callers are legs of its own dialplan.

The one that `make setup` provides; its only sounds are tones made here.
"""

from __future__ import annotations

import math
import struct
import subprocess
import time
import wave
from pathlib import Path

from attrs import frozen

from deploy.layout import Asterisk
from deploy.ports import unused

RATE = 8000
BOOT = 60.0  # seconds; two on an idle machine
SOUNDS = {"hello-world": (1.5, 0.5), "beep": (0.4, 0.5), "silence/9": (9, 0.0)}  # seconds, level
MODULES = [
    "res_timing_timerfd",
    "res_clioriginate",
    "res_musiconhold",
    "res_speech",
    "res_agi",
    "res_audiosocket",
    "codec_gsm",
    "codec_resample",
    "codec_ulaw",
    "codec_alaw",
    "format_gsm",
    "format_wav",
    "format_pcm",
    "format_sln",
    "bridge_simple",
    "bridge_holding",
    "bridge_builtin_features",
    "pbx_config",
    "app_dial",
    "app_playback",
    "app_record",
    "app_queue",
    "app_senddtmf",
    "app_exec",
    "app_audiosocket",
    "app_stack",
    "app_verbose",
    "app_userevent",
    "app_milliwatt",
    "app_originate",
    "func_callerid",
    "func_channel",
    "func_logic",
    "func_strings",
    "func_timeout",
    "func_cut",
]

LAST_WORD_EVENT = "UserEvent(HotlineEnded,Entry: ${EXTEN},Done: ${HOTLINE_DONE})"

DIALPLAN = """
[general]
static=yes
autofallthrough=yes

[agi]  ; the extension is the path the server sees
exten => _[a-z][a-z].,1,Set(AGIEXITONHANGUP=yes)
 same => n,AGI(agi://127.0.0.1:%(agi)d/${EXTEN})
 same => n,%(ended)s
 same => n,Hangup()
exten => h,1,NoOp()

[agi-lingering]  ; without AGIEXITONHANGUP
exten => _[a-z][a-z].,1,AGI(agi://127.0.0.1:%(agi)d/${EXTEN})
 same => n,%(ended)s
 same => n,Hangup()
exten => h,1,%(ended)s

[agi-classic]
exten => classic,1,Set(AGIEXITONHANGUP=yes)
 same => n,AGI(classic)
 same => n,Hangup()

[caller]  ; extension KEYS-DELAY-STAY: wait, key, make a noise, stay
exten => _[k].,1,Answer()
 same => n,Set(KEYS=${CUT(EXTEN,-,1):1})
 same => n,Wait(${CUT(EXTEN,-,2)})
 same => n,ExecIf($[${LEN(${KEYS})}]?SendDTMF(${KEYS},200,100))
 same => n,Wait(${CUT(EXTEN,-,3)})
 same => n,Hangup()
exten => _[m].,1,Answer()
 same => n,Wait(${CUT(EXTEN,-,2)})
 same => n,Set(TIMEOUT(absolute)=${CUT(EXTEN,-,3)})
 same => n(on),Playback(hello-world)
 same => n,Goto(on)
exten => _[s].,1,Answer()
 same => n,Playback(hello-world)
 same => n,Playback(silence/9)
 same => n,Hangup()
exten => T,1,Hangup()

[hotline-outbound]
exten => s,1,Set(NUMBER=${FILTER(0-9,${ARG1})})
 same => n,Set(EXITCONTEXT=hotline-outbound-exit)
 same => n,Dial(Local/${NUMBER}@exchange/n,${ARG2},dg)
 same => n,Return()
[hotline-outbound-exit]
exten => *,1,Return()

[exchange]
exten => 8000,1,Answer()
 same => n,Wait(1.2)
 same => n,Hangup()
exten => 8001,1,Busy(1)
exten => 8002,1,Ringing()
 same => n,Wait(30)
exten => 8003,1,Congestion(1)

[operators]
exten => 1001,1,Answer()
 same => n,Wait(1.2)
 same => n,Hangup()
exten => 1002,1,Ringing()
 same => n,Wait(30)

[hotline-queue-exit]
exten => 1,1,NoOp()
"""

QUEUES = """
[general]
persistentmembers=no
[served](!)
strategy=rrmemory
timeout=3
retry=1
setinterfacevar=yes
setqueueentryvar=yes
context=hotline-queue-exit
[quick](served)
member => Local/1001@operators/n
[slow](served)
member => Local/1002@operators/n
[empty](served)
joinempty=no
[full](served)
maxlen=1
member => Local/1002@operators/n
"""

MANAGER = """
[general]
enabled=yes
port=%(ami)d
bindaddr=127.0.0.1
[hotline]
secret=s3cret
deny=0.0.0.0/0.0.0.0
permit=127.0.0.1/255.255.255.255
read=call,agent,user,reporting,command,system
write=call,agent,reporting,command,system,originate
"""


def _tone(path: Path, length: float, level: float) -> None:
    """So many seconds of 440 Hz; a level of 1 is as loud as can be."""
    count, high = int(length * RATE), level * 32_000
    samples = (int(high * math.sin(n * 440 * math.tau / RATE)) for n in range(count))
    with wave.open(str(path), "wb") as audio:
        audio.setparams((1, 2, RATE, 0, "NONE", ""))
        audio.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


@frozen
class Switch:
    """A running Asterisk."""

    base: Path
    command: tuple[str, ...]
    agi_port: int
    ami_port: int
    process: subprocess.Popen[bytes]

    def cli(self, line: str) -> str:
        done = subprocess.run([*self.command, "-rx", line], capture_output=True, timeout=60)  # noqa: S603, PLW1510
        return done.stdout.decode("utf-8", "replace")

    def call(self, entry: str, caller: str, context: str = "agi") -> None:
        """`caller` is an extension of the context [caller]: k12-0.5-3 keys 12 after 0.5 s."""
        self.cli(f"channel originate Local/{entry}@{context}/n extension {caller}@caller")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(installed: Asterisk, base: Path) -> Switch:
    """An Asterisk of its own in `base`; returns when it answers."""
    agi, ami = unused(), unused()
    _write_configuration(installed, base, {"agi": agi, "ami": ami, "ended": LAST_WORD_EVENT})
    command = (*installed.command, "-C", str(base / "asterisk.conf"))
    with (base / "console").open("wb") as console:
        process = subprocess.Popen([*command, "-f"], stdout=console, stderr=console)  # noqa: S603
    switch = Switch(base, command, agi, ami, process)
    until = time.monotonic() + BOOT
    while process.poll() is None and time.monotonic() < until:
        if "fully" in switch.cli("core waitfullybooted"):
            return switch
        time.sleep(0.1)
    switch.stop()
    raise RuntimeError((base / "console").read_text("utf-8", "replace")[-2000:])


def _write_configuration(installed: Asterisk, base: Path, ports: dict[str, object]) -> None:
    for folder in ("keys", "spool", "run", "log", "data/sounds/en/silence", "agi-bin", "moh"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    (base / "data/documentation").symlink_to(installed.documentation)
    moh = base / "moh"
    _tone(moh / "tune.wav", 2, 0.5)
    for name, (length, level) in SOUNDS.items():
        _tone(base / f"data/sounds/en/{name}.wav", length, level)
    files = {
        "asterisk.conf": f"[directories]\nastetcdir => {base}\nastmoddir => {installed.modules}\n"
        f"astvarlibdir => {base}\nastdbdir => {base}\nastkeydir => {base}\n"
        f"astdatadir => {base}/data\nastagidir => {base}/agi-bin\nastspooldir => {base}/spool\n"
        f"astrundir => {base}/run\nastlogdir => {base}/log\n"
        "[options]\nverbose = 3\nnocolor = yes\ntransmit_silence = yes\n",
        "modules.conf": "[modules]\nautoload=no\n"
        + "".join(f"load = {name}.so\n" for name in MODULES),
        "logger.conf": "[logfiles]\nconsole => notice,warning,error,verbose\n",
        "extensions.conf": DIALPLAN % ports,
        "queues.conf": QUEUES,
        "manager.conf": MANAGER % ports,
        "musiconhold.conf": f"[default]\nmode=files\ndirectory={moh}\n",
        "indications.conf": "[general]\ncountry=cn\n[cn]\ndescription=China\n"
        "ringcadence=1000,4000\ndial=450\nbusy=450/350,0/350\nring=450/1000,0/4000\ncongestion=450/700,0/700\n",
    }
    for name, text in files.items():
        (base / name).write_text(text, "utf-8")
    for name in [
        "stasis",
        "ccss",
        "acl",
        "cli",
        "cli_permissions",
        "udptl",
        "dnsmgr",
        "codecs",
        "dsp",
        "cdr",
        "cel",
        "features",
        "http",
    ]:
        (base / f"{name}.conf").write_text("", "utf-8")

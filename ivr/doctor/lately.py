"""What the running service met lately, by its own metrics, in words with the mend."""

from __future__ import annotations

import asyncio
import http.client
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen
from prometheus_client.parser import text_string_to_metric_families

from ivr.doctor.finding import Finding
from ivr.settings import Settings, WebSettings

LATELY: Final = 600.0  # seconds; what is older has passed, or will come again
PATIENCE: Final = 3.0
PART: Final = "近来的故障"
STRANGER: Final = "检查是不是别的程序占着 HOTLINE_WEB__PORT；是就让它让开，再重启 hotline serve"


@frozen
class Ailment:
    """What a kind of fault is called, and its mend."""

    said: str
    mend: str


AILMENTS: Final[Mapping[str, Ailment]] = {
    "recording": Ailment(
        "录音没有写全，来电已转人工", "检查录音所在的磁盘：满了就清理旧录音，或换更大的磁盘"
    ),
    "will": Ailment("通话的善后单写不进磁盘", "检查站点所在的磁盘：满了就清理"),
    "spool": Ailment("待传件写不进磁盘", "检查待传件所在的磁盘：满了就清理"),
    "log": Ailment("日志写不出去", "检查日志所在的磁盘是否已满，收日志的程序是否停住"),
    "clock": Ailment("系统时间被拨动", "检查 NTP（timedatectl）；拨动期间登记的工单要核对办理时限"),
    "database": Ailment("服务等不到数据库的回答", "看上面的数据库一项"),
    "prompt": Ailment(
        "提示音放不出来", "运行 hotline prompts check 查看是哪几句，再运行 hotline prompts render"
    ),
    "recogniser-late": Ailment(
        "语音识别来不及，来电改用按键", "减轻机器负载，或增加 HOTLINE_SPEECH__WORKERS"
    ),
    "recogniser-busy": Ailment(
        "同时说话的人太多，来电改用按键", "增加 HOTLINE_SPEECH__WORKERS，每个约需一个核的一半"
    ),
    "recogniser-failed": Ailment(
        "有的话识别出错，来电改用按键", "查看服务日志里的 recognition failed"
    ),
    "recogniser-away": Ailment("语音识别没有运行，来电改用按键", "看上面的语音识别一项"),
    "recogniser-lost": Ailment(
        "识别进程退出过，已自动重启", "反复出现就检查内存：每个识别进程约需300 MB"
    ),
    "background": Ailment("后台工作出错，会自动重试", "查看服务日志里的 background work failed"),
    "flow": Ailment("通话流程出错，来电已由备用节点接手", "查看服务日志里的 flow failed"),
    "manager": Ailment("处理交换机事件出错", "查看服务日志里的 manager callback failed"),
}


async def examine(settings: Settings) -> Finding:
    """The faults of the last ten minutes; none is known of a service that does not run."""
    try:
        text = await asyncio.to_thread(_metrics, settings.web)
        recent = dict(_recent(text))
    except ConnectionRefusedError:
        return Finding(PART, well=True, detail="服务没有运行，无从得知")
    except (http.client.HTTPException, ValueError, KeyError) as why:
        return Finding(PART, well=False, detail=f"服务的网页端口答非所问：{why!r}", mend=STRANGER)
    said = [f"{_ailment(kind).said}（{count:.0f}次）" for kind, count in recent.items()]
    mends = [_ailment(kind).mend for kind in recent]
    return Finding(PART, not recent, "；".join(said) or "没有", "；".join(mends))


def _ailment(kind: str) -> Ailment:
    return AILMENTS.get(kind) or Ailment(kind, f"查看服务日志，指标 hotline_faults_total 的 {kind}")


def _metrics(web: WebSettings) -> str:
    connection = http.client.HTTPConnection(web.host, web.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode("utf-8")
    finally:
        connection.close()


def _recent(text: str) -> Iterator[tuple[str, float]]:
    """Each kind of fault that was met lately, and how often since the service began.

    A database that answers again is no fault any more: what it missed has been delivered.
    """
    values = {
        (sample.name, sample.labels.get("kind", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    passed = set() if values["hotline_store_away", ""] else {"database"}
    for (name, kind), age in values.items():
        if name == "hotline_fault_age_seconds" and age < LATELY and kind not in passed:
            yield kind, values["hotline_faults_total", kind]

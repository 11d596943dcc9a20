"""The recogniser: is it wanted, is everything there, and has it learned short answers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from ivr.doctor.finding import Finding
from ivr.settings import Settings
from ivr.speech import model_files
from ivr.speech.engines import can_run
from ivr.speech.table_files import table_place

PART: Final = "语音识别"
SHORT_ANSWERS: Final = "短答识别"
MEANWHILE: Final = "此前来电用按键办理，不受影响"
MEND: Final = f"运行 make setup 补齐识别模型，再重启 hotline serve；{MEANWHILE}"
MEND_SHERPA: Final = (
    f"pip install 'hotline114[sherpa]'，并用 HOTLINE_SPEECH__MODEL 指定模型文件夹；{MEANWHILE}"
)
MEND_SHORT_ANSWERS: Final = (
    "运行 make setup 重新学习（约一分钟），再重启 hotline serve；"
    "此前“是”“不是”和数字更容易听错，按键不受影响"
)
MEND_DAMAGED: Final = f"删掉这个文件夹，再运行 make setup；{MEANWHILE}"


async def recogniser(settings: Settings) -> Finding:
    """The model is read through once, by checksum; the engine itself is not started."""
    wanted = settings.speech.engine
    if wanted == "off":
        return Finding(PART, well=True, detail="没有启用，来电用按键办理")
    mend = MEND if wanted == "whisper" else MEND_SHERPA
    if not can_run(wanted):
        return Finding(PART, well=False, detail=f"没有安装 {wanted} 的程序", mend=mend)
    folder = settings.speech.model or model_files.model_folder()
    if not folder.is_dir():
        return Finding(PART, well=False, detail=f"没有模型：{folder}", mend=mend)
    if wanted == "whisper":
        try:
            await asyncio.to_thread(model_files.verify, folder)
        except model_files.ModelMissing:
            return Finding(PART, well=False, detail=f"模型不完整：{folder}", mend=MEND_DAMAGED)
    detail = f"{wanted}，{settings.speech.workers}个识别进程"
    return Finding(PART, well=True, detail=detail)


async def short_answers(settings: Settings) -> Finding:
    """Whether the embedded engine can tell words of one syllable by their sounds."""
    if settings.speech.engine != "whisper" or not can_run("whisper"):
        return Finding(SHORT_ANSWERS, well=True, detail="没有启用内置的识别引擎，不需要")
    place = table_place()
    if not place.is_file():
        detail = f"没有单音表：{place}"
    elif not await asyncio.to_thread(_is_whole, place):
        detail = f"单音表已损坏：{place}"
    else:
        return Finding(SHORT_ANSWERS, well=True, detail="单音表完好")
    return Finding(SHORT_ANSWERS, well=False, detail=detail, mend=MEND_SHORT_ANSWERS)


def _is_whole(place: Path) -> bool:
    from ivr.speech.engines.whisper.phones import phones_at  # noqa: PLC0415 - heavy

    return phones_at(place) is not None

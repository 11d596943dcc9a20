"""The recogniser: is it wanted, is everything there, and is the service's one at work."""

from __future__ import annotations

import asyncio
from typing import Final

from ivr.doctor.finding import Finding
from ivr.settings import Settings
from ivr.speech import model_files
from ivr.speech.engines import can_run

PART: Final = "语音识别"
MEANWHILE: Final = "此前来电用按键办理，不受影响"
MEND: Final = f"运行 make setup 补齐识别模型，再重启 hotline serve；{MEANWHILE}"
MEND_SHERPA: Final = (
    f"pip install 'hotline114[sherpa]'，并用 HOTLINE_SPEECH__MODEL 指定模型文件夹；{MEANWHILE}"
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

"""Whisper *base* on CTranslate2: the recogniser that comes with the product."""

from ivr.speech.engines.whisper.engine import WhisperEngine

__all__ = ["WhisperEngine"]

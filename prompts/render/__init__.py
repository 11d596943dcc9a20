"""Text to clips. Needs the `voice` extra; never imported on the call path."""

from prompts.render.render import Report, Voice, render

__all__ = ["Report", "Voice", "render"]

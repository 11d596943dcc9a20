"""The composition root: the only place that knows every part."""

from ivr.app.initialise import InitResult, initialise
from ivr.app.serve import serve

__all__ = ["InitResult", "initialise", "serve"]

"""The composition root: the only place that knows every part."""

from ivr.app.initialise import InitResult, initialise

__all__ = ["InitResult", "initialise"]

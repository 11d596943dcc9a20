"""A process of its own that frees callers from a node that has stopped answering.

Asterisk waits for a silent FastAGI server without end. Each node beats; when one falls silent
while its port still takes connections, the guardian moves its callers over the manager
interface to whoever lives. What it can do is small: set a flag, and send a call that nobody
serves to `RESCUE`. A false alarm costs a caller one repeated question.
"""

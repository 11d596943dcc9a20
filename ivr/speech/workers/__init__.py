"""Recognition in processes of its own: a second of CPU must never sit on the event loop."""

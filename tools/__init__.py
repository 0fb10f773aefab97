"""Commands for whoever works on the service; nothing of them runs in it."""

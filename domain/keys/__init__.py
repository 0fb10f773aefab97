"""The body's own keys: what became of each, as the journal keeps it."""

"""The journal's seal: an append-only record whose every change can be found out."""

"""Certificates on paper and badge pictures: what they state, and when they may be made."""

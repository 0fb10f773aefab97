"""Renewals: continuing education, cycles, grace and lapse."""

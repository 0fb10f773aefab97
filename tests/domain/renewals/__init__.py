"""Renewals: numbers, ledger, rules."""

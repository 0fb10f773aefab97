"""Scores: forms, keys, responses, attempts, holds and release."""

"""Verifiers that others wrote, each given a badge's files and nothing else, and what each says of them."""

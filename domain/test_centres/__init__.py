"""Test centres: files out and in, with each vendor's layout as data, and what came of every row."""

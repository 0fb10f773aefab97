"""Candidates: who they are, their records and whose token is theirs."""

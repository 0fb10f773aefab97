"""Exams: administrations, seats, authorizations, attempts and scores."""

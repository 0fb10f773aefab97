"""Psychometrics against published values, independent arithmetic and properties."""

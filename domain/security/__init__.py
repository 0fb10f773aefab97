"""Irregularities: statistical screening of an administration, flags with their evidence, and people's decisions."""

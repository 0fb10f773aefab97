"""Psychometrics: arrays in, arrays out. Pure arithmetic; every formula names its source. Import it where it is used."""

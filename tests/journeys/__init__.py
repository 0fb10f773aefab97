"""Whole lives, told through the API with the clock turned on."""

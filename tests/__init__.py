"""The whole suite; the folders mirror the code."""

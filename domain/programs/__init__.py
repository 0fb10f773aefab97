"""Programs and their dated policy editions: the rules of a certification, as data."""

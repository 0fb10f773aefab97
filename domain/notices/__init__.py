"""Letters to candidates: one for every step of the life that they should hear of."""

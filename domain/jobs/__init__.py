"""Long work: requested, carried on batch by batch, resumed after a fall, cancelled, and reported row by row."""

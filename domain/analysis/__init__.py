"""Forms analysed, equated and reported: what the psychometrician asks of an administration, and what is kept of it."""

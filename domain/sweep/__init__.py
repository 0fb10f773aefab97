"""The nightly sweep: what falls due by the passing of days is written down, batch by batch."""

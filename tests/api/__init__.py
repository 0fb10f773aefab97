"""The ways in, tested."""

"""Credentials: issue, standing and the public record."""

"""Certificates as signed PDF/A, and badge pictures. What this package needs is loaded with the first one made."""

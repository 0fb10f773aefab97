"""Statistics sheets as files: CSV, and PDF with plots."""

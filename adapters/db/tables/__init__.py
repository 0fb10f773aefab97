"""The tables, a module for each slice of the domain, loaded with its first entity; `adapters.db.schema` has all."""

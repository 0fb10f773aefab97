"""Erasures: a person goes, what the law and an audit must see stays."""

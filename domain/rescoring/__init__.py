"""Rescores: a changed key, a dropped item or a new conversion, judged before it is carried out."""

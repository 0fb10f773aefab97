"""Letters written from templates: one `.txt` beside this file for each kind of notice."""

"""Hosting: the host's side of the Open Badges 3.0 API: a holder's badges from anywhere, and their profile."""

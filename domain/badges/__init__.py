"""Badges: what the whole world can check of a credential, and the lists that say whether it still stands."""

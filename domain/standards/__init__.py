"""Standard setting: panels of judges and the cuts they come to."""

"""Watch lists: who watches which credentials, what they are told, and what became of each telling."""

"""Access: staff roles granted inside the service, and the API keys of machine partners."""

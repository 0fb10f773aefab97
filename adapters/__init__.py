"""What stands behind the ports, by technology."""

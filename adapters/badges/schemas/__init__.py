"""The JSON Schema of our own profile, which badges name as their `credentialSchema`."""

from importlib.resources import files


def published() -> dict[str, bytes]:
    """Every schema of ours by the name of its file, as bytes to serve."""
    return {
        found.name: found.read_bytes()
        for found in files("adapters.badges.schemas").iterdir()
        if found.name[-5:] == ".json"
    }

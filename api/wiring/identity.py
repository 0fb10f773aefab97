"""The certifying body as others look it up: its DID document and its schemas."""

from adapters.badges import schemas
from adapters.badges.did import did_document, did_of, published
from api.settings import Settings
from api.well_known import Identity
from domain.ports import KeyProvider


def identity_of(settings: Settings, keys: KeyProvider) -> Identity:
    """The body under its public address, with its keys as they stand at each request."""
    did = did_of(settings.public_base_url)
    return Identity(did_document=lambda: did_document(did, published(keys)), schemas=schemas.published())

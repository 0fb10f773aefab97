"""What the watching slice may refuse with."""

from domain.errors import Conflict


class EndpointNotReady(Conflict):
    """The endpoint is disabled: it is told nothing before its owner enables it."""

    code = "endpoint_disabled"
    title = "The endpoint is disabled; enable it first."


class NothingToRecover(Conflict):
    """No message to the endpoint was given up since then."""

    code = "nothing_to_recover"
    title = "There is no dead letter to this endpoint since then."


class DigestNeedsAddress(Conflict):
    """A digest by mail goes somewhere."""

    code = "digest_needs_address"
    title = "A digest by mail needs an address."


class TooManyEndpoints(Conflict):
    """A partner has as many endpoints as it may."""

    code = "too_many_endpoints"
    title = "There are as many endpoints as a partner may have; remove one by disabling it, or use one for more types."

"""What the HTTP edge itself refuses with, beside what the domain raises.

They are `DomainError`s so that one table gives every refusal its status and one catalogue lists them all.
"""

from collections.abc import Iterable

from domain.errors import Conflict, DomainError, Forbidden, Invalid, NotFound


class InvalidRequest(Invalid):
    """A parameter or the body is malformed; each fault's pointer begins with the part of the request it is in."""


class InvalidCursor(InvalidRequest):
    """The cursor was not issued by this service for this very list, order and filters."""

    code = "invalid_cursor"
    title = "The cursor does not belong to this list, order and filters."


class Unreadable(InvalidRequest):
    """The request could not be read: it is no JSON, no UTF-8, or no valid percent-encoding."""

    code = "unreadable"
    title = "The request could not be read."


class Unstorable(InvalidRequest):
    """The body holds what no store can keep: NUL, half a surrogate pair, or a number of unreasonable size."""

    code = "unstorable"
    title = "The request holds a value that cannot be stored."


class NoSuchRoute(NotFound):
    """The service has nothing at this path."""

    code = "no_such_route"
    title = "This service has nothing at this path."


class MethodNotAllowed(DomainError):
    """The path exists, but not with this method; the Allow header lists those it knows."""

    code = "method_not_allowed"
    title = "This path does not know this method."

    def __init__(self, allow: str = "") -> None:
        """Refuse, naming the methods that the path knows (`GET, POST`)."""
        super().__init__()
        self.allow = allow


class UriTooLong(DomainError):
    """The address is longer than 8 KiB."""

    code = "uri_too_long"
    title = "The address is longer than this service accepts."


class UnsupportedMediaType(DomainError):
    """The Content-Type is missing, or none that this service reads."""

    code = "unsupported_media_type"
    title = "The body is not of a media type that this operation reads."


class UnsupportedContentCoding(UnsupportedMediaType):
    """The body is compressed or otherwise encoded (Content-Encoding); bodies are read as they are."""

    code = "unsupported_content_coding"
    title = "The body is encoded, and no Content-Encoding is read here; send it as it is."


class NotAcceptable(DomainError):
    """The thing is to be had, but in no form that Accept names; the detail lists its media types."""

    code = "not_acceptable"
    title = "This is not to be had in a form that Accept names."

    def __init__(self, media_types: Iterable[str] = ()) -> None:
        """Refuse, naming the media types that there are."""
        there_are = ", ".join(media_types)
        super().__init__(f"This is to be had as: {there_are}." if there_are else None)


class OriginRefused(Forbidden):
    """A browser asked on behalf of a page whose origin is not on the allowlist."""

    code = "origin_refused"
    title = "Pages of this origin may not call this service."


class InsufficientScope(Forbidden):
    """The token does not bear the scope that the operation needs; the challenge names it."""

    code = "insufficient_scope"
    title = "The token does not bear the scope that this needs."

    def __init__(self, scope: str) -> None:
        """Refuse, naming the scope."""
        super().__init__(f"The token does not bear the scope {scope}.")
        self.scope = scope


class IdempotencyKeyRequired(DomainError):
    """The operation moves money or a credential, and so needs an Idempotency-Key."""

    code = "idempotency_key_required"
    title = "Send an Idempotency-Key, so that a repeated request happens once."


class IdempotencyKeyReused(DomainError):
    """The Idempotency-Key was used before, with another body."""

    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used for another request."


class IdempotencyKeyInFlight(Conflict):
    """The first request with this Idempotency-Key is still being answered; Retry-After says when to ask again."""

    code = "idempotency_key_in_flight"
    title = "An earlier request with this Idempotency-Key is still being answered."
    retry_after = 2


class PreconditionRequired(DomainError):
    """A change must say which version it changes."""

    code = "precondition_required"
    title = "Send If-Match with the ETag you last read."


class TooManyRequests(DomainError):
    """The caller's quota is used up; `retry_after` is in seconds."""

    code = "too_many_requests"
    title = "Too many requests; wait before the next one."

    def __init__(self, retry_after: int) -> None:
        """Refuse until `retry_after` seconds have passed."""
        super().__init__()
        self.retry_after = retry_after


class InternalError(DomainError):
    """A fault of the service. The request id finds it in the service's own log."""

    code = "internal_error"
    title = "The service failed."

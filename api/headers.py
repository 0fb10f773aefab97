"""The headers around every answer that keep a browser from being used against its user."""

from starlette.types import Scope

Header = tuple[bytes, bytes]

# An answer that is no page runs, frames and loads nothing.
_NO_PAGE = b"default-src 'none'; frame-ancestors 'none'"
# A page of ours brings its own policy where it needs more than its own style sheet.
_PAGE = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ALWAYS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-site"),
)
_TWO_YEARS = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")


def hardened(headers: list[Header], scope: Scope, *, https: bool) -> list[Header]:
    """`headers` with what is missing: nosniff, framing, referrer, a content security policy, and no caching.

    What a route said itself stands. `Cache-Control: no-store` is added below `/v1`, where answers are private unless
    they say otherwise. `https` adds HSTS, for a service whose public address is https.
    """
    said = {name: value for name, value in headers}  # noqa: C416 - mypy knows the pairs, not dict(headers)
    added = [header for header in _ALWAYS if header[0] not in said]
    if b"content-security-policy" not in said:
        page = said.get(b"content-type", b"").startswith(b"text/html")
        added.append((b"content-security-policy", _PAGE if page else _NO_PAGE))
    if b"cache-control" not in said and scope["path"].startswith("/v1/"):
        added.append((b"cache-control", b"no-store"))
    if https:
        added.append(_TWO_YEARS)
    return headers + added

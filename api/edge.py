"""The order of what stands around the routes, said once.

From the outside in: the request's id, line and metrics (so that refusals are seen too), the metrics page, CORS (so that
refusals can be read by pages), quotas by address and by caller, and the guard.
"""

from starlette.types import ASGIApp

from api.addresses import (
    CHECK_BYTES,
    HOST,
    HOST_CREDENTIALS,
    HOSTED_BYTES,
    REGISTRY_CHECK,
    REGISTRY_VERIFY,
    V1,
    VERIFY_BYTES,
    WALLET_TOKEN,
)
from api.cors import Cors
from api.guard import JSON, MEBIBYTE, SMALL_FORM, Bounds, Guard
from api.limits import RateLimit, RateLimitAt, address
from api.logs import Log
from api.observability import Metrics, MetricsPage, Observability
from api.settings import Settings
from api.webhook_document import JSON_LINES, NDJSON


def surround(app: ASGIApp, settings: Settings, *, log: Log, metrics: Metrics) -> ASGIApp:
    """`app` behind the whole edge."""
    uploads = settings.upload_bytes
    lines = dict.fromkeys((NDJSON, JSON_LINES), CHECK_BYTES)
    plain = {JSON: MEBIBYTE, "multipart/form-data": uploads, "text/csv": uploads}
    verify = f"{V1}{REGISTRY_VERIFY}"
    others = {
        verify: VERIFY_BYTES,
        f"{V1}{WALLET_TOKEN}": SMALL_FORM,
        f"{HOST}{HOST_CREDENTIALS}": HOSTED_BYTES,
    }
    bounds = Bounds(media_types={**plain, **lines}, uploads=others, unjudged=frozenset({verify}))
    app = Guard(app, bounds)
    app = RateLimitAt(f"{V1}{REGISTRY_CHECK}", app, settings.bulk_check_rate_limit, name="bulk")
    app = RateLimit(app, settings.rate_limit)
    app = RateLimit(app, settings.address_rate_limit, name="address", key=address, announce=False)
    app = Cors(app, settings.cors_origins)
    token = settings.metrics_token
    app = MetricsPage(app, metrics=metrics, token=None if token is None else token.get_secret_value())
    return Observability(app, log=log, metrics=metrics, https=settings.https)

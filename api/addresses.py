"""Addresses that the edge knows before the slices behind them are loaded, with the bytes that a body may have there."""

from typing import Final

from domain.hosting.model import LARGEST

V1: Final = "/v1"
HOST: Final = "/ims/ob/v3p0"
"""Where the Open Badges 3.0 API of a host lies."""

REGISTRY_VERIFY: Final = "/registry/verify"
VERIFY_BYTES: Final = 2 * 1024 * 1024
REGISTRY_CHECK: Final = "/registry/check"
CHECK_BYTES: Final = 8 * 1024 * 1024
WALLET_TOKEN: Final = "/wallets/token"  # noqa: S105 - an address, no token
HOST_CREDENTIALS: Final = "/credentials"
HOSTED_BYTES: Final = LARGEST

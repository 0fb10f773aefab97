"""The press: what makes certificates and badge pictures, put together from the settings."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from adapters.certificates.fonts import Fonts
from adapters.certificates.press import Press
from api.settings import Settings
from domain.ports import KeyProvider

if TYPE_CHECKING:
    from adapters.certificates.signing import Seal


def press_of(settings: Settings, keys: KeyProvider) -> Press:
    """A press that reads its fonts and its seal when the first certificate is made."""
    return Press(
        _Seals(settings, keys),
        base_url=settings.public_base_url,
        paper=settings.certificate_paper,
        fonts=Fonts(settings.certificate_fonts),
        han=settings.certificate_han,
        specimen=not settings.production,
    )


class _Seals:
    """Gives the seal that signs now; see the settings for which."""

    def __init__(self, settings: Settings, keys: KeyProvider) -> None:
        self._settings, self._keys = settings, keys

    def __call__(self) -> "Seal":
        return self._given()

    @cached_property
    def _given(self) -> Callable[[], "Seal"]:
        from adapters.certificates.authority import sandbox_chain  # noqa: PLC0415 - loaded with the first certificate
        from adapters.certificates.signing import seal_of_file, seals_of_provider  # noqa: PLC0415

        settings = self._settings
        if settings.certificate_signer is not None:
            chosen = settings.certificate_signer_passphrase
            passphrase = None if chosen is None else chosen.get_secret_value().encode()
            seal = seal_of_file(settings.certificate_signer, passphrase)
            return lambda: seal
        if (chain := settings.certificate_chain) is not None:
            return seals_of_provider(self._keys, lambda _: chain.read_bytes())
        folder = settings.under_data(settings.keys_dir, "keys")
        return seals_of_provider(self._keys, lambda key: sandbox_chain(folder, key, settings.body_name))


def request_of(settings: Settings, keys: KeyProvider) -> bytes:
    """A request to an authority to vouch for the key provider's key, in the body's name (PEM)."""
    from adapters.certificates.request import signing_request  # noqa: PLC0415 - for one command

    return signing_request(keys, settings.body_name)

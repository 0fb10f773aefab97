"""Every setting of the service, read from `CERTIFICANT_…` in the environment, once, when a process starts.

Production refuses what is safe on a laptop alone, and names every fault at once. Faults name variables, never values:
they end up in logs.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from api.limits import Quota
from domain.certificates.model import PaperSize
from domain.dates import is_zone

PREFIX = "CERTIFICANT_"
# The issuer that `certificant token` signs for; its key lies beside the sandbox's data.
DEVELOPMENT_ISSUER = "https://issuer.certificant.invalid"
DEVELOPMENT_AUDIENCE = "certificant"
_OAUTH = ("oauth_authorization_url", "oauth_token_url", "oauth_refresh_url", "oauth_registration_url")
_SHORTEST_SECRET = 16
_PORT = 8000
_GUESSED_FIRST = frozenset({"changeme", "secret", "password", "certificant", "development", "sandbox", "test"})


def _listed(value: object) -> object:
    """A comma-separated text as its parts."""
    if isinstance(value, str):
        return tuple(part for part in (piece.strip() for piece in value.split(",")) if part)
    return value


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class UnsafeSettings(Exception):
    """The process must not start; `faults` are sentences, each beginning with the variable that it is about."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("The settings are refused:\n" + "\n".join(f"  {fault}" for fault in faults))
        self.faults = tuple(faults)


class Settings(BaseModel):
    """The settings; each field `x` is the variable `CERTIFICANT_X`. Empty variables count as absent."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    environment: Literal["sandbox", "production"] = "sandbox"

    # Where things are kept.
    data_dir: Path = Path("var")
    database_url: SecretStr | None = None
    files_root: str | None = None
    policies_dir: Path = Path("policies")
    keys_dir: Path | None = None
    key_passphrase: SecretStr | None = None
    checkpoints_dir: Path | None = None

    # Who runs this.
    body_name: str = Field(default="CPS", min_length=1, max_length=200)
    body_zone: str = "America/New_York"
    body_email: str = "certification@certifier.example"
    terms_url: str = "https://certifier.example/terms"
    privacy_url: str | None = None
    # A picture of the body (PNG or SVG) for programs that list it as a host of badges.
    image_url: str | None = None
    # By default where this process listens; see `_where_it_listens`.
    public_base_url: str = ""
    # The name under which the journal's checkpoints are signed. It must never change: an address may.
    journal_name: str = Field(default="certificant/journal", pattern=r"^[A-Za-z0-9][A-Za-z0-9./_-]{0,99}$")

    # Who calls.
    oidc_issuer: str = DEVELOPMENT_ISSUER
    oidc_audience: Listed = (DEVELOPMENT_AUDIENCE,)
    oidc_jwks_url: str | None = None
    oidc_roles_claim: str = "roles"
    oidc_token_types: Listed = ("at+jwt",)
    # Where that provider lets holders give programs access to their badges (Open Badges 3.0), and programs register.
    oauth_authorization_url: str | None = None
    oauth_token_url: str | None = None
    oauth_refresh_url: str | None = None
    oauth_registration_url: str | None = None
    cors_origins: Listed = ()
    rate_limit: str = "1200/minute"
    address_rate_limit: str = "6000/minute"
    trusted_proxies: Listed = ()
    metrics_token: SecretStr | None = None

    # How it runs.
    host: str = "127.0.0.1"
    port: int = Field(default=_PORT, ge=1, le=65_535)
    processes: int = Field(default=1, ge=1, le=64)
    reader_threads: int = Field(default=4, ge=1, le=64)
    writer_threads: int = Field(default=8, ge=1, le=64)
    worker_threads: int = Field(default=4, ge=1, le=64)
    executor_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    upload_bytes: int = Field(default=26_214_400, ge=1, le=104_857_600)

    # Who asks the registry for very many numbers at once, by address; and whether webhooks may go to this machine.
    bulk_check_rate_limit: str = "30/minute"
    webhook_loopback: bool = False

    # Certificates on paper. In production either a PKCS #12 file signs them, or the key provider's key (`certificates`)
    # for which a chain (PEM, its own certificate first) vouches.
    certificate_paper: PaperSize = PaperSize.US_LETTER
    certificate_signer: Path | None = None
    certificate_signer_passphrase: SecretStr | None = None
    certificate_chain: Path | None = None
    # Fonts of the body's own, for a script that the packaged ones lack; and how ideographs are drawn by themselves.
    certificate_fonts: Path | None = None
    certificate_han: Literal["zh-Hans", "zh-Hant", "ja", "ko"] = "zh-Hans"

    # Mail.
    mail_mode: Literal["files", "smtp"] = "files"
    mail_dir: Path | None = None
    mail_from: str = "certification@certifier.example"
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_tls: Literal["implicit", "starttls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """The settings that the `CERTIFICANT_…` variables of `environment` say; raises UnsafeSettings."""
        said = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in environment.items()
            if name.startswith(PREFIX) and value.strip()
        }
        try:
            settings = cls.model_validate(said)
        except ValidationError as error:
            raise UnsafeSettings([_sentence(fault) for fault in error.errors()]) from None
        if faults := list(unsafe(settings)):
            raise UnsafeSettings(faults)
        return settings

    @model_validator(mode="before")
    @classmethod
    def _where_it_listens(cls, said: dict[str, Any]) -> dict[str, Any]:
        """Without a public address, it is that of this machine's own port: enough for a laptop."""
        return {"public_base_url": f"http://127.0.0.1:{said.get('port', _PORT)}", **said}

    @field_validator("body_zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        if not is_zone(name):
            message = "no such zone"
            raise ValueError(message)
        return name

    @field_validator("rate_limit", "address_rate_limit", "bulk_check_rate_limit")
    @classmethod
    def _limit_is_readable(cls, text: str) -> str:
        Quota.parse(text)
        return text

    @field_validator("public_base_url")
    @classmethod
    def _base_is_an_origin(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
            message = "no web address"
            raise ValueError(message)
        return url.rstrip("/")

    @field_validator("privacy_url", "image_url", *_OAUTH)
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if url is not None and not re.fullmatch(r"https?://[!-~]{1,2000}", url):
            message = "no web address"
            raise ValueError(message)
        return url

    @property
    def production(self) -> bool:
        """Whether real people depend on this process."""
        return self.environment == "production"

    @cached_property
    def database(self) -> str:
        """The database's address: `database_url`, or a SQLite file under `data_dir`."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'certificant.sqlite3'}"
        return self.database_url.get_secret_value()

    @property
    def sqlite(self) -> bool:
        """Whether the database is SQLite."""
        return self.database.startswith("sqlite")

    @property
    def https(self) -> bool:
        """Whether the public address is https."""
        return self.public_base_url.startswith("https://")

    @property
    def development_issuer(self) -> bool:
        """Whether tokens are those that `certificant token` signs."""
        return self.oidc_issuer == DEVELOPMENT_ISSUER

    def under_data(self, chosen: Path | None, name: str) -> Path:
        """A folder that was chosen, or `name` under `data_dir`."""
        return self.data_dir / name if chosen is None else chosen


def unsafe(settings: Settings) -> Iterator[str]:
    """Why these settings cannot be used: what is never right, and in production what is right on a laptop alone."""
    yield from _never_right(settings)
    if settings.production:
        yield from _unsafe_identity(settings)
        yield from _unsafe_secrets(settings)
        yield from _unsafe_edge(settings)
        yield from _unsafe_paper(settings)
        yield from _unsafe_store(settings)


def _never_right(settings: Settings) -> Iterator[str]:
    if not settings.development_issuer and settings.oidc_jwks_url is None:
        yield _fault("oidc_jwks_url", "is needed with an issuer of your own")
    if settings.mail_mode == "smtp" and settings.smtp_host is None:
        yield _fault("smtp_host", "is needed when mail goes by SMTP")
    if not settings.oidc_audience:
        yield _fault("oidc_audience", "must name at least one audience")
    if (settings.oauth_authorization_url is None) is not (settings.oauth_token_url is None):
        yield _fault("oauth_token_url", "and CERTIFICANT_OAUTH_AUTHORIZATION_URL are of use together only")
    if settings.certificate_signer is not None and settings.certificate_chain is not None:
        yield _fault("certificate_chain", "is for the key provider's key, and certificate_signer names another")
    for origin in settings.cors_origins:
        if origin != "*" and not _is_origin(origin):
            yield _fault("cors_origins", "holds something that is no origin (scheme, host and port alone)")
    for proxy in settings.trusted_proxies:
        if not _is_address(proxy):
            yield _fault("trusted_proxies", "holds something that is no address")


def _unsafe_identity(settings: Settings) -> Iterator[str]:
    if settings.development_issuer:
        yield _fault("oidc_issuer", "is the development issuer, whose tokens anyone with this code can sign")
    elif not settings.oidc_issuer.startswith("https://"):
        yield _fault("oidc_issuer", "must be https")
    if settings.oidc_jwks_url is not None and not settings.oidc_jwks_url.startswith("https://"):
        yield _fault("oidc_jwks_url", "must be https")
    for field in _OAUTH:
        if not (getattr(settings, field) or "https://").startswith("https://"):
            yield _fault(field, "must be https")


def _unsafe_secrets(settings: Settings) -> Iterator[str]:
    if settings.key_passphrase is None:
        yield _fault("key_passphrase", "is missing: private keys would lie unsealed")
    elif _is_weak(settings.key_passphrase):
        yield _fault("key_passphrase", f"is a default, or shorter than {_SHORTEST_SECRET} characters")
    if settings.metrics_token is not None and _is_weak(settings.metrics_token):
        yield _fault("metrics_token", f"is a default, or shorter than {_SHORTEST_SECRET} characters")


def _unsafe_edge(settings: Settings) -> Iterator[str]:
    if not settings.https:
        yield _fault("public_base_url", "must be https")
    if "*" in settings.cors_origins:
        yield _fault(
            "cors_origins", "must name the origins: `*` lets every page on earth call with its visitor's token"
        )
    if "*" in settings.trusted_proxies:
        yield _fault("trusted_proxies", "must name the proxies")
    if settings.webhook_loopback:
        yield _fault("webhook_loopback", "must be off: partners would have us speak to our own machine")
    if settings.mail_mode == "files":
        yield _fault("mail_mode", "must be smtp: mail in files reaches nobody")
    elif settings.smtp_tls == "none":
        yield _fault("smtp_tls", "must not be none: mail would travel in the clear")


def _unsafe_paper(settings: Settings) -> Iterator[str]:
    if settings.certificate_signer is None and settings.certificate_chain is None:
        yield _fault(
            "certificate_signer", "is missing (or CERTIFICANT_CERTIFICATE_CHAIN): nobody vouches for the signer"
        )


def _unsafe_store(settings: Settings) -> Iterator[str]:
    if settings.sqlite and settings.processes > 1:
        yield _fault("database_url", "must be PostgreSQL when several processes serve")
    if settings.sqlite and settings.database_url is None:
        yield _fault("database_url", "is missing: say where the data lies, even for SQLite")


def _fault(field: str, sentence: str) -> str:
    return f"{PREFIX}{field.upper()} {sentence}."


def _sentence(fault: Any) -> str:  # noqa: ANN401 - pydantic's error details
    field = str(fault["loc"][0]) if fault["loc"] else "settings"
    if fault["type"] == "extra_forbidden":
        # The name is the operator's own, but a mistyped line may hold anything: only what looks like a name is shown.
        return f"{PREFIX}{field.upper()[:64]} is no setting." if field.isidentifier() else "An unknown variable is set."
    return _fault(field, "is not valid")


def _is_weak(secret: SecretStr) -> bool:
    text = secret.get_secret_value()
    return len(text) < _SHORTEST_SECRET or text.lower().strip("0123456789-_") in _GUESSED_FIRST or len(set(text)) < 4  # noqa: PLR2004


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and text == f"{parts.scheme}://{parts.netloc}"


def _is_address(text: str) -> bool:
    if text == "*":
        return True
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

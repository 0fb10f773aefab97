"""Settings come from the environment; production refuses what is unsafe, all of it at once."""

from pathlib import Path

import pytest

from api.settings import Settings, UnsafeSettings

SAFE = {
    "CERTIFICANT_ENVIRONMENT": "production",
    "CERTIFICANT_DATABASE_URL": "postgresql://db.internal/certificant",
    "CERTIFICANT_PUBLIC_BASE_URL": "https://certs.example/",
    "CERTIFICANT_OIDC_ISSUER": "https://login.example",
    "CERTIFICANT_OIDC_JWKS_URL": "https://login.example/keys",
    "CERTIFICANT_KEY_PASSPHRASE": "correct horse battery staple",
    "CERTIFICANT_MAIL_MODE": "smtp",
    "CERTIFICANT_SMTP_HOST": "mail.example",
    "CERTIFICANT_CORS_ORIGINS": "https://portal.example, https://console.example:8443",
    "CERTIFICANT_PROCESSES": "4",
    "CERTIFICANT_CERTIFICATE_SIGNER": "/run/secrets/certificates.p12",
}


def faults_of(**changes: str) -> list[str]:
    changed = SAFE | {f"CERTIFICANT_{name.upper()}": value for name, value in changes.items()}
    try:
        Settings.from_environment(changed)
    except UnsafeSettings as refusal:
        return list(refusal.faults)
    return []


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"CERTIFICANT_PORT": "8123"}, "http://127.0.0.1:8123"),
        ({"CERTIFICANT_PORT": "8123", "CERTIFICANT_PUBLIC_BASE_URL": ""}, "http://127.0.0.1:8123"),
        ({"CERTIFICANT_PORT": "8123", "CERTIFICANT_PUBLIC_BASE_URL": "https://certs.example"}, "https://certs.example"),
    ],
)
def test_the_public_address_is_where_the_service_listens_unless_it_is_said(said: dict[str, str], address: str) -> None:
    assert Settings.from_environment(said).public_base_url == address


def test_an_empty_environment_is_a_sandbox_on_sqlite() -> None:
    settings = Settings.from_environment({})

    assert settings.environment == "sandbox"
    assert settings.database == f"sqlite:///{Path('var') / 'certificant.sqlite3'}"
    assert settings.sqlite
    assert settings.development_issuer
    assert settings.body_zone == "America/New_York"


def test_production_starts_on_safe_settings() -> None:
    settings = Settings.from_environment(SAFE)

    assert settings.production
    assert settings.https
    assert settings.public_base_url == "https://certs.example"
    assert settings.cors_origins == ("https://portal.example", "https://console.example:8443")
    assert settings.processes == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("oidc_issuer", "https://issuer.certificant.invalid"),
        ("oidc_issuer", "http://login.example"),
        ("oidc_jwks_url", "http://login.example/keys"),
        ("public_base_url", "http://certs.example"),
        ("cors_origins", "*"),
        ("cors_origins", "https://portal.example/path"),
        ("database_url", "sqlite:////data/certificant.sqlite3"),
        ("database_url", ""),
        ("key_passphrase", ""),
        ("key_passphrase", "short"),
        ("key_passphrase", "development-00000000"),
        ("key_passphrase", "aaaaaaaaaaaaaaaaaaaa"),
        ("metrics_token", "metrics"),
        ("trusted_proxies", "*"),
        ("trusted_proxies", "proxy.internal"),
        ("mail_mode", "files"),
        ("smtp_tls", "none"),
        ("smtp_host", ""),
        ("webhook_loopback", "true"),
        ("certificate_signer", ""),
        ("certificate_chain", "/run/secrets/chain.pem"),
    ],
)
def test_production_refuses_what_is_safe_on_a_laptop_alone(name: str, value: str) -> None:
    faults = faults_of(**{name: value})

    assert faults
    assert all(fault.startswith(f"CERTIFICANT_{name.upper()} ") for fault in faults)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(UnsafeSettings) as refusal:
        Settings.from_environment({"CERTIFICANT_ENVIRONMENT": "production", "CERTIFICANT_CORS_ORIGINS": "*"})

    about = {fault.split(" ")[0].removeprefix("CERTIFICANT_") for fault in refusal.value.faults}
    assert about == {
        "OIDC_ISSUER",
        "KEY_PASSPHRASE",
        "PUBLIC_BASE_URL",
        "CORS_ORIGINS",
        "MAIL_MODE",
        "DATABASE_URL",
        "CERTIFICATE_SIGNER",
    }


def test_malformed_values_are_told_at_once_and_never_repeated() -> None:
    faults = faults_of(port="canary", body_zone="Canary/Land", rate_limit="canary", log_level="canary", colour="canary")

    about = {fault.split(" ")[0] for fault in faults}
    assert about == {
        "CERTIFICANT_PORT",
        "CERTIFICANT_BODY_ZONE",
        "CERTIFICANT_RATE_LIMIT",
        "CERTIFICANT_LOG_LEVEL",
        "CERTIFICANT_COLOUR",
    }
    assert "canary" not in " ".join(faults).lower()


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = Settings.from_environment(SAFE)

    assert "correct horse" not in repr(settings)
    assert "db.internal" not in repr(settings)


def test_other_peoples_variables_are_left_alone() -> None:
    settings = Settings.from_environment({"PATH": "/bin", "DATABASE_URL": "sqlite://"})

    assert settings.database_url is None


OAUTH = {
    "oauth_authorization_url": "https://login.example.org/authorize",
    "oauth_token_url": "https://login.example.org/token",
}


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ({"oauth_token_url": "https://login.example.org/token"}, "OAUTH_TOKEN_URL"),
        ({**OAUTH, "oauth_token_url": ""}, "OAUTH_TOKEN_URL"),
        ({**OAUTH, "oauth_refresh_url": "login.example.org"}, "OAUTH_REFRESH_URL"),
        ({**OAUTH, "oauth_registration_url": "http://login.example.org/register"}, "OAUTH_REGISTRATION_URL"),
        ({"privacy_url": "javascript:alert(1)"}, "PRIVACY_URL"),
        ({"image_url": "https://example.org/a b"}, "IMAGE_URL"),
    ],
)
def test_where_programs_are_let_at_badges_is_said_whole_and_by_https(said: dict[str, str], about: str) -> None:
    assert [fault.split(" ")[0] for fault in faults_of(**said)] == [f"CERTIFICANT_{about}"]


def test_a_provider_that_lets_programs_at_badges_is_no_fault() -> None:
    assert faults_of(**OAUTH, privacy_url="https://example.org/privacy") == []

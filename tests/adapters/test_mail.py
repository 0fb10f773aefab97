"""Mail, against a real SMTP server on the loopback."""

import email
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any, Self

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.mail import EmlMailer, Sender, SmtpMailer, SmtpServer, address_of, compose
from domain.errors import Unavailable
from domain.notices.errors import Undeliverable
from domain.ports import Mail

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BODY = Sender(address="letters@body.example", name="The Body", reply_to="help@body.example")


def a_mail(**changes: Any) -> Mail:
    fields = {
        "message_id": "notice.7",
        "to": "ana@candidate.example",
        "to_name": "Ana Núñez",
        "subject": "Your application – received",
        "text": "Dear Ana Núñez,\n\nWe have it.\n",
    }
    return Mail(**(fields | changes))


class Postbox:
    """What the server was handed; `answer_rcpt` and `answer_data` are its replies."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.answer_rcpt = "250 OK"
        self.answer_data = "250 OK"
        self.logins: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - the server library's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer_rcpt

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return self.answer_data

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        return AuthResult(success=data.password == b"right", handled=False)

    def message(self) -> EmailMessage:
        content = self.envelopes[-1].content
        assert isinstance(content, bytes)
        parsed = email.message_from_bytes(content, policy=SMTPUTF8)
        assert isinstance(parsed, EmailMessage)
        return parsed


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running server, and how a mailer reaches it."""

    def __init__(self, postbox: Postbox, **options: Any) -> None:
        self.postbox = postbox
        self.controller = Controller(postbox, hostname="127.0.0.1", port=a_free_port(), **options)

    def __enter__(self) -> Self:
        self.controller.start()
        return self

    def __exit__(self, *fault: object) -> None:
        self.controller.stop()

    def mailer(self, **changes: Any) -> SmtpMailer:
        here = SmtpServer(host="127.0.0.1", port=self.controller.port, tls="none", timeout=10.0)
        return SmtpMailer(replace(here, **changes), BODY, lambda: NOON)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(Postbox(), enable_SMTPUTF8=True) as running:
        yield running


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def the_only_file(directory: Path) -> Path:
    (path,) = directory.iterdir()
    return path


def test_a_letter_becomes_one_file_that_any_mail_program_reads(tmp_path: Path) -> None:
    mailer = EmlMailer(tmp_path / "out", BODY, lambda: NOON)

    mailer.send(a_mail())

    path = the_only_file(tmp_path / "out")
    message = email.message_from_bytes(path.read_bytes(), policy=SMTPUTF8)
    assert path.suffix == ".eml"
    assert message["To"] == "Ana Núñez <ana@candidate.example>"
    assert message["From"] == "The Body <letters@body.example>"
    assert message["Subject"] == "Your application – received"
    assert message["Date"].datetime == NOON
    assert message["Message-ID"] == "<notice.7@body.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Reply-To"] == "help@body.example"
    assert message.get_content().replace("\r\n", "\n") == a_mail().text


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    EmlMailer(tmp_path / "out", BODY, lambda: NOON).send(a_mail())

    assert the_only_file(tmp_path / "out").stat().st_mode & 0o077 == 0


def test_the_same_message_twice_is_one_file_as_first_written(tmp_path: Path) -> None:
    EmlMailer(tmp_path, BODY, lambda: NOON).send(a_mail())
    first = the_only_file(tmp_path).read_bytes()

    EmlMailer(tmp_path, BODY, lambda: NOON + timedelta(days=1)).send(a_mail(text="Another text."))

    assert the_only_file(tmp_path).read_bytes() == first


def test_a_directory_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the directory should be")

    with pytest.raises(Unavailable):
        EmlMailer(tmp_path / "taken", BODY, lambda: NOON).send(a_mail())


def test_the_same_mail_at_the_same_instant_is_the_same_bytes() -> None:
    mail = a_mail(html="<p>We have it.</p>")

    assert compose(mail, BODY, NOON).as_bytes() == compose(mail, BODY, NOON).as_bytes()


def test_html_comes_as_an_alternative_after_the_plain_text() -> None:
    message = compose(a_mail(html="<p>We have it.</p>"), BODY, NOON)

    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_an_odd_message_id_is_carried_as_its_hash() -> None:
    message = compose(a_mail(message_id="a b>\r\nBcc: x@y.example"), BODY, NOON)

    assert message["Bcc"] is None
    assert str(message["Message-ID"]).endswith("@body.example>")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"subject": "Hello\r\nBcc: someone@else.example"}, id="a header after the subject"),
        pytest.param({"subject": "Hello\nthere"}, id="a line break"),
        pytest.param({"subject": "Hello\x00"}, id="a NUL"),
        pytest.param({"subject": "Hello\u2028there"}, id="a line separator"),
        pytest.param({"to": "ana@candidate.example\r\nBcc: someone@else.example"}, id="a header after the address"),
        pytest.param({"to_name": "Ana\nBcc: someone@else.example"}, id="a header after the name"),
    ],
)
def test_a_header_cannot_be_smuggled_in(changes: dict[str, str]) -> None:
    with pytest.raises(Undeliverable) as refused:
        compose(a_mail(**changes), BODY, NOON)

    assert refused.value.reason == "unsafe_header"


@pytest.mark.parametrize(
    "address",
    ["", "ana", "@x.example", "ana@", "a@b@", "ana@x.example, bob@y.example", "<ana@x.example>", "a b@x.example",
     "ana@-x-.example", "ana@x..example", ".ana@x.example", "a..b@x.example", f"{'a' * 65}@x.example"],
)  # fmt: skip
def test_what_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(Undeliverable) as refused:
        address_of(address)

    assert refused.value.reason == "bad_address"


@pytest.mark.parametrize(
    ("address", "spec"),
    [
        pytest.param("ana+cpom@candidate.example", "ana+cpom@candidate.example", id="a tag"),
        pytest.param(" ana@candidate.example ", "ana@candidate.example", id="blanks around"),
        pytest.param("ana@BÜCHER.example", "ana@xn--bcher-kva.example", id="a domain in Unicode"),
        pytest.param("ana@straße.example", "ana@xn--strae-oqa.example", id="a sharp s stays itself"),
        pytest.param("josé@candidate.example", "josé@candidate.example", id="a local part in Unicode"),
    ],
)
def test_addresses_of_every_script_are_taken(address: str, spec: str) -> None:
    assert address_of(address).addr_spec == spec


def test_a_letter_reaches_the_server(server: Server) -> None:
    server.mailer().send(a_mail(html="<p>We have it.</p>"))

    message = server.postbox.message()
    plain = message.get_body(("plain",))
    assert server.postbox.envelopes[-1].rcpt_tos == ["ana@candidate.example"]
    assert server.postbox.envelopes[-1].mail_from == "letters@body.example"
    assert message["Subject"] == "Your application – received"
    assert plain is not None
    assert "Ana Núñez" in plain.get_content()


def test_an_address_in_unicode_goes_to_a_server_that_takes_it(server: Server) -> None:
    server.mailer().send(a_mail(to="josé@candidate.example"))

    assert server.postbox.envelopes[-1].rcpt_tos == ["josé@candidate.example"]


def test_an_address_in_unicode_is_undeliverable_through_a_server_that_does_not() -> None:
    with Server(Postbox(), enable_SMTPUTF8=False) as plain, pytest.raises(Undeliverable) as refused:
        plain.mailer().send(a_mail(to="josé@candidate.example"))

    assert refused.value.reason == "address_not_supported"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        pytest.param({"answer_rcpt": "550 5.1.1 No such user"}, "recipient_refused", id="no such user"),
        pytest.param({"answer_data": "554 5.7.1 Not wanted"}, "message_refused", id="not wanted"),
    ],
)
def test_a_permanent_refusal_is_final(server: Server, answers: dict[str, str], reason: str) -> None:
    vars(server.postbox).update(answers)

    with pytest.raises(Undeliverable) as refused:
        server.mailer().send(a_mail())

    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"answer_rcpt": "450 4.2.0 Greylisted"}, id="greylisted"),
        pytest.param({"answer_data": "452 4.3.1 Full"}, id="full"),
    ],
)
def test_a_passing_refusal_is_tried_again(server: Server, answers: dict[str, str]) -> None:
    vars(server.postbox).update(answers)

    with pytest.raises(Unavailable):
        server.mailer().send(a_mail())


def test_a_server_that_is_away_is_tried_again() -> None:
    nowhere = SmtpServer(host="127.0.0.1", port=a_free_port(), tls="none", timeout=2.0)

    with pytest.raises(Unavailable):
        SmtpMailer(nowhere, BODY, lambda: NOON).send(a_mail())


def test_a_server_that_says_nothing_is_given_up_for_now() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        silent = SmtpServer(host="127.0.0.1", port=mute.getsockname()[1], tls="none", timeout=0.2)

        with pytest.raises(Unavailable):
            SmtpMailer(silent, BODY, lambda: NOON).send(a_mail())


def test_starttls_is_demanded_not_tried(server: Server) -> None:
    with pytest.raises(Unavailable):
        server.mailer(tls="starttls").send(a_mail())

    assert server.postbox.envelopes == []


def test_a_letter_goes_over_starttls_with_a_password(certificate: Path, server_tls: ssl.SSLContext) -> None:
    postbox = Postbox()
    options = {"tls_context": server_tls, "auth_required": True, "authenticator": postbox.authenticate}
    with Server(postbox, **options) as running:
        mailer = running.mailer(
            host="localhost", tls="starttls", user="letters", password="right", ca_file=str(certificate)
        )
        mailer.send(a_mail())

    assert postbox.logins == [b"letters"]
    assert len(postbox.envelopes) == 1


def test_a_wrong_password_is_ours_to_put_right(certificate: Path, server_tls: ssl.SSLContext) -> None:
    postbox = Postbox()
    options = {"tls_context": server_tls, "auth_required": True, "authenticator": postbox.authenticate}
    with Server(postbox, **options) as running:
        mailer = running.mailer(
            host="localhost", tls="starttls", user="letters", password="wrong", ca_file=str(certificate)
        )
        with pytest.raises(Unavailable):
            mailer.send(a_mail())


def test_a_letter_goes_over_implicit_tls(certificate: Path, server_tls: ssl.SSLContext) -> None:
    with Server(Postbox(), ssl_context=server_tls) as running:
        running.mailer(host="localhost", tls="implicit", ca_file=str(certificate)).send(a_mail())

    assert len(running.postbox.envelopes) == 1


def test_an_unknown_certificate_is_not_trusted(server_tls: ssl.SSLContext) -> None:
    with Server(Postbox(), tls_context=server_tls) as running, pytest.raises(Unavailable):
        running.mailer(host="localhost", tls="starttls").send(a_mail())

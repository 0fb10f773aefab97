"""Mail: `.eml` files in a directory, or SMTP. Both send the very same message (RFC 5322)."""

import asyncio
import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path

import aiosmtplib
import idna

from adapters import private_files
from domain.errors import Unavailable
from domain.notices.errors import Reason, Undeliverable
from domain.ports import Mail

PERMANENT = range(500, 600)
LONGEST_LOCAL_PART = 64
LONGEST_ADDRESS = 254
_PLAIN_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who the mail is from: an address, the name shown with it, and where answers go if not there."""

    address: str
    name: str = ""
    reply_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """A submission server. `tls` is `implicit` (port 465), `starttls` (demanded, never merely tried) or `none`.

    `timeout` is in seconds and bounds the connection and each reply.
    """

    host: str
    port: int = 587
    tls: str = "starttls"
    user: str | None = None
    password: str | None = None
    timeout: float = 20.0
    ca_file: str | None = None


class EmlMailer:
    """Writes each message as one `.eml` file, whole or not at all, named after its `message_id`.

    The same message again is left as it was first written.
    """

    def __init__(self, directory: Path, sender: Sender, clock: Callable[[], datetime]) -> None:
        self._directory = directory
        self._sender = sender
        self._clock = clock

    def send(self, mail: Mail) -> None:
        """Write the file; Undeliverable for an address or subject no message can bear, Unavailable for a full disk."""
        path = self._directory / f"{hashlib.sha256(mail.message_id.encode()).hexdigest()[:40]}.eml"
        message = compose(mail, self._sender, self._clock())
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                private_files.put(path, message.as_bytes())
        except OSError as fault:
            raise Unavailable from fault


class SmtpMailer:
    """Hands each message to a submission server, on a connection of its own."""

    def __init__(self, server: SmtpServer, sender: Sender, clock: Callable[[], datetime]) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock

    def send(self, mail: Mail) -> None:
        """Deliver to the server. To be called where no event loop runs (a worker's thread).

        Raises:
            Undeliverable: the server refuses this recipient or this message for good (5xx), or no message can bear
                the address or the subject.
            Unavailable: anything else, such as a 4xx, a lost connection, or a server that refuses *us*: an operator can
                put those right, and then the message still arrives.

        """
        message = compose(mail, self._sender, self._clock())
        try:
            asyncio.run(self._deliver(message))
        except aiosmtplib.SMTPRecipientsRefused as fault:
            raise _permanent_or_not([one.code for one in fault.recipients], Reason.RECIPIENT_REFUSED) from fault
        except aiosmtplib.SMTPRecipientRefused as fault:
            raise _permanent_or_not([fault.code], Reason.RECIPIENT_REFUSED) from fault
        except aiosmtplib.SMTPDataError as fault:
            raise _permanent_or_not([fault.code], Reason.MESSAGE_REFUSED) from fault
        except aiosmtplib.SMTPNotSupported as fault:
            raise _unsupported(message) from fault
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as fault:
            raise Unavailable from fault

    async def _deliver(self, message: EmailMessage) -> None:
        server = self._server
        await aiosmtplib.send(
            message,
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            timeout=server.timeout,
            use_tls=server.tls == "implicit",
            start_tls=server.tls == "starttls",
            cert_bundle=server.ca_file,
        )


def compose(mail: Mail, sender: Sender, now: datetime) -> EmailMessage:
    """The message. The same `mail` at the same instant gives the same bytes.

    Raises:
        Undeliverable: the subject or a name holds a control character, or the address is none.

    """
    to = address_of(mail.to, mail.to_name)
    from_ = address_of(sender.address, sender.name)
    message = EmailMessage(policy=SMTP if _ascii(to, from_) else SMTPUTF8)
    message["From"] = from_
    message["To"] = to
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = now.astimezone(UTC)
    message["Message-ID"] = f"<{_local_id(mail.message_id)}@{from_.domain}>"
    if sender.reply_to:
        message["Reply-To"] = address_of(sender.reply_to)
    # RFC 3834, and what Exchange heeds instead: no out-of-office answer comes back.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html")
        message.set_boundary(f"=_{hashlib.sha256(mail.message_id.encode()).hexdigest()[:32]}")
    return message


def address_of(address: str, name: str = "") -> Address:
    """One address with the name shown for it; its domain in ASCII (IDNA 2008), its local part as it is.

    Raises:
        Undeliverable: it is no single address, or it or the name holds a control character.

    """
    local, at, domain = _one_line(address).strip().rpartition("@")
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode("ascii")
        parsed = Address(display_name=_one_line(name).strip(), username=local, domain=ascii_domain)
        _check_local_part(local)
    except (idna.IDNAError, HeaderParseError, ValueError, IndexError) as fault:
        raise Undeliverable(Reason.BAD_ADDRESS) from fault
    if not (at and local) or len(local.encode()) > LONGEST_LOCAL_PART or len(parsed.addr_spec) > LONGEST_ADDRESS:
        raise Undeliverable(Reason.BAD_ADDRESS)
    return parsed


def _check_local_part(local: str) -> None:
    if any(character.isspace() or character in '()<>[]:;@\\,"' for character in local):
        message = "a quoted local part is not taken"
        raise ValueError(message)
    if local.startswith(".") or local.endswith(".") or ".." in local:
        message = "a misplaced dot"
        raise ValueError(message)


def _one_line(value: str) -> str:
    """The value, for a header; control characters and line breaks are refused, not removed."""
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in value):
        raise Undeliverable(Reason.UNSAFE_HEADER)
    return value


def _ascii(*addresses: Address) -> bool:
    return all(address.addr_spec.isascii() for address in addresses)


def _local_id(message_id: str) -> str:
    """The id as it stands where a Message-ID can bear it, else its hash."""
    if _PLAIN_ID.fullmatch(message_id) and ".." not in message_id:
        return message_id
    return hashlib.sha256(message_id.encode()).hexdigest()[:40]


def _permanent_or_not(codes: list[int], reason: Reason) -> Undeliverable | Unavailable:
    return Undeliverable(reason) if all(code in PERMANENT for code in codes) else Unavailable()


def _unsupported(message: EmailMessage) -> Undeliverable | Unavailable:
    """The server lacks SMTPUTF8 for such an address; or it lacks STARTTLS, which is ours to put right."""
    return Unavailable() if message.policy is SMTP else Undeliverable(Reason.ADDRESS_NOT_SUPPORTED)

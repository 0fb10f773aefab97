"""The doors of watching and of the registry's bulk and signed answers; `domain.ports` names them beside the others."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """What came of one try: `taken` where the endpoint answered 2xx.

    `code` is `delivered`, or why not: `status_503`, `redirected`, `timeout`, `address_refused`, `unknown_host`, `tls`,
    `connection`, `bad_answer`. `retry_after` is how many seconds the endpoint asks for.
    """

    taken: bool
    code: str
    milliseconds: int
    status_code: int | None = None
    retry_after: int | None = None


class WebhookSender(Protocol):
    """The way out to endpoints, which strangers name: public addresses alone, https, no redirects, bounded."""

    def send(self, url: str, *, message_id: str, secrets: Sequence[str], body: Mapping[str, object]) -> SentMessage:
        """One try, signed with every secret (Standard Webhooks). Never raises for what the other side does."""
        ...


class RegistryStatements(Protocol):
    """Signs what the registry answers."""

    def signed(
        self, answer: Mapping[str, object], *, at: datetime, id_: UUID, audience: str | None, present: bool
    ) -> str:
        """The answer as a compact JWT of this service, made at an instant, for an audience if one is named.

        Only one that is `present`, of the day of its making, has an end until which it may be taken for the standing.
        """
        ...


class BulkRegistry(Protocol):
    """The registry's answers for very many numbers."""

    def answers(self, numbers: bytes, at: int) -> AsyncIterator[bytes]:
        """The answers at an instant (epoch seconds) in pieces of whole lines; raises Unavailable.

        `numbers` are lines of equal length as `domain.credentials.bulk` writes them.
        """
        ...

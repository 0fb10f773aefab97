"""Messages carried by real workers over a real queue: one is killed while it speaks, another tells in its stead."""

import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from standardwebhooks import Webhook

from adapters.db.engine import Database
from adapters.keys import FileKeyProvider
from domain.actors import Actor, Role
from domain.watching import endpoints
from domain.watching.model import LEASE, DeliveryStatus, EndpointStatus, WebhookDelivery, WebhookEndpoint
from tests.adapters.jobs_world import eventually
from tests.adapters.webhooks_worker import a_worker, units_of
from tests.receiver import OK, Receiver, a_receiver

PARTNER = Actor(subject="organisation:acme", roles=frozenset({Role.PARTNER}))
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with a_receiver(tmp_path) as made:
        yield made


def endpoint_at(database: Database, receiver: Receiver, folder: Path) -> tuple[UUID, str]:
    """An endpoint, added in one transaction with the task that pings it; its id and secret."""
    with units_of(database).begin(PARTNER) as uow:
        keys = FileKeyProvider(folder / "keys")
        made, secret = endpoints.add(uow, PARTNER, keys, url=receiver.url, description="", types=())
    return made.id, secret


def state(database: Database, endpoint_id: UUID) -> tuple[WebhookEndpoint, WebhookDelivery]:
    with units_of(database).begin(PARTNER, write=False) as uow:
        (delivery,) = uow.webhook_deliveries.find(endpoint_id=endpoint_id)
        return uow.webhook_endpoints.get(endpoint_id), delivery


def test_a_ping_reaches_its_endpoint_by_a_real_worker_and_enables_it(
    database: Database, receiver: Receiver, tmp_path: Path
) -> None:
    endpoint_id, secret = endpoint_at(database, receiver, tmp_path)

    with a_worker(database, tmp_path):
        assert eventually(lambda: state(database, endpoint_id)[0].status is EndpointStatus.ENABLED)

    (taken,) = receiver.taken
    Webhook(secret).verify(taken.body, taken.headers)
    assert state(database, endpoint_id)[1].status is DeliveryStatus.DELIVERED


def test_a_worker_killed_while_it_speaks_leaves_its_message_to_another(
    database_url: str, database: Database, receiver: Receiver, tmp_path: Path
) -> None:
    heard = threading.Event()

    def listening(connection: ssl.SSLSocket) -> None:
        heard.set()
        connection.recv(1)

    receiver.script = [listening]
    endpoint_id, _ = endpoint_at(database, receiver, tmp_path)
    doomed = subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tests.adapters.webhooks_worker", database_url, str(tmp_path)],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    try:
        assert heard.wait(60)
    finally:
        os.kill(doomed.pid, signal.SIGKILL)
        doomed.wait()
    left = state(database, endpoint_id)[1]
    receiver.usual = OK

    with a_worker(database, tmp_path, ahead=LEASE + timedelta(seconds=30)):
        assert eventually(lambda: state(database, endpoint_id)[1].status is DeliveryStatus.DELIVERED)

    one, two = receiver.taken
    assert (left.status, left.tries) == (DeliveryStatus.QUEUED, 0)
    assert one.headers["webhook-id"] == two.headers["webhook-id"]
    assert one.body == two.body

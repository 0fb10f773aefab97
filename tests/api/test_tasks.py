"""Which tasks speak to others, and where those wait."""

from typing import Any, NoReturn, cast

from api.tasks import Doors, handlers, schedules
from domain.jobs.actions import CARRY_ON
from domain.jobs.lanes import Lane, lane_of


class SpeaksToAnother(Exception):
    """Somebody asked for the way out of this name."""


def _asked_for(way_out: Lane) -> Any:
    def asked() -> NoReturn:
        raise SpeaksToAnother(way_out)

    return asked


def _spoken_to() -> dict[str, Lane]:
    """The kinds of task that ask for a way out, with its lane."""
    unused = cast("Any", None)
    doors = Doors(
        units=unused,
        mailer=_asked_for(Lane.MAIL),
        letters=lambda: unused,
        files=lambda: unused,
        gateway=lambda: unused,
        seal=lambda: 0,
        clock=unused,
        reader=unused,
        centres=lambda: unused,
        sheets=unused,
        solver=unused,
        courier=_asked_for(Lane.WEBHOOKS),
    )
    found = {}
    for kind, handler in handlers(doors).items():
        try:
            handler(unused, {})
        except SpeaksToAnother as asked:
            found[kind] = asked.args[0]
        except (AttributeError, KeyError, TypeError):
            # It went on to its work, for which there is nothing here.
            continue
    return found


def test_every_task_that_writes_or_calls_waits_among_its_like_alone() -> None:
    spoken_to = _spoken_to()

    assert {kind: lane_of(kind) for kind in spoken_to} == spoken_to
    assert set(spoken_to.values()) == {Lane.MAIL, Lane.WEBHOOKS}
    assert lane_of(CARRY_ON) is Lane.BULK


def test_no_schedule_speaks_to_anybody() -> None:
    assert not {schedule.kind for schedule in schedules("UTC")} & _spoken_to().keys()

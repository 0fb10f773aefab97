"""What operators are told of the work behind the API: how long it has waited."""

from collections.abc import Callable, Sequence
from datetime import datetime

from adapters.db.engine import Database
from adapters.jobs.waiting import Waiting
from api.gauges import Gauge, Measure


def measure_of(database: Callable[[], Database], clock: Callable[[], Callable[[], datetime]]) -> Measure:
    """Looks at the database when it is asked."""

    def measure() -> Sequence[Gauge]:
        waiting = Waiting(database(), clock())
        return (
            Gauge(
                name="certificant_oldest_waiting_task_seconds",
                help="Age of the oldest task that waits for a worker, by lane; 0 where none waits.",
                label="lane",
                values={lane.label: seconds for lane, seconds in waiting.tasks().items()},
            ),
            Gauge(
                name="certificant_oldest_unsealed_entry_seconds",
                help="Age of the oldest journal entry behind the last seal; 0 where every entry is sealed.",
                values={"": waiting.unsealed()},
            ),
        )

    return measure

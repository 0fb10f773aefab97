"""What is measured only when operators ask for it, and is then good for all who ask within some seconds."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool

FRESH_FOR: Final = 10.0
"""Seconds a measurement is good for, however often it is asked for."""
PATIENCE: Final = 3.0
"""Seconds after which whoever is slow to tell has told nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One measurement. `values` are by the label's value; without a `label`, there is one value, by `""`."""

    name: str
    help: str
    values: Mapping[str, float]
    label: str | None = None

    def family(self) -> Metric:
        """As Prometheus takes it."""
        family = GaugeMetricFamily(self.name, self.help, labels=None if self.label is None else (self.label,))
        for value, measured in self.values.items():
            family.add_metric(() if self.label is None else (value,), measured)
        return family


Measure = Callable[[], Sequence[Gauge]]
"""Measures; may block for a moment, and may raise."""


def nothing() -> Sequence[Gauge]:
    """Measures nothing."""
    return ()


class Gauges(Collector):
    """The last measurements. Where measuring fails they are left out: a gauge that stands still would lie."""

    def __init__(self, measure: Measure = nothing, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._measure, self._clock = measure, clock
        self._asking = asyncio.Lock()
        self._measured: Sequence[Gauge] = ()
        self._measured_at = float("-inf")

    async def refresh(self) -> None:
        """Measure anew, unless it was done just now."""
        async with self._asking:
            if self._clock() - self._measured_at < FRESH_FOR:
                return
            try:
                self._measured = await asyncio.wait_for(run_in_threadpool(self._measure), PATIENCE)
            except Exception:  # noqa: BLE001 - whatever is away, the other metrics are told
                self._measured = ()
            self._measured_at = self._clock()

    def collect(self) -> Iterator[Metric]:
        """The families of the last measurements."""
        return (gauge.family() for gauge in self._measured)

"""What uvicorn runs: `uvicorn api.main:app`."""

import gc
import os

# What loading makes, stays. To look for garbage among it time and again would take a third of the start, so nobody
# looks until all is there; frozen, it is not gone through while requests are answered either.
gc.disable()

from api.settings import Settings  # noqa: E402 - the line above is for what these load
from api.wiring import application  # noqa: E402

app = application(Settings.from_environment(os.environ))
gc.freeze()
gc.enable()

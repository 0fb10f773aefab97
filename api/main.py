"""What uvicorn runs: `uvicorn api.main:app`."""

import os

from api.settings import Settings
from api.wiring import application

app = application(Settings.from_environment(os.environ))

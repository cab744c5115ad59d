"""Jupyter's settings in a Dibs session.

The token comes from a file that only the session's user can read, so it stands neither in the
container's environment nor in an argument list, and `docker inspect` does not show it.
"""

import os
import time
from pathlib import Path

TOKEN = Path("/run/dibs/token")


def token():
    """Dibs writes it while Jupyter is being imported, so there is rarely anything to wait for.

    An empty token would let everybody in, so there is none without one.
    """
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if text := TOKEN.read_text().strip():
                return text
        except FileNotFoundError:
            pass
        time.sleep(0.01)
    raise SystemExit(f"there is no token in {TOKEN}")


c = get_config()  # noqa: F821, given by Jupyter
c.ServerApp.ip = "0.0.0.0"
c.ServerApp.port = 8888
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.root_dir = "/workspace"
c.ServerApp.base_url = os.environ.get("DIBS_BASE_URL", "/")
c.IdentityProvider.token = token()

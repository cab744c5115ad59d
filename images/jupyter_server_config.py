"""Jupyter's settings in a Dibs session.

The token comes from a file that only the session's user can read, so it stands neither in the
container's environment nor in an argument list, and `docker inspect` does not show it.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821, given by Jupyter
c.ServerApp.ip = "0.0.0.0"
c.ServerApp.port = 8888
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.root_dir = "/workspace"
c.ServerApp.base_url = os.environ.get("DIBS_BASE_URL", "/")
c.IdentityProvider.token = Path("/run/dibs/token").read_text().strip()

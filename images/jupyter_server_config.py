"""Jupyter's settings in a Dibs session.

The token comes from a file that only the session's user can read, so it stands neither in the
container's environment nor in an argument list, and `docker inspect` does not show it.
"""

import os
import sys
import time
from pathlib import Path

TOKEN = Path("/run/dibs/token")
NO_TOKEN = 78


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
    print(f"dibs: no token came into {TOKEN} within 60 seconds.", file=sys.stderr)
    sys.exit(NO_TOKEN)


def memory_limit():
    """Bytes that the container may use, by either version of control groups; 0: no limit."""
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            return int(Path(path).read_text())
        except (OSError, ValueError):
            continue
    return 0


c = get_config()  # noqa: F821, given by Jupyter
c.ServerApp.ip = "0.0.0.0"
c.ServerApp.port = 8888
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.root_dir = "/workspace"
c.ServerApp.base_url = os.environ.get("DIBS_BASE_URL", "/")
c.IdentityProvider.token = token()

# A login shell, so that it is the same as over SSH.
c.ServerApp.terminado_settings = {"shell_command": ["/bin/bash", "-l"]}
c.ResourceUseDisplay.mem_limit = memory_limit()
c.ResourceUseDisplay.track_cpu_percent = True
c.ResourceUseDisplay.enable_prometheus_metrics = False

# Nothing is fetched from elsewhere, and nobody can install into the image. Neither language servers
# nor the old notebook's settings are there to be looked for.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
c.ServerApp.jpserver_extensions = {"jupyter_lsp": False, "notebook_shim": False}

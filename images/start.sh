#!/bin/bash
# The container's first program: JupyterLab as the session's person. It replaces this shell, so it
# gets the engine's TERM itself, and the container ends with its exit code.
set -euo pipefail
exec jupyter-lab --config=/opt/dibs/jupyter_server_config.py

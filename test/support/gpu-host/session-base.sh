#!/bin/bash
# session-base.sh SUITE: writes a stand-in for the base of a session's image to standard output, as a
# tar: a Debian root file system with Python. What is built on it reaches the package registries as
# this machine does: by its certificates and pip's configuration. Needs root and mmdebstrap.
# It lives on its standard input, as gpu-host.sh does: a test process that dies takes it along.
set -euo pipefail
suite=$1
work=$(mktemp -d)
watcher=
trap '[ -z "$watcher" ] || kill -- -"$watcher" 2> /dev/null || true; rm -rf "$work"' EXIT

bundle=/etc/ssl/certs/ca-certificates.crt
cp "${PIP_CERT:-${SSL_CERT_FILE:-$bundle}}" "$work/bundle"
{
  echo '[global]'
  echo "cert = $bundle"
  python3 -m pip config list 2> /dev/null |
    sed -nE "s/^(global|:env:)\.(index-url|extra-index-url|trusted-host|proxy|timeout|default-timeout)='(.*)'$/\2 = \3/p"
} > "$work/pip.conf"

set -m # so that each has a process group of its own, by which it ends with all that it began
exec 3<&0
mmdebstrap --variant=minbase --include=ca-certificates,python3,python3-pip,python3-venv \
  --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook="upload $work/bundle $bundle" \
  --customize-hook="upload $work/pip.conf /etc/pip.conf" \
  "$suite" - < /dev/null &
made=$!
{ cat <&3; kill -TERM -- -"$made"; } > /dev/null 2>&1 &
watcher=$!
wait "$made"

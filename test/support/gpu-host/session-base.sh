#!/bin/bash
# session-base.sh TAR SUITE: makes a stand-in for the base of a session's image, a Debian root file
# system with Python. What is built on it reaches the package registries as this machine does: by its
# certificates and pip's configuration. Needs root and mmdebstrap.
set -euo pipefail
tar=$1
suite=$2
[ ! -f "$tar" ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work" "$tar.part.tar"' EXIT

bundle=/etc/ssl/certs/ca-certificates.crt
cp "${PIP_CERT:-${SSL_CERT_FILE:-$bundle}}" "$work/bundle"
{
  echo '[global]'
  echo "cert = $bundle"
  python3 -m pip config list 2> /dev/null |
    sed -nE "s/^(global|:env:)\.(index-url|extra-index-url|trusted-host|proxy|timeout|default-timeout)='(.*)'$/\2 = \3/p"
} > "$work/pip.conf"

mmdebstrap --variant=minbase --include=ca-certificates,python3,python3-pip,python3-venv \
  --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook="upload $work/bundle $bundle" \
  --customize-hook="upload $work/pip.conf /etc/pip.conf" \
  "$suite" "$tar.part.tar"
mv "$tar.part.tar" "$tar"

#!/bin/bash
# One stand-in GPU host: a stock dockerd in a network namespace of its own, with a GPU hook, a
# stand-in nvidia-smi and a TLS endpoint. Needs root, iproute2, iptables, docker.io, python3, openssl.
#
#   gpu-host.sh run FOLDER    runs the host in FOLDER until standard input ends, then stops it
#   gpu-host.sh down FOLDER   removes what the host left: images, volumes, namespace
#   gpu-host.sh copy FOLDER OTHER  makes OTHER anew, with the images of FOLDER
#
# It lives on its standard input so that a test process that dies takes its host with it. Lines
# understood there: `stop` and `start` (the engine alone). Each, and the beginning, is answered by
# one line: `up IP` or `stopped`. Listens on FOLDER/docker.sock and tcp://IP:2376.
# FOLDER/daemon.json is the engine's configuration; FOLDER/state holds gpus.csv, apps.csv,
# host.conf, fault and hookfault, which may change at any time (see nvidia-smi beside this).
# DOCKERD_PATH comes first on the engine's PATH: the programs of another Docker version.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
verb=$1
folder=$2
other=${3:-}
name=$(basename "$folder")
namespace=dibs-$name
tls=$folder/tls

lock() { # beside the folder, which may be removed while others wait for it
  flock -w 300 "$2" || { echo "the host in $1 is in use by another run" >&2; exit 1; }
}

claim() { # one run at a time; the number k makes the subnet, and is kept for the folder's life
  mkdir -p "$folder"/{data,run,bin,state,tls}
  [ -n "${is_locked:-}" ] || { exec 9> "$folder.lock"; lock "$folder" 9; }
  [ -s "$folder/k" ] || for k in $(seq 250); do
    mkdir "$(dirname "$folder")/.k$k" 2>/dev/null && { echo "$k" > "$folder/k"; break; }
  done
  k=$(cat "$folder/k")
  ip=10.210.$k.2
}

network() { # a veth pair, NAT to the outside, and forwarding in spite of Docker's FORWARD DROP
  # What is left of a folder that was removed has another number, and so another address.
  ip -n "$namespace" -4 addr show eth0 2>/dev/null | grep -q " $ip/" &&
    ip link show "dibs$k" 2>/dev/null | grep -q "link-netns $namespace\b" || {
    ip netns del "$namespace" 2>/dev/null || true
    ip link del "dibs$k" 2>/dev/null || true
    ip netns add "$namespace"
    ip link add "dibs$k" type veth peer name eth0 netns "$namespace"
    ip addr add "10.210.$k.1/24" dev "dibs$k"
    ip link set "dibs$k" up
    ip -n "$namespace" addr add "$ip/24" dev eth0
    ip -n "$namespace" link set lo up
    ip -n "$namespace" link set eth0 up
    ip -n "$namespace" route add default via "10.210.$k.1"
  }
  sysctl -qw net.ipv4.ip_forward=1
  local subnet=10.210.0.0/16
  iptables -w -t nat -C POSTROUTING -s $subnet ! -d $subnet -j MASQUERADE 2>/dev/null ||
    iptables -w -t nat -A POSTROUTING -s $subnet ! -d $subnet -j MASQUERADE
  iptables -w -C FORWARD -s $subnet -j ACCEPT 2>/dev/null || {
    iptables -w -I FORWARD -s $subnet -j ACCEPT
    iptables -w -I FORWARD -d $subnet -j ACCEPT
  }
}

key_and_request() { # NAME COMMON_NAME
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \
    -keyout "$tls/$1-key.pem" -out "$tls/$1.csr" 2>/dev/null
}

sign() { # NAME EXTENSIONS
  openssl x509 -req -in "$tls/$1.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca-key.pem" -CAcreateserial \
    -days 3650 -out "$tls/$1.pem" -extfile <(printf '%b' "$2") 2>/dev/null
}

certificates() {
  [ ! -f "$tls/client.pem" ] || return 0
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj /CN=dibs-test-ca -keyout "$tls/ca-key.pem" -out "$tls/ca.pem" 2>/dev/null
  key_and_request server "$name"
  sign server "subjectAltName=DNS:$name,IP:$ip\nextendedKeyUsage=serverAuth"
  key_and_request client dibs
  sign client extendedKeyUsage=clientAuth
}

start_engine() {
  # nsenter, not `ip netns exec`: that would mount a fresh /sys and hide the cgroup mounts.
  PATH="$folder/bin:${DOCKERD_PATH:-/usr/sbin}:$PATH" GPUHOST_STATE="$folder/state" \
    nsenter --net="/run/netns/$namespace" setsid dockerd \
    --data-root "$folder/data" --exec-root "$folder/run" --pidfile "$folder/docker.pid" \
    --config-file "$folder/daemon.json" --cgroup-parent "/dibs-$name" --shutdown-timeout 2 \
    -H "unix://$folder/docker.sock" -H "tcp://$ip:2376" --tlsverify --tlscacert "$tls/ca.pem" \
    --tlscert "$tls/server.pem" --tlskey "$tls/server-key.pem" \
    > "$folder/dockerd.log" 2>&1 < /dev/null 9>&- &
  for _ in $(seq 300); do
    curl -sf --unix-socket "$folder/docker.sock" http://d/_ping > /dev/null && { echo "up $ip"; return; }
    sleep 0.1
  done
  tail -5 "$folder/dockerd.log" >&2
  exit 1
}

stop_engine() { # also one that an earlier run left; a paused one cannot hear TERM
  pid=$(cat "$folder/docker.pid" 2>/dev/null || true)
  if [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then
    kill -CONT "$pid"
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  fi
  rm -f "$folder/docker.pid"
}

run() {
  claim
  stop_engine
  network
  certificates
  # The engine has a GPU driver where it finds the hook; without GPUs it shall have none.
  rm -f "$folder"/bin/*
  [ ! -s "$folder/state/gpus.csv" ] ||
    install -m 755 "$here/nvidia-container-runtime-hook" "$here/nvidia-smi" "$folder/bin/"
  [ -f "$folder/daemon.json" ] || echo '{}' > "$folder/daemon.json"
  rm -rf "$folder/state/c"
  trap stop_engine EXIT
  trap 'exit 1' INT TERM
  start_engine
  while read -r word; do
    case $word in
      start) start_engine ;;
      stop) stop_engine; echo stopped ;;
    esac
  done
}

down() {
  claim
  stop_engine
  awk -v d="$folder/" 'index($2, d) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount -l
  ip netns del "$namespace" 2>/dev/null || true
  rm -rf "$folder" "$(dirname "$folder")/.k$k"
}

copy() { # neither runs meanwhile; both share the files of the layers, which no engine writes to again
  claim
  exec 8> "$other.lock"
  lock "$other" 8
  is_locked=yes "$here/gpu-host.sh" down "$other"
  mkdir -p "$other/data"
  for each in "$folder"/data/*; do
    case $each in
      */overlay2) cp -al "$each" "$other/data/" ;;
      *) cp -a "$each" "$other/data/" ;;
    esac
  done
  cp "$folder/images" "$other/images"
}

"$verb"

#!/bin/sh
# Tries a bundle as an office does, with the network cut off where the system lets us: install,
# first check, first answer of the server. sh tests/try_bundle.sh BUNDLE.tar.gz
set -eu
bundle=$(realpath "$1")
if [ "${LANTU_OFFLINE:-}" = "" ]; then
    if unshare -rn true 2>/dev/null; then
        LANTU_OFFLINE=yes exec unshare -rn sh "$0" "$bundle"
    fi
    echo "The network cannot be cut off here; the bundle is tried with it." >&2
fi
place=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi; rm -rf "$place"' EXIT
cd "$place"
unset PYTHONPATH LANTU_WORKSPACE LANTU_RECORDS LANTU_LANG
python=${PYTHON:-python3}

if [ "${LANTU_OFFLINE:-}" = yes ]; then
    # the loopback of a new network is down: bring it up without any tool
    "$python" - <<'PY'
import fcntl
import socket
import struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh14x", b"lo", 0x49))
try:
    socket.create_connection(("192.0.2.1", 80), 2)
except OSError as error:
    print(f"cut off: {error}")
PY
fi
tar xzf "$bundle"
sh lantu-bundle-*/install.sh "$place/lantu"
lantu=$place/lantu/bin/lantu
"$lantu" init ws --crs EPSG:4548 --area 590000,2690000,610000,2710000
"$lantu" -w ws check "SRID=4548;POLYGON((600000 2700000,600100 2700000,600100 2700100,600000 2700000))" \
    --out out --format json,html,pdf,xlsx,docx,map
ls out/1
"$lantu" -w ws serve --port 8744 >server.log 2>&1 &
server=$!
"$place/lantu/bin/python" - <<'PY'
import time
import urllib.request
base = "http://127.0.0.1:8744"
for attempt in range(600):
    try:
        urllib.request.urlopen(base + "/readyz").close()
        break
    except OSError:
        time.sleep(0.2)
for path in ("/healthz", "/readyz", "/ogc", "/", "/static/-/vendor/leaflet.js"):
    with urllib.request.urlopen(base + path) as answer:
        print(path, answer.status, len(answer.read()), "bytes")
PY
kill "$server"
wait "$server" || true
server=
echo "The bundle works."

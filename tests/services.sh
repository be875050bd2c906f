#!/bin/sh
# PostGIS is the second witness of the tests, and pages are tried in a real browser. Where one is
# absent and apt and root are at hand it is installed; elsewhere the tests that need it are skipped
# (and fail where CI is set). With the word `postgis` only that is looked after.
set -eu

browser_present() {
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
        command -v google-chrome >/dev/null 2>&1
}

if [ "${1:-}" != postgis ] && ! browser_present; then
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing chromium for the tests" >&2
        apt-get update -qq || true
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium \
            >/dev/null || echo "chromium could not be installed: its tests will be skipped." >&2
    else
        echo "chromium is not installed: the tests in a browser will be skipped." >&2
    fi
fi

postgis_present() {
    for control in /usr/share/postgresql/*/extension/postgis.control; do
        [ -e "$control" ] || continue
        version=$(basename "$(dirname "$(dirname "$control")")")
        [ -x "/usr/lib/postgresql/$version/bin/initdb" ] && return 0
    done
    command -v pg_config >/dev/null 2>&1 &&
        [ -e "$(pg_config --sharedir)/extension/postgis.control" ] &&
        command -v initdb >/dev/null 2>&1
}

if postgis_present; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "PostGIS is not installed: the tests against it will be skipped." >&2
    exit 0
fi
apt-get update -qq || true
package=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' |
    cut -d' ' -f1 | sort -V | tail -n 1)
if [ -z "$package" ]; then
    echo "No package with PostGIS is on offer: the tests against it will be skipped." >&2
    exit 0
fi
echo "Installing $package for the tests" >&2
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null ||
    echo "PostGIS could not be installed: the tests against it will be skipped." >&2

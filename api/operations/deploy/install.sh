#!/bin/sh
# Installs Lantu from this folder: sh install.sh [FOLDER] (default ./lantu). No network is asked.
# PYTHON names another interpreter than python3.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-./lantu}
python=${PYTHON:-python3}

command -v "$python" >/dev/null || { echo "没有找到 $python / $python is not there" >&2; exit 1; }
wanted=$(cat "$here/python.txt")
found=$("$python" -c 'import platform, sys
print("%d.%d" % sys.version_info[:2], sys.platform, platform.machine())')
if [ "$wanted" != "$found" ]; then
    echo "安装包适用于 Python $wanted，当前为 $found；可用 PYTHON=… 指定解释器" >&2
    echo "This bundle is for Python $wanted, this is $found; name another with PYTHON=…" >&2
    exit 1
fi
if [ -e "$target" ] && [ -n "$(ls -A "$target")" ]; then
    echo "$target 已存在且不为空 / $target exists and is not empty" >&2
    exit 1
fi

(cd "$here" && "$python" - <<'PY'
import hashlib
import pathlib
import sys
for line in pathlib.Path("SHA256SUMS").read_text(encoding="utf-8").splitlines():
    told, name = line.split("  ", 1)
    if hashlib.sha256(pathlib.Path(name).read_bytes()).hexdigest() != told:
        sys.exit(f"{name} 校验不符 / {name} is not as it was made")
PY
)
"$python" -m venv --without-pip "$target"
pip=$(echo "$here"/wheels/pip-*.whl)
"$target/bin/python" "$pip/pip" --isolated --disable-pip-version-check install --quiet --no-index \
    --no-cache-dir --find-links "$here/wheels" --require-hashes -r "$here/requirements.txt"
"$target/bin/lantu" --version
cat <<END

已安装到 $target。试用 / Installed in $target. Try:
  $target/bin/lantu demo lantu-demo
  $target/bin/lantu -w lantu-demo/workspace serve
文档 / documents: $here/docs/operations.md
END

"""Small duties on disk: safe names, durable writes, fingerprints, locks, network folders."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

STAGING = ".staging-"
"""Prefix of what is being written; found by the holder of the lock, it is a killed one's rest."""

FULL_DIGEST_BYTES = 16_000_000
"""Up to this size a fingerprint covers every byte; beyond it, size and 64 blocks."""

_BLOCK = 65_536
_BLOCKS = 64
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "davfs", "ncpfs"}


def safe_name(name: str) -> str:
    """Return a file name for any text: itself where harmless, else a slug with a digest.

    Two names never share a file name, not even on a disk that ignores case.
    """
    slug = re.sub(r"[^a-z0-9_.-]", "_", name.lower())[:60].strip(".") or "_"
    if slug == name and not _RESERVED.match(slug) and not re.search(r"-[0-9a-f]{10}$", slug):
        return slug
    return f"{slug}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


def fingerprint(path: Path) -> str:
    """Return `<kind>:<size>:<hex>`: a digest of the whole file, or of samples of a big one.

    The first 16 MB cost some 15 ms and are read whole; a bigger file is known by its size and by
    64 blocks spread evenly from its first to its last byte, which finds truncation, replacement
    and an exchanged header, not one flipped bit in between: that surfaces as an SQLite or WKB
    error when the page is read.
    """
    size = path.stat().st_size
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if size <= FULL_DIGEST_BYTES:
            while block := file.read(1 << 20):
                digest.update(block)
            return f"full:{size}:{digest.hexdigest()}"
        for number in range(_BLOCKS):
            file.seek((size - _BLOCK) * number // (_BLOCKS - 1))
            digest.update(file.read(_BLOCK))
    return f"sampled:{size}:{digest.hexdigest()}"


def sync_file(path: Path) -> None:
    """Bring a file's bytes to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk, where the system can (Windows cannot and need not)."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_durably(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file at once or not at all: staging name, fsync, rename, fsync of the folder."""
    staging = path.with_name(f"{STAGING}{os.getpid()}-{os.urandom(4).hex()}")
    handle = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        staging.replace(path)
    except BaseException:
        staging.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold a folder for one writer among all processes and threads; a killed holder lets go."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+b") as file:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)
            yield


def on_network(folder: Path) -> bool:
    """Whether a folder lies on a network file system, where SQLite's WAL is not safe."""
    if sys.platform == "win32":
        return str(folder.resolve()).startswith("\\\\")
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False  # no such list on this system: a local disk is the common case
    here, best, kind = str(folder.resolve()), "", ""
    for line in mounts.splitlines():
        _, mount, system, *_ = line.split(" ")
        mount = mount.replace("\\040", " ")
        inside = here == mount or here.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best):
            best, kind = mount, system
    return kind in _NETWORK

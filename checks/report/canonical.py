"""The one canonical form of a document: UTF-8, keys sorted, no spaces, no NaN.

A report is written once, member by member: digest and number are taken over the members, then
stand among them in their sorted place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

_encode: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def canonical(value: object) -> bytes:
    """Write a document, or a part of one, in its one form; raises ValueError on NaN or infinity."""
    return _encode(value).encode()


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical document without its `digest`."""
    content = {key: value for key, value in document.items() if key != _SEAL}
    return hashlib.sha256(canonical(content)).hexdigest()


class Members:
    """The members of a document in canonical form; each is written once."""

    def __init__(self, document: Mapping[str, Any], written: Mapping[str, bytes]) -> None:
        self._written = {
            key: written[key] if key in written else canonical(value)
            for key, value in document.items()
        }

    def put(self, key: str, value: object) -> None:
        """Add a member, or write another value for it."""
        self._written[key] = canonical(value)

    def digest(self) -> str:
        """SHA-256 over what is there so far."""
        return hashlib.sha256(_braced(self._run(self._written))).hexdigest()

    def sealed(self) -> tuple[str, bytes]:
        """The digest over all members, and the whole document with it as `digest`."""
        before = self._run(key for key in self._written if key < _SEAL)
        after = self._run(key for key in self._written if key > _SEAL)
        digest = hashlib.sha256(_braced([*before, *after])).hexdigest()
        return digest, _braced([*before, _member(_SEAL, f'"{digest}"'.encode()), *after])

    def _run(self, keys: Iterable[str]) -> list[bytes]:
        return [_member(key, self._written[key]) for key in sorted(keys)]


def list_of(items: Iterable[bytes]) -> bytes:
    """A list of items that are written already."""
    return b"[%b]" % b",".join(items)


def object_of(document: Mapping[str, Any], written: Mapping[str, bytes]) -> bytes:
    """An object some members of which are written already.

    The members between are written in runs, which costs less than one by one.
    """
    runs: list[bytes] = []
    run: dict[str, Any] = {}
    for key in sorted(document):
        if key in written:
            runs += [canonical(run)[1:-1]] if run else []
            runs.append(_member(key, written[key]))
            run = {}
        else:
            run[key] = document[key]
    runs += [canonical(run)[1:-1]] if run else []
    return _braced(runs)


def around(document: Mapping[str, Any], key: str) -> tuple[bytes, bytes]:
    """What stands in an object before and after the value of one of its members."""
    before = {name: value for name, value in document.items() if name < key}
    after = {name: value for name, value in document.items() if name > key}
    start = [canonical(before)[1:-1]] if before else []
    end = [b"", canonical(after)[1:-1]] if after else [b""]
    return b"{%b:" % b",".join([*start, canonical(key)]), b"%b}" % b",".join(end)


_SEAL: Final = "digest"


def _member(key: str, value: bytes) -> bytes:
    return _name(key) + value


@lru_cache(maxsize=1024)
def _name(key: str) -> bytes:
    """A key with its colon: the same few hundred in every report."""
    return canonical(key) + b":"


def _braced(members: Iterable[bytes]) -> bytes:
    return b"{%b}" % b",".join(members)

"""The one canonical form of a document: UTF-8, keys sorted, no spaces, no NaN.

A report is written once, member by member: digest and number are taken over the members, then
stand among them in their sorted place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

_encode: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def canonical(document: Mapping[str, Any]) -> bytes:
    """Write a document in its one canonical form; raises ValueError on NaN or infinity."""
    return text_of(document).encode()


def text_of(value: object) -> str:
    """The canonical text of any part of a document."""
    return _encode(value)


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical document without its `digest`."""
    content = {key: value for key, value in document.items() if key != "digest"}
    return hashlib.sha256(canonical(content)).hexdigest()


class Members:
    """The members of a document as canonical text; each is written once."""

    def __init__(self, document: Mapping[str, Any], written: Mapping[str, str]) -> None:
        self._texts = {
            key: written[key] if key in written else _encode(value)
            for key, value in document.items()
        }

    def put(self, key: str, value: object) -> None:
        """Add a member, or write another value for it."""
        self._texts[key] = _encode(value)

    def digest(self) -> str:
        """SHA-256 over what is there so far."""
        return hashlib.sha256(_object(self._run(self._texts))).hexdigest()

    def sealed(self) -> tuple[str, bytes]:
        """The digest over all members, and the whole document with it as `digest`.

        What stands before it and after it is written once for both.
        """
        before = self._run(key for key in self._texts if key < _SEAL)
        after = self._run(key for key in self._texts if key > _SEAL)
        digest = hashlib.sha256(_object(before, after)).hexdigest()
        return digest, _object(before, f'"{_SEAL}":"{digest}"'.encode(), after)

    def _run(self, keys: Iterable[str]) -> bytes:
        return ",".join(f"{_encode(key)}:{self._texts[key]}" for key in sorted(keys)).encode()


_SEAL: Final = "digest"


def _object(*runs: bytes) -> bytes:
    return b"{" + b",".join(run for run in runs if run) + b"}"


def list_text(items: Iterable[str]) -> str:
    """A list of texts that are canonical themselves."""
    return f"[{','.join(items)}]"


def object_text(document: Mapping[str, Any], written: Mapping[str, str]) -> str:
    """An object some members of which are written already.

    The members between are written in runs, which costs less than one by one.
    """
    runs: list[str] = []
    run: dict[str, Any] = {}
    for key in sorted(document):
        if key in written:
            runs += [_encode(run)[1:-1]] if run else []
            runs.append(f"{_encode(key)}:{written[key]}")
            run = {}
        else:
            run[key] = document[key]
    runs += [_encode(run)[1:-1]] if run else []
    return f"{{{','.join(runs)}}}"


def around(document: Mapping[str, Any], key: str) -> tuple[str, str]:
    """The text of an object before and after the value of one of its members."""
    before = {name: value for name, value in document.items() if name < key}
    after = {name: value for name, value in document.items() if name > key}
    start = [_encode(before)[1:-1]] if before else []
    end = ["", _encode(after)[1:-1]] if after else [""]
    return f"{{{','.join([*start, _encode(key)])}:", f"{','.join(end)}}}"

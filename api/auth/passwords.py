"""Passwords: argon2 hashes, and what a password must be.

Length is asked, not composition: rules about signs make passwords worse. A hash takes memory and
time on purpose; at most two run at once, so that a flood of sign-ins cannot fill the machine.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gis.errors import LantuError, Text

SHORTEST, LONGEST = 10, 200
_AT_ONCE = threading.BoundedSemaphore(2)
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else


class Passwords:
    """Makes and checks hashes with one set of parameters."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
        self._nobodys = self.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """Return the hash to keep."""
        with _AT_ONCE:
            return self._hasher.hash(_plain(password))

    def fits(self, kept: str | None, password: str) -> bool:
        """Whether a password fits a hash; takes as long when there is none to compare with."""
        with _AT_ONCE:
            try:
                self._hasher.verify(kept or self._nobodys, _plain(password))
            except (VerificationError, InvalidHashError):
                return False
        return bool(kept)

    def is_old(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def one_time_password() -> str:
    """Return a password to be changed at the first sign-in: 80 bits, easy to read aloud."""
    signs = "".join(secrets.choice(_READABLE) for _ in range(16))
    return "-".join(signs[start : start + 4] for start in range(0, 16, 4))


def require_good(password: str, *, login: str) -> None:
    """Refuse a password that is too short, too long, the login or one sign repeated.

    Raises
    ------
    LantuError
        `weak_password`, without the password.
    """
    plain = _plain(password)
    if SHORTEST <= len(plain) <= LONGEST and len(set(plain)) > 3 and login not in plain.casefold():
        return
    raise LantuError(
        "weak_password",
        Text(f"密码过于简单（{len(plain)} 个字符）", f"The password is weak ({len(plain)} signs)"),
        Text(
            f"请用 {SHORTEST} 至 {LONGEST} 个字符，不含登录名，至少 4 个不同字符",
            f"Take {SHORTEST} to {LONGEST} signs, four of them different, without the login",
        ),
        where="password",
    )


def _plain(password: str) -> str:
    """Return the one form of a text that keyboards may send in several."""
    return unicodedata.normalize("NFC", password)

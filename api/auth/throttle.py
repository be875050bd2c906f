"""How often one address may fail to sign in: a sliding minute, kept by each process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque

from gis.errors import LantuError, Text

FAILURES_PER_MINUTE = 30
_WINDOW_S = 60.0
_ADDRESSES = 10_000


class Throttle:
    """Counts failures by address; bounded, the longest quiet address is forgotten first."""

    def __init__(self, failures: int = FAILURES_PER_MINUTE) -> None:
        self._failures = failures
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def require(self, address: str) -> None:
        """Refuse an address that failed too often in the last minute.

        Raises
        ------
        LantuError
            `too_many_requests` (429).
        """
        with self._lock:
            seen = self._recent(address)
            if seen is not None and len(seen) >= self._failures:
                raise too_many(self._failures)

    def failed(self, address: str) -> None:
        """Count a failure."""
        with self._lock:
            seen = self._recent(address)
            if seen is None:
                seen = self._seen[address] = deque()
            seen.append(time.monotonic())
            self._seen.move_to_end(address)
            while len(self._seen) > _ADDRESSES:
                self._seen.popitem(last=False)

    def _recent(self, address: str) -> deque[float] | None:
        """Return the failures of the last minute, older ones dropped."""
        seen = self._seen.get(address)
        if seen is None:
            return None
        since = time.monotonic() - _WINDOW_S
        while seen and seen[0] < since:
            seen.popleft()
        return seen


def too_many(limit: int) -> LantuError:
    """Return the refusal of more failures than a minute allows."""
    return LantuError(
        "too_many_requests",
        Text(
            f"一分钟内登录失败超过 {limit} 次",
            f"More than {limit} sign-ins failed within a minute",
        ),
        Text("请一分钟后再试", "Try again in a minute"),
    )

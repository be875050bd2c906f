"""A property worked out once an object; threads with objects of their own never wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Value = TypeVar("Value")


class once(Generic[Value]):  # noqa: N801 - used as a decorator, as `property` is
    """As `functools.cached_property` since Python 3.12.

    That of Python 3.11 holds one lock for all objects of a class: what one check reads, or one
    report draws, all others would wait for. Two threads with the same object may both work it out;
    the later value stays.
    """

    def __init__(self, work: Callable[[Any], Value]) -> None:
        self._work = work
        self.__doc__ = work.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the name under which the object keeps its value."""
        self._name = name

    @overload
    def __get__(self, one: None, owner: type) -> Self: ...

    @overload
    def __get__(self, one: object, owner: type) -> Value: ...

    def __get__(self, one: object | None, owner: type) -> Self | Value:
        """Work the value out and put it in the place of this property."""
        if one is None:
            return self
        value = one.__dict__[self._name] = self._work(one)
        return value

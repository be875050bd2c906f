"""Columns of a feature table: into GeoPackage fields and back, without loss."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Kind = Literal["text", "number", "float", "bool", "json"]
Array = npt.NDArray[Any]

_RESERVED = ("fid", "geom", "class")


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the features, the column that holds it, and how its values are kept.

    `json`: lists, mixed values, and text that a C string cannot carry. `float`: where the store
    does not tell 5.0 from 5, a number that is brought back to a float.
    """

    field: str
    name: str
    kind: Kind

    @property
    def decode(self) -> Callable[[Any], object] | None:
        """Turn a stored, non-null value into the field's value; None: it is stored as it is."""
        if self.kind in {"bool", "float"}:
            return bool if self.kind == "bool" else float
        return json.loads if self.kind == "json" else None


@dataclass(frozen=True, slots=True)
class Encoded:
    """A column ready for GDAL: values and, for integers and booleans, where they are missing."""

    column: Column
    values: Array
    mask: npt.NDArray[np.bool_] | None


def encode(columns: Mapping[str, Array]) -> list[Encoded]:
    """Bring columns to types that a GeoPackage keeps; names made unique whatever their case."""
    taken = set(_RESERVED)
    encoded = []
    for field, values in columns.items():
        name = _free_name(field, taken)
        kind, stored, mask = _encode(np.asarray(values))
        encoded.append(Encoded(Column(field, name, kind), stored, mask))
    return encoded


def _free_name(field: str, taken: set[str]) -> str:
    """SQLite takes `Name` and `name` for one column, and knows no name without characters."""
    base = "".join(sign if sign.isprintable() and sign != '"' else "_" for sign in field) or "_"
    name, number = base, 2
    while name.lower() in taken:
        name, number = f"{base}_{number}", number + 1
    taken.add(name.lower())
    return name


def _encode(values: Array) -> tuple[Kind, Array, npt.NDArray[np.bool_] | None]:
    match values.dtype.kind:
        case "f":
            return "number", values.astype(np.float64), None
        case "i" | "u":
            return "number", values.astype(np.int64), None
        case "b":
            return "bool", values, None
        case "M":
            text = np.datetime_as_string(values).astype(object)
            text[np.isnat(values)] = None
            return "text", text, None
        case "O":
            return _encode_objects(values.tolist())
    return "text", values.astype(object), None


def _plain(value: object) -> object:
    """Python's own value: numpy scalars unwrapped, dates as ISO text, NaN as None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def _encode_objects(values: list[object]) -> tuple[Kind, Array, npt.NDArray[np.bool_] | None]:
    types = set(map(type, values)) - {type(None)}
    if not types <= {str}:
        values = [_plain(value) for value in values]
        types = set(map(type, values)) - {type(None)}
    if types <= {str} and _safe(values):
        return "text", as_objects(values), None
    missing = np.fromiter((value is None for value in values), bool, len(values))
    if types == {bool}:
        return "bool", np.array([bool(value) for value in values]), missing
    if types == {int} and all(abs(value) < 2**63 for value in values if isinstance(value, int)):
        return "number", np.array([value or 0 for value in values], dtype=np.int64), missing
    if types == {float}:
        floats = [math.nan if value is None else value for value in values]
        return "number", np.array(floats, dtype=np.float64), None
    dumped = [None if value is None else json.dumps(value, default=str) for value in values]
    return "json", as_objects(dumped), None


def _safe(values: Iterable[object]) -> bool:
    """Whether every text can stand in a C string as UTF-8."""
    joined = "".join(value for value in values if isinstance(value, str))
    if "\0" in joined:
        return False
    try:
        joined.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def as_objects(values: Iterable[object]) -> Array:
    """Return an array of objects, one a value, whatever the values are."""
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def quoted(name: str) -> str:
    """Return a column name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'

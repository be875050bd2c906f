"""Reading the shipped rules stays quick: a command line pays it at every start."""

from __future__ import annotations

import time

from checks.rulebook.load import load_rulebook
from checks.rulebook.packs import read_pack, shipped_packs
from layers.catalog import shipped_specs

MOST_S = 0.6
"""Four times the aim of 150 ms: the tests share their processors."""


def test_the_national_pack_is_read_quickly() -> None:
    specs = shipped_specs()
    started = time.process_time()
    book = load_rulebook(["cn-base"], {}, layer_specs=specs)
    assert time.process_time() - started < MOST_S
    assert len(book.rules) > 150


def test_the_same_bytes_are_read_once() -> None:
    from checks.rulebook.packs import SHIPPED

    for name in shipped_packs():
        assert read_pack(SHIPPED / name) is read_pack(SHIPPED / name)

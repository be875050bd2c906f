"""Names, fingerprints, locks and durable writes on disk."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import layers.store.catalogue
from layers.store import files
from layers.store.embedded import Workspace
from layers.store.files import exclusive, fingerprint, on_network, safe_name, write_durably
from tests.layers.store_helpers import AREA, draft, make_workspace, square, table


@pytest.mark.parametrize("name", ["o.overlap", "control.blue_line", "2026-q3", "a_b"])
def test_harmless_names_stay(name: str) -> None:
    assert safe_name(name) == name


def test_names_never_meet() -> None:
    names = [
        "a/b",
        "a_b",
        "A_B",
        "a\\b",
        "a b",
        "图",
        "层",
        "",
        ".",
        "..",
        "con",
        "CON",
        "com1.txt",
    ]
    names += ["x" * 60, "x" * 61, "x" * 62, "a:b", "a?b", " a", "a.", "\ud800", "é", "e\u0301"]
    names += [safe_name("a/b"), safe_name("图")]
    made = [safe_name(name) for name in names]
    assert len({name.lower() for name in made}) == len(names)
    for name in made:
        assert name.isascii()
        assert len(name) <= 72
        assert not name.startswith(".")
        assert not name.endswith(".")
        assert name not in {"con", "com1.txt"}
        assert not set(name) & set('/\\:*?"<>| \0')


def test_fingerprint_sees_every_byte_of_a_small_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    data = bytes(range(256)) * 1_000
    path.write_bytes(data)
    first = fingerprint(path)
    assert first.startswith("full:256000:")
    for place in (0, 100_000, 255_999):
        path.write_bytes(
            data[:place] + b"\xff\xfe"[: 1 + (data[place] == 0xFF)] + data[place + 1 :]
        )
        assert fingerprint(path) != first
    path.write_bytes(data)
    assert fingerprint(path) == first


def test_fingerprint_of_a_big_file_sees_both_ends_and_the_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FULL_DIGEST_BYTES", 1_000_000)
    path = tmp_path / "a"
    data = bytearray(b"0123456789" * 600_000)
    path.write_bytes(data)
    first = fingerprint(path)
    assert first.startswith("sampled:6000000:")
    for place in (0, 65_535, len(data) - 1):
        changed = data.copy()
        changed[place] ^= 1
        path.write_bytes(changed)
        assert fingerprint(path) != first
    path.write_bytes(data[:-1])
    assert fingerprint(path) != first


def test_durable_write_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    write_durably(path, b"old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        write_durably(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    inside, most = 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(5):
            with exclusive(tmp_path):
                inside += 1
                most = max(most, inside)
                time.sleep(0.001)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_no_wal_on_a_network_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not on_network(tmp_path)
    local = make_workspace(tmp_path)
    assert (local.path / "catalogue.sqlite-wal").exists()
    local.close()
    monkeypatch.setattr(layers.store.catalogue, "on_network", lambda _: True)
    moved = Workspace.open(local.path)
    assert moved.revision == 1
    assert not (local.path / "catalogue.sqlite-wal").exists()


def test_folder_with_an_odd_name(tmp_path: Path) -> None:
    folder = tmp_path / "a b#c?d%20 蓝图 'q'"
    folder.mkdir()
    workspace = make_workspace(folder, "t.layer")
    edition = workspace.publish(draft("t.layer"), table([square(441000, 2706000)]))
    found = Workspace.open(workspace.path).read(edition, AREA.bounds)
    assert found.ids.tolist() == [1]


def test_a_folder_is_opened_without_the_database_libraries(tmp_path: Path) -> None:
    """They cost a quarter of a second, and a check of one site needs none of them."""
    make_workspace(tmp_path).close()
    code = (
        "import sys\n"
        "from layers.store import open_workspace\n"
        "open_workspace(sys.argv[1]).editions('control.blue_line')\n"
        "heavy = {'sqlalchemy', 'alembic', 'geoalchemy2', 'psycopg'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "ws")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"

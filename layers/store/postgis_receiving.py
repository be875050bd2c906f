"""Take in a copy of a workspace into a database, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from layers.store.database import HEAD
from layers.store.drafts import Payload
from layers.store.packs import files_of
from layers.store.postgis import new_tables, srid_of, store_payload
from layers.store.postgis_files import Blocks, keep_pack, keep_secret
from layers.store.postgres import Postgres, PostgresWrite
from layers.store.receiving import Receiver


class DatabaseReceiver(Receiver):
    """A database being filled."""

    write: PostgresWrite

    def __init__(self, database: Postgres, write: PostgresWrite, crs: str) -> None:
        self.write = write
        self._blocks = Blocks(database)
        self._srid = srid_of(crs)

    def document(self, data: bytes) -> None:
        """Keep a document."""
        self._blocks.put_bytes(self.write, "document", data)

    def pack(self, place: str, folder: Path) -> None:
        """Keep a state of a pack."""
        keep_pack(self.write, self._blocks, place, folder, files_of(folder))

    def secret(self, name: str, value: Mapping[str, object]) -> None:
        """Keep a secret."""
        keep_secret(self.write, name, value)

    def edition(self, row: Mapping[str, Any], payload: Payload) -> tuple[str, str]:  # noqa: ARG002
        """Copy the rows of an edition in."""
        file, mark, _ = store_payload(self.write, self._blocks, payload, self._srid)
        return file, mark


@contextmanager
def receiving(address: str, crs: str) -> Iterator[DatabaseReceiver]:
    """Make the tables and fill them."""
    database = Postgres(address)
    with new_tables(database) as write:
        write.execute("SET LOCAL statement_timeout = 0")
        write.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        write.execute("INSERT INTO store_version (version_num) VALUES (?)", (HEAD,))
        yield DatabaseReceiver(database, write, crs)
        for table in ("ledger", "releases"):
            write.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'sequence'),"
                f" coalesce(max(sequence), 1), count(*) > 0) FROM {table}"
            )
    with database.transaction() as write:
        write.execute("ANALYZE features, pieces")
    database.close()

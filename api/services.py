"""What every request needs: workspace, rules, records; opened once a process, closed at its end."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from api.auth.identities import Identities
from api.auth.passwords import Passwords
from api.auth.throttle import Throttle
from api.records.audit import AuditLog
from api.records.database import Records, records_address
from api.rendered import Rendered
from api.settings import Settings
from checks.rule import Rulebook
from checks.rulebook.load import load_rulebook
from layers.catalog import LayerSpec
from layers.places import is_url
from layers.store import open_workspace

if TYPE_CHECKING:
    from api.auth.provider import Provider
    from api.jobs.runner import JobRunner
    from layers.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Held:
    """A rulebook, and what it was read from; a pack's folder is named by its content."""

    revision: int
    names: tuple[str, ...]
    folders: Mapping[str, Path]
    specs: Mapping[str, LayerSpec]
    book: Rulebook

    def rests_on(
        self, names: tuple[str, ...], folders: Mapping[str, Path], specs: Mapping[str, LayerSpec]
    ) -> bool:
        """Whether reading again would give the same."""
        return (self.names, self.folders, self.specs) == (names, folders, specs)


class Services:
    """The open parts of the service; safe to use from many threads."""

    def __init__(self, settings: Settings, workspace: Workspace, records: Records) -> None:
        self.settings = settings
        self.workspace = workspace
        self.records = records
        self.audit = AuditLog(records)
        self.rendered = Rendered()
        self.identities = Identities(records, session_hours=settings.session_hours)
        self.passwords = Passwords()
        self.throttle = Throttle()
        self.provider = _provider_of(settings)
        self.spool = _spool_of(settings)
        self.jobs: JobRunner | None = None
        self._lock = threading.Lock()
        self._held: _Held | None = None

    @classmethod
    def open(cls, settings: Settings) -> Services:
        """Open workspace and records as the settings name them.

        Raises
        ------
        LantuError
            What opening the workspace refuses; `records_unreachable`.
        """
        workspace = open_workspace(settings.workspace)
        records = Records(records_address(settings))
        records.create()
        return cls(settings, workspace, records)

    def rulebook(self, packs: tuple[str, ...] | None = None) -> Rulebook:
        """The rules of the workspace's packs, or of others; read again when they change."""
        store = self.workspace
        revision = store.revision
        names = tuple(store.packs) if packs is None else packs
        with self._lock:
            held = self._held
            if held is not None and (held.revision, held.names) == (revision, names):
                return held.book
            folders, specs = dict(store.pack_folders()), dict(store.specs())
            if held is not None and held.rests_on(names, folders, specs):
                book = held.book  # the revision was of data, of an assessment, of the ledger
            else:
                book = load_rulebook(names, folders, layer_specs=specs)
            if packs is None:
                self._held = _Held(revision, names, folders, specs, book)
            return book

    def close(self) -> None:
        """Close everything."""
        self.audit.close()
        if self.provider is not None:
            self.provider.close()
        self.workspace.close()
        self.records.close()


def _provider_of(settings: Settings) -> Provider | None:
    """Return the identity provider where one is configured."""
    if not settings.oidc_issuer:
        return None
    from api.auth.provider import Provider

    return Provider(settings)


def _spool_of(settings: Settings) -> Path:
    """Folder of the files that wait for jobs: as set, else in the workspace's folder or at home."""
    if settings.spool:
        return Path(settings.spool)
    if is_url(settings.workspace):
        return Path.home() / ".lantu" / "spool"
    return Path(settings.workspace) / "spool"

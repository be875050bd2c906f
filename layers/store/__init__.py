"""Stores: what a store promises to the checks, and what holds the data."""

from layers.places import Place, is_url, shown
from layers.store.copying import copy_workspace
from layers.store.drafts import EditionDraft, FeatureTable, Payload
from layers.store.opening import create_workspace, open_workspace, upgrade_workspace
from layers.store.protocol import Box, Features, LayerStore

__all__ = [
    "Box",
    "EditionDraft",
    "FeatureTable",
    "Features",
    "LayerStore",
    "Payload",
    "Place",
    "copy_workspace",
    "create_workspace",
    "is_url",
    "open_workspace",
    "shown",
    "upgrade_workspace",
]

"""Stores: what a store promises to the checks, and what holds the data."""

from layers.store.drafts import EditionDraft, FeatureTable, Payload
from layers.store.protocol import Box, Features, LayerStore

__all__ = ["Box", "EditionDraft", "FeatureTable", "Features", "LayerStore", "Payload"]

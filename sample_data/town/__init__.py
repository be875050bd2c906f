"""The town 滨江新区（虚构）: an invented place, drawn from one seed; all names are made up."""

from sample_data.town.build import SEED, Town, build_town

__all__ = ["SEED", "Town", "build_town"]

"""All kinds of jobs: their modules enter them when they are imported."""

from api.jobs import batch_check, publish_layer

MODULES = (batch_check, publish_layer)

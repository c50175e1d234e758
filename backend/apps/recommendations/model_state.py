"""How the model fares, in a word, found without loading more than is needed."""

from enum import StrEnum

from django.conf import settings


class ModelState(StrEnum):
    OK = "ok"
    # As on every new installation; the product goes on with content and popularity.
    MISSING = "missing"
    # Of a format that this version doesn't read.
    OLD = "old"
    BROKEN = "broken"


# What somebody has to look at.
TROUBLES = (ModelState.OLD, ModelState.BROKEN)


def model_state() -> ModelState:
    """Reads the model where there is one and this process has not read it yet."""
    if not settings.RECOMMENDATION_MODEL.exists():
        return ModelState.MISSING
    from apps.recommendations.shelf import own_shelf  # loads NumPy

    return own_shelf().held().state

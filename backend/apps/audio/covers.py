"""Cover pictures from tags and folders: scaled once, and stored below DATA_DIR."""

import logging
import os
import secrets
import warnings
from hashlib import blake2b
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageOps

logger = logging.getLogger(__name__)

# The longest sides in pixels. The last size is written last: if it exists, all sizes exist.
SIZES = (600, 300, 96)
SHOWN_SIZE = 300
KEY_BYTES = 16
MAX_PICTURE_BYTES = 20 * 1024 * 1024
# Decoded, a pixel takes 4 bytes.
MAX_PICTURE_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
QUALITY = 85
WHITE = (255, 255, 255)


def cover_path(key: str, size: int) -> Path:
    return Path(settings.DATA_DIR) / "covers" / key[:2] / f"{key}-{size}.jpg"


def cover_url(key: str) -> str:
    return f"/api/covers/{key}/{SHOWN_SIZE}"


def store_cover(picture: bytes) -> str | None:
    """Stores the picture in all sizes, and returns their key; None if it is no picture or is too large."""
    if not picture or len(picture) > MAX_PICTURE_BYTES:
        return None
    key = blake2b(picture, digest_size=KEY_BYTES).hexdigest()
    if cover_path(key, SIZES[-1]).exists():
        return key
    try:
        image = _decoded(picture)
    except Exception as error:  # decoders may raise anything for invalid data
        logger.debug("A cover cannot be decoded: %s", error)
        return None
    for size in SIZES:
        image.thumbnail((size, size), Image.Resampling.LANCZOS)
        _write(image, cover_path(key, size))
    return key


def _decoded(picture: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns at its own, lower limit; ours is checked next
        image = Image.open(BytesIO(picture), formats=FORMATS)
    if image.width * image.height > MAX_PICTURE_PIXELS:
        raise ValueError("too many pixels")
    image.draft("RGB", (SIZES[0], SIZES[0]))
    upright = ImageOps.exif_transpose(image)
    if not upright.has_transparency_data:
        return upright.convert("RGB")
    flat = Image.new("RGB", upright.size, WHITE)
    drawn = upright.convert("RGBA")
    flat.paste(drawn, mask=drawn)
    return flat


def _write(image: Image.Image, path: Path) -> None:
    """Writes the file atomically."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    with draft.open("xb") as file:
        image.save(file, "JPEG", quality=QUALITY, optimize=True)
    os.replace(draft, path)  # noqa: PTH105 - as everywhere

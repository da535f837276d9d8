"""Pictures as bytes: what kind they are, how large, and smaller ones where a network takes no larger. No files."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from buffer.errors import Code, Refused

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
MOST_BYTES = 10_000_000
MOST_PIXELS = 50_000_000
_SIDES = (None, 2048, 1600, 1200, 900, 600, 400)
_QUALITIES = (90, 80, 65)


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """Bytes with what they are; the size is in pixels, as it is seen."""

    content: bytes
    type: str
    width: int
    height: int


def examine(content: bytes) -> Picture:
    """What these bytes are. Raises Refused for anything but a PNG, JPEG, GIF or WebP that can be opened."""
    image = _opened(content)
    kind = TYPES.get(image.format or "")
    if kind is None:
        raise Refused("Only PNG, JPEG, GIF and WebP pictures can be posted.", Code.BAD_MEDIA_TYPE)
    width, height = ImageOps.exif_transpose(image).size
    return Picture(content=content, type=kind, width=width, height=height)


def within(content: bytes, *, most: int) -> Picture:
    """The picture in at most so many bytes: as it is, or as a JPEG that is no smaller than it has to be. What it says
    of where and with what it was taken stays behind. Raises Refused when nothing helps."""
    picture = examine(content)
    if len(content) <= most:
        return picture
    image = _flat(ImageOps.exif_transpose(_opened(content)))
    for side in _SIDES:
        smaller = image.copy()
        if side:
            smaller.thumbnail((side, side))
        for quality in _QUALITIES:
            written = io.BytesIO()
            smaller.save(written, "JPEG", quality=quality, optimize=True)
            if written.tell() <= most:
                width, height = smaller.size
                return Picture(
                    content=written.getvalue(), type="image/jpeg", width=width, height=height
                )
    raise Refused("The picture cannot be made small enough.", Code.BAD_MEDIA_SIZE)


def _opened(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content))
            if image.width * image.height > MOST_PIXELS:
                raise Refused("The picture has too many pixels.", Code.BAD_MEDIA_SIZE)
            image.load()
    except UnidentifiedImageError as error:
        raise Refused("This is not a picture that can be opened.", Code.BAD_MEDIA_TYPE) from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("The picture is damaged: attach it anew.", Code.BAD_MEDIA_TYPE) from error
    return image


def _flat(image: Image.Image) -> Image.Image:
    """On white: a JPEG knows no transparency."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        whole = image.convert("RGBA")
        ground = Image.new("RGB", whole.size, "white")
        ground.paste(whole, mask=whole.getchannel("A"))
        return ground
    return image.convert("RGB")

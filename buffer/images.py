"""Pictures as bytes: what kind they are, how large, and smaller ones where a network takes no larger. No files."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from buffer.errors import Code, Refused

TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG with a second picture in it, as phones write them
    "GIF": "image/gif",
    "WEBP": "image/webp",
}
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
"""All that is ever opened: some of Pillow's other readers start programs on what strangers send."""

MOST_BYTES = 10_000_000
MOST_PIXELS = 25_000_000
MOST_PIXELS_OF_A_JPEG = 120_000_000
"""A JPEG can be read small, so a phone's 48 or 108 megapixels cost no more than others."""

_ORIENTATION, _ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)
_READ_SMALL = (2048, 2048)
_LARGEST = 8192
_DAMAGED = (
    OSError,
    ValueError,
    SyntaxError,
    KeyError,
    EOFError,
    OverflowError,
    MemoryError,
    struct.error,
    Image.DecompressionBombError,
)
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
    with _opened(content) as image:
        width, height = _as_seen(image)
        kind = TYPES[image.format or ""]
        _load(image)
    return Picture(content=content, type=kind, width=width, height=height)


def within(content: bytes, *, most: int) -> Picture:
    """The picture in at most so many bytes: as it is, or as a JPEG that is no smaller than it has to be. What it says
    of where and with what it was taken stays behind in any case. Raises Refused when nothing helps."""
    picture = examine(content)
    with _opened(content) as image:
        if len(content) <= most and not image.getexif():
            return picture
        _load(image)
        whole = _flat(ImageOps.exif_transpose(image))
    for side in _SIDES:
        smaller = whole.copy()
        smaller.thumbnail((side or _LARGEST, side or _LARGEST))
        for quality in _QUALITIES:
            written = io.BytesIO()
            smaller.save(written, "JPEG", quality=quality, optimize=True)
            if written.tell() <= most:
                width, height = smaller.size
                return Picture(
                    content=written.getvalue(), type="image/jpeg", width=width, height=height
                )
    raise Refused("The picture cannot be made small enough.", Code.BAD_MEDIA_SIZE)


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    """What Pillow trips over on the way is the picture's fault: Refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(content), formats=_FORMATS)
            most = (
                MOST_PIXELS_OF_A_JPEG if TYPES[image.format or ""] == "image/jpeg" else MOST_PIXELS
            )
            if image.width * image.height > most:
                raise Refused("The picture has too many pixels.", Code.BAD_MEDIA_SIZE)
            yield image
    except UnidentifiedImageError as error:
        raise Refused(
            "This is not a picture that can be opened. Only PNG, JPEG, GIF and WebP can be posted.",
            Code.BAD_MEDIA_TYPE,
        ) from error
    except _DAMAGED as error:
        raise Refused("The picture is damaged: attach it anew.", Code.BAD_MEDIA_TYPE) from error


def _load(image: Image.Image) -> None:
    """Read it whole; a JPEG no larger than anybody needs."""
    image.draft("RGB", _READ_SMALL)
    image.load()


def _as_seen(image: Image.Image) -> tuple[int, int]:
    """Its size, turned as whoever took it held the camera."""
    is_turned = image.getexif().get(_ORIENTATION) in _ON_ITS_SIDE
    return (image.height, image.width) if is_turned else (image.width, image.height)


def _flat(image: Image.Image) -> Image.Image:
    """On white: a JPEG knows no transparency."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        whole = image.convert("RGBA")
        ground = Image.new("RGB", whole.size, "white")
        ground.paste(whole, mask=whole.getchannel("A"))
        return ground
    return image.convert("RGB")

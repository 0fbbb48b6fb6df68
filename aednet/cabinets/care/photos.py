"""Photos as people send them, made into pictures that hold nothing but what is to be seen."""

from collections.abc import Mapping
from io import BytesIO
from threading import Lock
from typing import ClassVar, Final

from PIL import Image
from PIL.ExifTags import Base as Tag

from aednet.base.errors import InvalidValue

LARGEST_PHOTO: Final = 8 * 1_048_576  # bytes; what telephones make is rarely half of it
MOST_PIXELS: Final = 50_000_000  # the largest sensors of telephones, in the mode they take pictures in
LONGEST_SIDE: Final = 1_600  # pixels; enough to read the date on a battery
QUALITY: Final = 80
FORMATS: Final = ("JPEG", "PNG", "WEBP")
TURNS: Final[Mapping[int, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # how to bring a picture upright, by what its camera noted (Exif 2.32, 4.6.4, Orientation)

# A picture of 50 megapixels takes 250 MB while it is made smaller; several at once could take all there is.
_one_at_a_time = Lock()


class InvalidPhoto(InvalidValue):
    """What was sent is no photo that can be kept; `fault` is `too_large` or `unreadable`."""

    code: ClassVar[str] = "invalid_photo"

    def __init__(self, fault: str) -> None:
        super().__init__("The photo cannot be used.", fields={"photo": fault})
        self.fault = fault


def clean_photo(sent: bytes) -> bytes:
    """Return a photo as a JPEG of at most 1,600 pixels, upright, and without any metadata.

    It is made anew from the pixels: place, time, owner, colour profile and whatever else a file carries stay
    behind. What kind of file it is, is read from its bytes: JPEG, PNG or WebP.

    Raises:
        InvalidPhoto: it is larger than 8 MB or 50 megapixels, or cannot be read as one of these.
    """
    if len(sent) > LARGEST_PHOTO:
        raise InvalidPhoto("too_large")
    with _one_at_a_time:
        try:
            return _made_anew(sent)
        except InvalidPhoto:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise InvalidPhoto("too_large") from error
        except Exception as error:  # a broken file fails in as many ways as there are decoders
            raise InvalidPhoto("unreadable") from error


def _made_anew(sent: bytes) -> bytes:
    with Image.open(BytesIO(sent), formats=FORMATS) as photo:
        if photo.width * photo.height > MOST_PIXELS:  # known from the head; nothing is unpacked yet
            raise InvalidPhoto("too_large")
        turn = TURNS.get(photo.getexif().get(Tag.Orientation, 1))
        smaller = _small(photo)
    picture = Image.new("RGB", smaller.size, "white")  # a new one has no metadata to pass on
    picture.paste(smaller, mask=smaller.getchannel("A") if smaller.mode == "RGBA" else None)
    picture = picture if turn is None else picture.transpose(turn)
    made = BytesIO()
    picture.save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()


def _small(photo: Image.Image) -> Image.Image:
    """Return a picture as RGB or RGBA, its longer side at most 1,600 pixels."""
    photo.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # JPEG unpacks in an eighth of the work
    # Taking single pixels needs no second copy of a large picture, as all other ways of making it smaller do.
    photo.thumbnail((2 * LONGEST_SIDE, 2 * LONGEST_SIDE), Image.Resampling.NEAREST, reducing_gap=None)
    is_clear = photo.has_transparency_data
    smaller = photo.convert("RGBA" if is_clear else "RGB")
    smaller.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return smaller

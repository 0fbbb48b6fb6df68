from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from aednet.cabinets.care.photos import LARGEST_PHOTO, InvalidPhoto, clean_photo

SECRET = b"Piet Voorbeeld"
KEPT_SEGMENTS = {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}  # JFIF, tables, frame, scan; no Exif, no ICC, no comment


def picture(form: str = "JPEG", *, mode: str = "RGB", size: tuple[int, int] = (80, 60), **more: Any) -> bytes:
    """Return a picture whose left half is red and whose right half is blue, where its mode has colours."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    made = BytesIO()
    image.convert(mode).save(made, form, **more)
    return made.getvalue()


def with_metadata() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 43.0, 28.0)
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    return picture(exif=exif, comment=SECRET, xmp=xmp, icc_profile=SECRET * 20)


def segments(jpeg: bytes) -> set[int]:
    """Return the markers of a JPEG up to its first scan."""
    found, at = set(), 2
    assert jpeg[:2] == b"\xff\xd8"
    while True:
        assert jpeg[at] == 0xFF
        found.add(jpeg[at + 1])
        if jpeg[at + 1] == 0xDA:
            return found
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(BytesIO(jpeg))
    assert image.format == "JPEG"
    image.load()
    return image


def test_nothing_is_kept_of_a_photo_but_what_is_to_be_seen() -> None:
    sent = with_metadata()
    assert sent.count(SECRET) >= 4
    made = clean_photo(sent)
    assert SECRET not in made
    assert segments(made) == KEPT_SEGMENTS
    assert not opened(made).getexif()
    assert not {"exif", "icc_profile", "xmp", "comment"} & opened(made).info.keys()


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "LA"),
        ("WEBP", "RGB"),
        ("WEBP", "RGBA"),
    ],
)
def test_each_kind_of_photo_becomes_a_jpeg_in_colour(form: str, mode: str) -> None:
    image = opened(clean_photo(picture(form, mode=mode)))
    assert (image.mode, image.size) == ("RGB", (80, 60))
    if mode in {"RGB", "RGBA", "CMYK", "P"}:
        red, blue = image.getpixel((10, 30)), image.getpixel((70, 30))
        assert red[0] - red[2] > 90
        assert blue[2] - blue[0] > 90


def test_what_can_be_seen_through_becomes_white() -> None:
    made = BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(made, "PNG")
    assert opened(clean_photo(made.getvalue())).getpixel((20, 20)) == (255, 255, 255)


@pytest.mark.parametrize(("size", "wanted"), [((4_000, 3_000), (1_600, 1_200)), ((900, 3_200), (450, 1_600))])
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_large_photo_becomes_smaller_and_keeps_its_shape(
    form: str, size: tuple[int, int], wanted: tuple[int, int]
) -> None:
    assert opened(clean_photo(picture(form, size=size))).size == wanted


@pytest.mark.parametrize(
    ("orientation", "where_red_is"),
    [
        (1, "left"),
        (2, "right"),
        (3, "right"),
        (4, "left"),
        (5, "top"),
        (6, "top"),
        (7, "bottom"),
        (8, "bottom"),
    ],
)
def test_a_photo_stands_as_its_camera_was_held(orientation: int, where_red_is: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = opened(clean_photo(picture(exif=exif)))
    assert image.size == ((80, 60) if orientation < 5 else (60, 80))
    middle_x, middle_y = image.width // 2, image.height // 2
    spots = {
        "left": (5, middle_y),
        "right": (image.width - 5, middle_y),
        "top": (middle_x, 5),
        "bottom": (middle_x, image.height - 5),
    }
    reddest = max(spots, key=lambda spot: image.getpixel(spots[spot])[0] - image.getpixel(spots[spot])[2])
    assert reddest == where_red_is


def test_what_a_photo_is_called_or_claims_to_be_does_not_matter_and_other_files_are_refused() -> None:
    gif = picture("GIF", mode="P")
    for sent in (
        b"",
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        gif,
        picture("TIFF"),
        picture("BMP"),
    ):
        with pytest.raises(InvalidPhoto) as refusal:
            clean_photo(sent)
        assert (refusal.value.fault, refusal.value.fields) == ("unreadable", {"photo": "unreadable"})


def test_a_photo_that_is_too_large_in_bytes_or_in_pixels_is_refused() -> None:
    bomb = BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    large = BytesIO()
    Image.new("1", (10_001, 5_000)).save(large, "PNG")
    for sent in (picture() + b"\0" * LARGEST_PHOTO, bomb.getvalue(), large.getvalue()):
        with pytest.raises(InvalidPhoto) as refusal:
            clean_photo(sent)
        assert refusal.value.fault == "too_large"


SAMPLES = [with_metadata(), picture("PNG", mode="P"), picture("WEBP", mode="RGBA"), picture(progressive=True)]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_a_broken_photo_is_refused_or_made_anew_and_never_fails_otherwise(
    sample: bytes, data: st.DataObject
) -> None:
    broken = bytearray(sample)
    for _ in range(data.draw(st.integers(0, 8))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    sent = bytes(broken[: data.draw(st.integers(0, len(broken)))])
    try:
        made = clean_photo(sent)
    except InvalidPhoto:
        return
    assert SECRET not in made
    assert segments(made) == KEPT_SEGMENTS

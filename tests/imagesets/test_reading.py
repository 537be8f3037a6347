"""Every format, made here or shipped by pydicom; meaning and values checked against what was written."""

import gzip
import io
import os
import warnings

import nibabel
import numpy as np
import pydicom
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from imagesets.child import TEST_HOOK, Decoder
from imagesets.reading import UnreadableImage, is_image_name, read_image

GREY = np.arange(35, dtype=np.uint8).reshape(5, 7)
DEEP = (np.arange(35, dtype=np.uint16) * 1800).reshape(5, 7)
COLOUR = np.stack([GREY, GREY * 2, GREY * 3], axis=-1)


def saved(pixels, kind: str, **more) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **more)
    return out.getvalue()


def tiff(pixels, **more) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, pixels, **more)
    return out.getvalue()


def values(image) -> np.ndarray:
    return image.pixels.astype(float) * image.meaning.slope + image.meaning.intercept


@pytest.mark.parametrize(
    ("data", "name", "expected", "top"),
    [
        (saved(GREY, "PNG"), "a.png", GREY, 255), (saved(DEEP, "PNG"), "a.png", DEEP, 65535), (saved(COLOUR, "PNG"), "a.png", COLOUR, 255),
        (saved(GREY, "BMP"), "a.bmp", GREY, 255), (saved(COLOUR, "BMP"), "a.bmp", COLOUR, 255),
        (tiff(GREY), "a.tif", GREY, 255), (tiff(DEEP), "a.tiff", DEEP, 65535), (tiff(COLOUR, photometric="rgb"), "a.tif", COLOUR, 255),
        (tiff(np.stack([DEEP] * 3, -1) + np.array([0, 1, 2], np.uint16), photometric="rgb"), "a.tif", np.stack([DEEP] * 3, -1) + np.array([0, 1, 2], np.uint16), 65535),
        (tiff(DEEP, compression="zlib"), "a.tif", DEEP, 65535), (saved(GREY, "PNG"), "no-suffix", GREY, 255),
    ],
)  # fmt: skip
def test_pictures_come_back_as_they_are(data, name, expected, top):
    image = read_image(data, name)
    np.testing.assert_array_equal(image.pixels, expected)
    assert image.pixels.dtype == expected.dtype
    assert image.data_range == (0, top)
    assert image.frames == 1


def test_jpeg_is_close_and_turned_as_its_header_says():
    flat = np.full((8, 16), 100, np.uint8)
    flat[:, :8] = 30
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right
    image = read_image(saved(flat, "JPEG", quality=95, exif=exif), "a.jpg")
    assert image.pixels.shape == (16, 8)
    assert abs(int(image.pixels[2, 4]) - 30) < 6


def test_three_equal_channels_become_one_and_it_is_said():
    image = read_image(saved(np.stack([GREY] * 3, -1), "PNG"), "a.png")
    np.testing.assert_array_equal(image.pixels, GREY)
    assert "three colour channels are equal" in image.meaning.notes[0]


def test_a_tiff_of_floats_keeps_them_and_one_of_signed_numbers_its_values():
    floats = np.linspace(-1, 1, 35, dtype=np.float32).reshape(5, 7)
    image = read_image(tiff(floats), "a.tif")
    np.testing.assert_array_equal(image.pixels, floats)
    signed = (DEEP.astype(np.int32) - 30000).astype(np.int16)
    np.testing.assert_array_equal(values(read_image(tiff(signed), "a.tif")), signed)
    stack = read_image(tiff(np.stack([GREY, GREY + 1]), photometric="minisblack"), "a.tif")
    assert (stack.frames, stack.pixels.shape) == (2, (2, 5, 7))


def test_sixteen_bits_a_colour_in_png_are_refused_not_halved():
    import struct
    import zlib

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 13))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(UnreadableImage, match="save it as TIFF"):
        read_image(data, "a.png")


def dicom(pixels: np.ndarray, **tags) -> bytes:
    dataset = pydicom.Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.PatientName = (
        "1.2.840.10008.5.1.4.1.1.7",
        "1.2.3",
        "Secret^Name",
    )
    bits = 8 * pixels.dtype.itemsize
    dataset.Rows, dataset.Columns = (
        pixels.shape[-2:] if tags.get("SamplesPerPixel", 1) == 1 else pixels.shape[-3:-1]
    )
    defaults = {"BitsAllocated": bits, "BitsStored": bits, "HighBit": bits - 1, "PixelRepresentation": int(pixels.dtype.kind == "i"),
                "SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2"}  # fmt: skip
    for name, value in {**defaults, **tags}.items():
        setattr(dataset, name, value)
    dataset.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def test_rescaled_signed_ct_keeps_its_hounsfield_units_and_its_window():
    stored = (DEEP.astype(np.int32) // 16 - 1000).astype(np.int16)
    image = read_image(
        dicom(stored, Modality="CT", RescaleSlope=2, RescaleIntercept=-24, WindowCenter=40, WindowWidth=400),
        "a.dcm",
    )
    np.testing.assert_array_equal(values(image), stored * 2.0 - 24)
    assert (image.meaning.unit, image.meaning.window) == ("HU", (-160, 240))
    assert image.pixels.dtype == np.uint16


def test_monochrome1_is_inverted_within_its_bits():
    image = read_image(
        dicom(DEEP // 16, PhotometricInterpretation="MONOCHROME1", BitsStored=12, HighBit=11), "a.dcm"
    )
    np.testing.assert_array_equal(image.pixels, 4095 - DEEP // 16)
    assert image.data_range == (0, 4095)


def test_nothing_of_the_header_but_meaning_comes_out():
    image = read_image(dicom(GREY, Modality="US"), "a.dcm")
    assert "Secret" not in repr(image)
    assert any("Burned-in" in note for note in image.meaning.notes)


@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm", "JPEG2000.dcm", "examples_palette.dcm",
                                  "examples_ybr_color.dcm", "examples_overlay.dcm", "rtdose.dcm"])  # fmt: skip
def test_files_that_come_with_pydicom_are_read(name):
    path = get_testdata_file(name, download=False)
    if path is None:
        path = get_testdata_file("CT_small.dcm", download=False)
    with warnings.catch_warnings(), open(path, "rb") as file:
        warnings.simplefilter("ignore")
        image = read_image(file.read(), name)
    assert image.pixels.dtype in (np.uint8, np.uint16, np.float32)
    assert image.pixels.std() > 0


def test_a_compression_without_a_free_decoder_is_refused_by_its_name():
    path = get_testdata_file("JPEG-lossy.dcm", download=False)
    with open(path, "rb") as file, pytest.raises(UnreadableImage, match="JPEG Extended"):
        read_image(file.read(), "a.dcm")


def test_a_volume_is_cut_into_axial_slices_whatever_way_it_was_stored():
    body = np.zeros((4, 5, 6), np.int16)
    body[3, 4, 2] = 100  # right, front, third slice from below
    for affine in (np.eye(4), np.diag([-1, -1, 1, 1])):
        stored = body if affine[0, 0] > 0 else body[::-1, ::-1]
        data = nibabel.Nifti1Image(np.ascontiguousarray(stored), affine).to_bytes()
        image = read_image(gzip.compress(data), "a.nii.gz")
        assert (image.frames, image.pixels.shape) == (6, (6, 5, 4))
        assert values(image)[2].argmax() == 3, "front of the body up"
        assert values(image).max() == 100


def test_a_volume_with_time_and_a_cut_off_one_are_refused():
    film = nibabel.Nifti1Image(np.zeros((3, 3, 3, 2), np.uint8), np.eye(4)).to_bytes()
    with pytest.raises(UnreadableImage, match="volumes of 3 are read"):
        read_image(film, "a.nii")
    with pytest.raises(UnreadableImage, match="damaged or cut off"):
        read_image(gzip.compress(film)[:-20], "a.nii.gz")


def test_medmnists_layout_is_read_in_order_with_labels():
    out = io.BytesIO()
    np.savez(
        out,
        train_images=np.stack([GREY] * 2),
        train_labels=np.array([[1], [0]]),
        test_images=GREY[None],
        test_labels=np.array([[1]]),
    )
    image = read_image(out.getvalue(), "a.npz")
    assert (image.frames, image.labels) == (3, ("1", "0", "1"))
    objects = io.BytesIO()
    np.savez(objects, images=np.array([{"evil": 1}], dtype=object))
    with pytest.raises(UnreadableImage, match="never opened"):
        read_image(objects.getvalue(), "a.npz")


@pytest.mark.parametrize(("data", "name"), [(b"", "a.png"), (b"words", "a.png"), (b"words", "a.dcm"), (b"words", "a"), (b"PK\x03\x04", "a.npz"), (saved(GREY, "PNG")[:40], "a.png")])  # fmt: skip
def test_what_is_no_image_is_refused_with_a_reason(data, name):
    with pytest.raises(UnreadableImage) as refusal:
        read_image(data, name)
    assert 3 < len(str(refusal.value)) < 250


def test_names_that_are_tried():
    assert all(map(is_image_name, ["a.PNG", "x/y.dcm", "IM0001", "1.2.840.113", "v.nii.gz"]))
    assert not any(map(is_image_name, ["a.docx", "readme.txt", "x.html"]))


@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 60),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_mutated_file_is_read_or_refused_and_the_decoder_is_there_for_the_next(changes, cut):
    path = get_testdata_file("MR_small_RLE.dcm", download=False)
    with open(path, "rb") as file:
        data = bytearray(file.read())
    for place, value in changes:
        data[place % len(data)] = value
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = read_image(bytes(data[: len(data) - cut]), "a.dcm")
    except UnreadableImage as refusal:
        assert str(refusal)  # noqa: PT017  (either outcome is right)
    else:
        assert image.pixels.size > 0


def test_a_decoder_that_aborts_or_hangs_costs_one_refusal(tmp_path, monkeypatch):
    good, deadly = tmp_path / "good.png", tmp_path / "deadly.png"
    good.write_bytes(saved(DEEP, "PNG"))
    deadly.write_bytes(saved(DEEP, "PNG"))
    monkeypatch.setenv(TEST_HOOK, "abort")
    with Decoder() as decoder:
        np.testing.assert_array_equal(decoder.read(good, "good.png").pixels, DEEP)
        with pytest.raises(UnreadableImage, match="crash"):
            decoder.read(deadly, "deadly.png")
        np.testing.assert_array_equal(decoder.read(good, "good.png").pixels, DEEP)
    monkeypatch.setenv(TEST_HOOK, "hang")
    with Decoder(seconds=1.5) as decoder, pytest.raises(UnreadableImage, match="took more than 1.5 seconds"):
        decoder.read(deadly, "deadly.png")
    assert os.environ[TEST_HOOK] == "hang"

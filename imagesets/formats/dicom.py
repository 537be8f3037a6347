"""DICOM: pixels by pydicom and its native decoders; the header gives the meaning of values and is then forgotten.

Rescale slope and intercept stay a meaning (stored values are lossless); modality tables, palettes, MONOCHROME1 and colour
spaces are resolved, since stored values mean nothing without them. The window is kept as a suggestion for display only.
"""

import io
import zlib
from typing import Any

import numpy as np

from .common import (
    Meaning,
    ReadImage,
    UnreadableImage,
    as_float,
    as_unsigned,
    check_size,
    one_channel_if_equal,
)

DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
SUSPECT_MODALITIES = ("US", "SC", "OT", "XC", "ES")  # often have text burned into the pixels


def looks_like_dicom(data: bytes) -> bool:
    return data[128:132] == b"DICM"


def read_dicom(data: bytes) -> ReadImage:
    dataset = _parsed(data)
    stored = _decoded(dataset)
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    try:
        if dataset.get("SamplesPerPixel", 1) == 3 or "PALETTE" in dataset.get(
            "PhotometricInterpretation", ""
        ):
            return _colour(dataset, stored, frames)
        return _grey(dataset, stored, frames)
    except UnreadableImage:
        raise
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableImage(f"its header contradicts its pixels ({_short(error)})") from error


def _parsed(data: bytes) -> Any:
    import pydicom

    try:
        dataset = pydicom.dcmread(io.BytesIO(data), force=True)
        has_pixels = any(name in dataset for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"))
        known = len(dataset) > 0
        if has_pixels:
            _name_syntax(dataset)
            sides = [int(dataset.Rows), int(dataset.Columns), int(dataset.get("NumberOfFrames", 1) or 1)]
            check_size(int(np.prod(sides, dtype=object)))
    except UnreadableImage:
        raise
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableImage(f"it is damaged or no image file ({_short(error)})") from error
    if not known or (not has_pixels and "SOPClassUID" not in dataset and not looks_like_dicom(data)):
        raise UnreadableImage("it is no image of a kind that is read here")
    if not has_pixels:
        raise UnreadableImage(
            "it is DICOM without pixels: a report or structure, or cut off before the image"
        )
    return dataset


def _name_syntax(dataset: Any) -> None:
    """Files without a preamble say no transfer syntax; uncompressed pixels then follow from how the header was read."""
    import pydicom
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    if not hasattr(dataset, "file_meta") or dataset.file_meta is None:
        dataset.file_meta = pydicom.dataset.FileMetaDataset()
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, little = dataset.original_encoding
        plain = (
            ImplicitVRLittleEndian
            if implicit
            else (ExplicitVRLittleEndian if little else ExplicitVRBigEndian)
        )
        dataset.file_meta.TransferSyntaxUID = plain


def _decoded(dataset: Any) -> np.ndarray:
    try:
        if str(dataset.file_meta.TransferSyntaxUID) == DEFLATED_FRAMES:
            _inflate_frames(dataset)
        return dataset.pixel_array
    except MemoryError:
        raise
    except Exception as error:
        syntax = getattr(dataset.file_meta.TransferSyntaxUID, "name", "unknown")
        raise UnreadableImage(
            f"its pixels ({syntax}) are damaged, cut off or of a kind that is not read ({_short(error)})"
        ) from error


def _inflate_frames(dataset: Any) -> None:
    """Deflated Image Frame Compression (supplement 244) is zlib's raw stream in each fragment; pydicom has no decoder yet."""
    from pydicom.encaps import generate_frames
    from pydicom.uid import ExplicitVRLittleEndian

    count = int(dataset.get("NumberOfFrames", 1) or 1)
    bits = (
        int(dataset.BitsAllocated)
        * int(dataset.Rows)
        * int(dataset.Columns)
        * int(dataset.get("SamplesPerPixel", 1))
    )
    expected = -(-bits // 8)
    frames = []
    for frame in generate_frames(dataset.PixelData, number_of_frames=count):
        frames.append(zlib.decompressobj(-zlib.MAX_WBITS).decompress(frame, expected + 8)[:expected])
    if int(dataset.BitsAllocated) == 1 and bits % 8:
        rows = [np.unpackbits(np.frombuffer(frame, np.uint8), bitorder="little")[:bits] for frame in frames]
        joined = np.packbits(np.concatenate(rows), bitorder="little").tobytes()
    else:
        joined = b"".join(frames)
    dataset.PixelData = joined + b"\0" * (len(joined) % 2)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset["PixelData"].is_undefined_length = False


def _notes(dataset: Any) -> tuple[str, ...]:
    if str(dataset.get("BurnedInAnnotation", "")).upper() == "YES":
        return (
            "Burned-in text: the file says that its pixels hold text, which may name the patient. Look before you share.",
        )
    if str(dataset.get("Modality", "")) in SUSPECT_MODALITIES and "BurnedInAnnotation" not in dataset:
        return (
            "Burned-in text: pictures of this modality often hold some, and the file does not say. Look before you share.",
        )
    return ()


def _colour(dataset: Any, stored: np.ndarray, frames: int) -> ReadImage:
    from pydicom.pixels import apply_color_lut

    notes = _notes(dataset)
    if "PALETTE" in dataset.PhotometricInterpretation:
        stored = apply_color_lut(stored, dataset)[..., :3]
        stored = (
            (stored >> 8).astype(np.uint8) if stored.dtype == np.uint16 and _is_spread(stored) else stored
        )
    stored, slope, top, more = _fitted_colours(stored)
    stored, equal = one_channel_if_equal(stored)
    if frames == 1 and stored.ndim == 4:
        stored = stored[0]
    meaning = Meaning(slope=slope, notes=(*notes, *more, *equal))
    return ReadImage(np.ascontiguousarray(stored), (0.0, top), frames, meaning)


def _is_spread(stored: np.ndarray) -> bool:
    """A palette of 8-bit colours written into 16 bits, as n * 256 or n * 257."""
    return bool((stored % 257 == 0).all() or (stored % 256 == 0).all())


def _fitted_colours(stored: np.ndarray) -> tuple[np.ndarray, float, float, tuple[str, ...]]:
    if stored.dtype.itemsize <= 2:
        top = float(np.iinfo(stored.dtype).max)
        return stored.astype(stored.dtype.newbyteorder("=")), 1.0, top, ()
    for dtype, step in ((np.uint8, 16843009), (np.uint16, 65537)):  # 8 or 16 bits spread evenly over 32
        if (stored % step == 0).all():
            return (stored // step).astype(dtype), float(step), 4294967295.0, ()
    return stored.astype(np.float32), 1.0, 4294967295.0, ("Its 32-bit colours are kept to 24 bits.",)


def _grey(dataset: Any, stored: np.ndarray, frames: int) -> ReadImage:
    notes = _notes(dataset)
    if stored.dtype.kind == "f":
        pixels = as_float(stored)
        meaning = Meaning(unit="values of the file", window=_window(dataset), notes=notes)
        return ReadImage(pixels, (float(pixels.min()), float(pixels.max())), frames, meaning)
    bits, signed = (
        int(dataset.get("BitsStored", dataset.BitsAllocated)),
        int(dataset.get("PixelRepresentation", 0)),
    )
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    low, high = min(low, int(stored.min())), max(high, int(stored.max()))
    slope, intercept, unit, stored, low, high = _modality(dataset, stored, low, high)
    if dataset.get("PhotometricInterpretation") == "MONOCHROME1":
        stored, notes = (
            low + high - stored.astype(np.int64),
            (*notes, "Stored with white as the lowest value; inverted."),
        )
    if int(stored.max()) - int(stored.min()) > 65535:  # doses and other quantities in 32 bits
        physical = as_float(stored.astype(np.float64) * slope + intercept)
        ends = float(physical.min()), float(physical.max())
        return ReadImage(
            physical,
            ends,
            frames,
            Meaning(unit, window=_window(dataset), notes=(*notes, "Its 32-bit values are kept to 24 bits.")),
        )
    pixels, slope, intercept = as_unsigned(stored, low, high, slope, intercept)
    ends = [intercept, slope * (high - low) + intercept]
    meaning = Meaning(unit, slope, intercept, _window(dataset), notes)
    return ReadImage(np.ascontiguousarray(pixels), (min(ends), max(ends)), frames, meaning)


def _modality(
    dataset: Any, stored: np.ndarray, low: int, high: int
) -> tuple[float, float, str, np.ndarray, int, int]:
    """(slope, intercept, unit, stored, low, high): rescale stays a meaning, a modality table is applied."""
    source = _functional_group(dataset, "PixelValueTransformationSequence")
    if "ModalityLUTSequence" in dataset:
        from pydicom.pixels import apply_modality_lut

        stored = np.asarray(apply_modality_lut(stored, dataset))
        return 1.0, 0.0, "values of its table", stored, int(stored.min()), int(stored.max())
    slope, intercept = source.get("RescaleSlope"), source.get("RescaleIntercept")
    if slope is None or float(slope) == 0:
        return 1.0, 0.0, "stored grey levels", stored, low, high
    kind = str(source.get("RescaleType", "")) or (
        "HU" if dataset.get("Modality") == "CT" else "rescaled values"
    )
    return float(slope), float(intercept or 0), kind, stored, low, high


def _functional_group(dataset: Any, name: str) -> Any:
    """Enhanced multi-frame objects keep such facts in functional groups, shared by all frames as a rule."""
    for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        if dataset.get(groups) and name in dataset[groups][0]:
            found = dataset[groups][0][name]
            if found.value:
                return found[0]
    return dataset


def _window(dataset: Any) -> tuple[float, float] | None:
    """(low, high) of the first suggested window, in physical values."""
    source = _functional_group(dataset, "FrameVOILUTSequence")
    try:
        centre, width = (_first(source.get(name)) for name in ("WindowCenter", "WindowWidth"))
    except (TypeError, ValueError):
        return None
    if centre is None or width is None or width < 1:
        return None
    return centre - width / 2, centre + width / 2


def _first(value: Any) -> float | None:
    if value is None or value == "":
        return None
    return float(value[0] if hasattr(value, "__len__") and not isinstance(value, str) else value)


def _short(error: Exception) -> str:
    words = " ".join(str(error).split())
    return words[:110] or type(error).__name__

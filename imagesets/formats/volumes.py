"""NIfTI volumes by slice, and NumPy archives in MedMNIST's layout."""

import gzip
import io
import zipfile

import numpy as np

from .common import Meaning, ReadImage, UnreadableImage, as_float, as_unsigned, check_size

MOST_BYTES = 2 * 1024**3  # of what a compressed file may hold


def read_nifti(data: bytes) -> ReadImage:
    """Axial slices, feet to head, front of the body up: the volume is first turned to the closest of the standard axes."""
    import nibabel

    if data[:2] == b"\x1f\x8b":
        data = _unzipped(data)
    try:
        image = nibabel.as_closest_canonical(nibabel.Nifti1Image.from_stream(io.BytesIO(data)))
        shape = tuple(side for side in image.shape)
        while len(shape) > 3 and shape[-1] == 1:
            shape = shape[:-1]
        if len(shape) != 3:
            raise UnreadableImage(
                f"it has {len(shape)} dimensions {shape}; volumes of 3 are read. Take it apart by time first"
            )
        check_size(int(np.prod(shape)))
        stored = np.asanyarray(
            image.dataobj.get_unscaled() if hasattr(image.dataobj, "get_unscaled") else image.dataobj
        )
        slope, intercept = _scale(image)
    except UnreadableImage:
        raise
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableImage(f"it is damaged or no NIfTI volume ({str(error)[:120]})") from error
    slices = np.ascontiguousarray(np.transpose(stored.reshape(shape), (2, 1, 0))[:, ::-1, :])
    return _volume(slices, slope, intercept)


def _unzipped(data: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(data)) as file:
            opened = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, ValueError) as error:
        raise UnreadableImage("its compression is damaged or cut off") from error
    except Exception as error:  # zlib.error is no OSError
        raise UnreadableImage("its compression is damaged or cut off") from error
    if len(opened) > MOST_BYTES:
        raise UnreadableImage("it unpacks to more than 2 GB")
    return opened


def _scale(image) -> tuple[float, float]:
    slope, intercept = image.header.get_slope_inter()
    if slope is None:
        slope, intercept = getattr(image.dataobj, "slope", 1.0), getattr(image.dataobj, "inter", 0.0)
    return float(slope or 1.0), float(intercept or 0.0)


def _volume(slices: np.ndarray, slope: float, intercept: float) -> ReadImage:
    note = (f"{len(slices)} axial slices, feet to head.",)
    if slices.dtype.kind == "f":
        pixels = as_float(slices * slope + intercept)
        limits = float(pixels.min()), float(pixels.max())
        meaning = Meaning(unit="values of the file", notes=note)
        return ReadImage(pixels if len(slices) > 1 else pixels[0], limits, len(slices), meaning)
    if slices.dtype.kind not in "iu":
        raise UnreadableImage(f"its voxels are of type {slices.dtype}, which is no grey level")
    limits = np.iinfo(slices.dtype)
    pixels, slope, intercept = as_unsigned(slices, int(limits.min), int(limits.max), slope, intercept)
    meaning = Meaning(unit="values of the file", slope=slope, intercept=intercept, notes=note)
    values = [float(end) * slope + intercept for end in (pixels.min(), pixels.max())]
    return ReadImage(
        pixels if len(slices) > 1 else pixels[0], (min(values), max(values)), len(slices), meaning
    )


SPLITS = ("train", "val", "test")


def read_npz(data: bytes) -> ReadImage:
    """`images` and `labels`, or MedMNIST's train_images, train_labels, val_..., test_..., one after another."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise UnreadableImage("it unpacks to more than 2 GB")
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files if name.endswith(("images", "labels", "masks"))}
            names = list(file.files)
    except UnreadableImage:
        raise
    except MemoryError:
        raise
    except Exception as error:
        raise UnreadableImage(
            f"it is damaged, or holds Python objects, which are never opened ({str(error)[:120]})"
        ) from error
    stems = [s for s in ("", *(f"{split}_" for split in SPLITS)) if f"{s}images" in arrays]
    if not stems:
        raise UnreadableImage(
            f"it holds {', '.join(names[:6]) or 'nothing'}; needed is images, or train_images and so on"
        )
    images = np.concatenate([_stack(arrays[f"{stem}images"]) for stem in stems])
    check_size(images.size)
    labels = _labels(arrays, stems, images)
    limits = np.iinfo(images.dtype) if images.dtype.kind in "iu" else None
    if limits is None:
        pixels = as_float(images)
        return ReadImage(
            pixels,
            (float(pixels.min()), float(pixels.max())),
            len(pixels),
            Meaning(unit="values of the file"),
            labels,
        )
    pixels, slope, intercept = as_unsigned(images, int(limits.min), int(limits.max), 1.0, 0.0)
    top = intercept + float(np.iinfo(pixels.dtype).max)
    meaning = Meaning(slope=slope, intercept=intercept)
    masks = _masks(arrays, stems, images)
    return ReadImage(
        pixels if len(pixels) > 1 else pixels[0], (intercept, top), len(pixels), meaning, labels, masks
    )


def _masks(arrays: dict[str, np.ndarray], stems: list[str], images: np.ndarray) -> np.ndarray | None:
    if not all(f"{stem}masks" in arrays for stem in stems):
        return None
    masks = np.concatenate([arrays[f"{stem}masks"] for stem in stems])
    if masks.shape != images.shape[:3] or masks.dtype != np.uint8:
        raise UnreadableImage(
            f"its masks have shape {masks.shape} and type {masks.dtype}; needed is {images.shape[:3]} of uint8"
        )
    return masks


def _stack(images: np.ndarray) -> np.ndarray:
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if (
        images.ndim not in (3, 4)
        or (images.ndim == 4 and images.shape[3] != 3)
        or images.dtype.kind not in "iuf"
        or not len(images)
    ):
        raise UnreadableImage(
            f"its images have shape {images.shape} and type {images.dtype}; needed is (n, h, w) or (n, h, w, 3) of numbers"
        )
    return images


def _labels(arrays: dict[str, np.ndarray], stems: list[str], images: np.ndarray) -> tuple[str, ...] | None:
    if not all(f"{stem}labels" in arrays for stem in stems):
        return None
    rows = [
        row for stem in stems for row in arrays[f"{stem}labels"].reshape(len(arrays[f"{stem}images"]), -1)
    ]
    if len(rows) != len(images):
        raise UnreadableImage(f"it has {len(images)} images and {len(rows)} labels")
    return tuple("+".join(map(str, row)) for row in rows)

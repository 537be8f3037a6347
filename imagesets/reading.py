"""Bytes of any image file -> pixels and what their values mean. Pure: no Django, no database.

Native decoders run in here, and damaged files have made them abort: a site calls this through `imagesets.child`.
"""

from .formats.common import Meaning, ReadImage, UnreadableImage
from .formats.dicom import looks_like_dicom, read_dicom
from .formats.pictures import read_picture
from .formats.volumes import read_nifti, read_npz

__all__ = ["Meaning", "ReadImage", "UnreadableImage", "is_image_name", "read_image"]

PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".dib")
DICOM = (".dcm", ".dicom", ".dic", ".ima")
NIFTI = (".nii", ".nii.gz")
SUFFIXES = (*PICTURES, *DICOM, *NIFTI, ".npz")
MAGIC = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+", b"BM")


def is_image_name(name: str) -> bool:
    """Whether a file of this name is tried. DICOM files often have no suffix, or digits after a dot."""
    last = name.lower().rsplit("/", 1)[-1]
    suffix = last.rpartition(".")[2] if "." in last else ""
    return last.endswith(SUFFIXES) or not suffix or suffix.isdigit()


def read_image(data: bytes, name: str) -> ReadImage:
    """What `data`, called `name`, shows; the content decides where content and name disagree.

    Returns pixels (h, w), (h, w, 3) or, with several frames, (frames, h, w[, 3]) as uint8, uint16 or float32, lossless;
    data_range, the physical values that the format can hold; frames; meaning (unit, slope, intercept, window, notes).
    Raises UnreadableImage with a plain reason.
    """
    lower = name.lower()
    if not data:
        raise UnreadableImage("it is empty")
    if looks_like_dicom(data) or lower.endswith(DICOM):
        return read_dicom(data)
    if lower.endswith(NIFTI):
        return read_nifti(data)
    if lower.endswith(".npz"):
        return read_npz(data)
    if data.startswith(MAGIC) or lower.endswith(PICTURES):
        return read_picture(data)
    return read_dicom(data)

"""The image sets' jobs."""

from jobs.progress import Progress

from .intake import read_files


def import_files(
    progress: Progress, *, image_set_pk: int, token: str, labels_from_folders: bool = True
) -> None:
    read_files(progress, image_set_pk=image_set_pk, token=token, labels_from_folders=labels_from_folders)

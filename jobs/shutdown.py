"""Whether this process has been asked to end: set by the worker's signal handler, read by every Progress."""

import threading

_requested = threading.Event()


def request() -> None:
    _requested.set()


def is_requested() -> bool:
    return _requested.is_set()

"""One function over many things by several processes, for work whose small steps hold the interpreter. Results keep their order."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import connection, get_context, parent_process
from typing import TypeVar

from .base import Ended

Thing = TypeVar("Thing")
Result = TypeVar("Result")
# Things a process that wait for it or for their turn; so many are held in memory beside those at work.
AHEAD = 4


def in_order(
    function: Callable[[Thing], Result], things: Iterable[Thing], processes: int
) -> Iterator[Result]:
    """function(thing) of each, as `map` gives them: what it raises is raised in its turn. Function and things are pickled.

    Processes stay for the next call and end with this one, also where it is killed. Raises Ended.
    """
    waiting: deque[Future[Result]] = deque()
    try:
        pool = _pool(processes)
        for thing in things:
            waiting.append(pool.submit(function, thing))
            if len(waiting) > AHEAD * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        _pool.cache_clear()
        raise Ended(
            "One of the processes was ended from outside, perhaps because memory ran short. Start again, with --threads 1 if it comes "
            "back; what was finished is kept."
        ) from error
    finally:
        for future in waiting:
            future.cancel()


@cache
def _pool(processes: int) -> ProcessPoolExecutor:
    """New interpreters: a copy of this one would share its locks and, in a service, its connections."""
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    from ..features import keep_freed_memory

    threading.Thread(target=_end_with_parent, daemon=True).start()
    keep_freed_memory()


def _end_with_parent() -> None:
    """A killed parent tells nobody, and its children would wait for work for ever."""
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)

class CannotAnalyse(ValueError):
    """The quantity is not defined for what was given; the message says what was given and what is needed."""


def check_interval_level(level: float) -> None:
    if not 0 < level < 1:
        raise CannotAnalyse(f"The level is {level}; it lies between 0 and 1.")

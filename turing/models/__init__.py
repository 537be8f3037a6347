from .amendment import Amendment
from .reading import Answer, EndAnswer, Reader, Session, Stage, Trial, new_key, new_token
from .results import Cue, ImportedStudy, KeptReport
from .study import Case, Role, Slice, Study, Supply, Truth, new_seed, simple_design

__all__ = [
    "Amendment", "Answer", "Case", "Cue", "EndAnswer", "ImportedStudy", "KeptReport", "Reader", "Role", "Session", "Slice", "Stage", "Study", "Supply", "Trial", "Truth",
    "new_key", "new_seed", "new_token", "simple_design",
]  # fmt: skip

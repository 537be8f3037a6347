"""Where the optional real data lie: a folder `shared` beside the checkout. Tests that need it skip where it is absent."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
DATA = SHARED / "data"
REFERENCES = SHARED / "references"

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="real images are not beside this checkout (../shared/data)"
)
needs_references = pytest.mark.skipif(
    not REFERENCES.is_dir(), reason="reference numbers are not beside this checkout (../shared/references)"
)

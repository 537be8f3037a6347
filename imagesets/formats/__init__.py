"""One file per family of formats. Pure: bytes in, arrays and their meaning out."""

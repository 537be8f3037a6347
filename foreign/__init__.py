"""Networks that others made, as ONNX files: checked before they are opened, run in a child that can do nothing else.

    arriving    a file as it comes in, copied aside
    wire        protobuf bytes -> plain values, strictly
    checking    what may stand in a file, and what a file says of itself
    operators   the operators that are allowed
    confining   what the child gives up before it looks at a file
    runtime     ONNX Runtime, silenced
    child       the program of the child
    network     the caller's side: open a file, run it, close it

Pure: no Django. Of a stranger's file only the child opens anything.
"""

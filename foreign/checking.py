"""What may stand in a foreign ONNX file, judged from its bytes before anything opens it.

One self-contained file: operators of ONNX's own domain out of `operators.ALLOWED`, dense tensors that lie inside the file,
sizes under the limits below. The check is the cheap half: what a computation needs when it runs is limited by the child's
confinement, which does not depend on it.
"""

from dataclasses import dataclass
from math import prod
from typing import Any

from .format import DTYPES, FIELD_OF, SCHEMA
from .operators import ALLOWED
from .refusal import Refused, _
from .wire import Reader, count, damaged, integers

MOST_BYTES = 1024**3
MOST_NODES = 20_000
MOST_TENSORS = 10_000
MOST_ELEMENTS = 2**28  # of one tensor: 1 GiB as float32
MOST_DIMENSIONS = 8
OPSETS = range(7, 27)
OURS = ("", "ai.onnx")
SUBGRAPHS = ("If", "Loop", "Scan", "SequenceMap")
ATTRIBUTES = {1, 2, 3, 4, 6, 7, 8}  # FLOAT INT STRING TENSOR FLOATS INTS STRINGS


@dataclass(frozen=True)
class Port:
    """An input or output: None in `shape` where the file leaves a length open."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]


@dataclass(frozen=True)
class Description:
    """What a file says of itself."""

    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    opset: int
    nodes: int
    parameters: int  # numbers in its stored tensors


def check(data: bytes | memoryview) -> Description:
    """Description of a file that may be opened. Raises Refused with the first reason why it may not."""
    if len(data) > MOST_BYTES:
        raise Refused(TOO_LARGE, bytes=f"{len(data):,}", most=f"{MOST_BYTES:,}")
    model = Reader(SCHEMA).read(memoryview(data), "Model")
    graph = model.get("graph")
    if graph is None:
        raise damaged("it holds no graph")
    _refuse_parts(model, graph)
    opset = _opset(model)
    stored = _stored(graph)
    nodes = graph.get("node", [])
    if not 1 <= len(nodes) <= MOST_NODES:
        raise Refused(NODES, given=f"{len(nodes):,}", most=f"{MOST_NODES:,}")
    constants = dict(stored)
    for node in nodes:
        _check_node(node, constants)
    inputs = tuple(_port(value) for value in graph.get("input", []) if value.get("name") not in stored)
    outputs = tuple(_port(value) for value in graph.get("output", []))
    if not outputs:
        raise damaged("it has no output")
    parameters = sum(prod(_dims(tensor)) for tensor in stored.values())
    return Description(inputs, outputs, opset, len(nodes), parameters)


TOO_LARGE = _("It has %(bytes)s bytes; at most %(most)s are taken.")
NODES = _("It has %(given)s operators; 1 to %(most)s are taken.")
TENSORS = _("It stores %(given)s tensors; at most %(most)s are taken.")
OPSET = _(
    "It is written in ONNX's operator set %(given)s; %(low)s to %(high)s are taken. Export it again with one of those."
)
FUNCTIONS = _(
    "It defines functions of its own. Export it without them: every operator must stand in the graph itself."
)
TRAINING = _("It carries a training graph. Export it for inference.")
SPARSE = _("It stores sparse tensors. Export it with dense ones.")
EXTERNAL = _("The tensor %(name)s lies in another file. Save the network as one self-contained file.")
DOMAIN = _("It uses the operator %(operator)s of the domain %(domain)s. Only ONNX's own operators are taken.")
LOOPS = _(
    "It uses the operator %(operator)s, which runs a graph inside the graph. Export it with the sizes fixed."
)
OPERATOR = _("It uses the operator %(operator)s, which is not among the %(count)s that are taken.")
SIZE = _("The tensor %(name)s has %(elements)s elements; at most %(most)s are taken.")
ASKS = _(
    "It asks for a tensor of %(elements)s numbers (%(bytes)s bytes) by %(operator)s; at most %(most)s numbers are taken."
)
KIND = _("%(name)s has a type that is not taken. Taken are dense tensors of %(allowed)s.")
ALLOWED_DTYPES = ", ".join(name for name, _size in DTYPES.values())


def _refuse_parts(model: dict[str, Any], graph: dict[str, Any]) -> None:
    for place, name, words in (
        (model, "functions", FUNCTIONS),
        (model, "training_info", TRAINING),
        (graph, "sparse_initializer", SPARSE),
    ):
        if place.get(name):
            raise Refused(words)


def _opset(model: dict[str, Any]) -> int:
    versions = [
        entry.get("version", 0) for entry in model.get("opset_import", []) if entry.get("domain", "") in OURS
    ]
    if len(versions) != 1 or versions[0] not in OPSETS:
        given = ", ".join(map(str, versions)) or "0"
        raise Refused(OPSET, given=given, low=OPSETS[0], high=OPSETS[-1])
    return versions[0]


def _stored(graph: dict[str, Any]) -> dict[str, dict[str, Any]]:
    tensors = graph.get("initializer", [])
    if len(tensors) > MOST_TENSORS:
        raise Refused(TENSORS, given=f"{len(tensors):,}", most=f"{MOST_TENSORS:,}")
    for tensor in tensors:
        _check_tensor(tensor)
    return {tensor.get("name", ""): tensor for tensor in tensors}


def _check_tensor(tensor: dict[str, Any]) -> None:
    name = short(tensor.get("name", ""))
    if tensor.get("data_location") or tensor.get("external_data"):
        raise Refused(EXTERNAL, name=name)
    if tensor.get("data_type") not in DTYPES or "segment" in tensor:
        raise Refused(KIND, name=name, allowed=ALLOWED_DTYPES)
    elements = prod(_dims(tensor))
    if elements > MOST_ELEMENTS:
        raise Refused(SIZE, name=name, elements=f"{elements:,}", most=f"{MOST_ELEMENTS:,}")
    if elements != _elements_there(tensor):
        raise damaged(f"the tensor {name} does not hold the numbers that its shape promises")


def _elements_there(tensor: dict[str, Any]) -> int:
    data_type = tensor["data_type"]
    if "raw_data" in tensor:
        size = DTYPES[data_type][1]
        return len(tensor["raw_data"]) // size if len(tensor["raw_data"]) % size == 0 else -1
    name = FIELD_OF[data_type]
    return count(tensor.get(name, []), {"float_data": 4, "double_data": 8}.get(name, 0))


def _dims(tensor: dict[str, Any]) -> list[int]:
    dims = integers(tensor.get("dims", []))
    if len(dims) > MOST_DIMENSIONS or any(side < 0 for side in dims):
        raise damaged("a tensor has a shape that cannot be")
    return dims


def _check_node(node: dict[str, Any], constants: dict[str, dict[str, Any]]) -> None:
    operator, domain = node.get("op_type", ""), node.get("domain", "")
    if domain not in OURS:
        raise Refused(DOMAIN, operator=short(operator), domain=short(domain))
    if operator in SUBGRAPHS:
        raise Refused(LOOPS, operator=operator)
    if operator not in ALLOWED:
        raise Refused(OPERATOR, operator=short(operator), count=len(ALLOWED))
    for attribute in node.get("attribute", []):
        _check_attribute(attribute, operator)
        if operator == "Constant" and "t" in attribute:
            constants.update(dict.fromkeys(node.get("output", []), attribute["t"]))
    place = {"ConstantOfShape": 0, "Expand": 1}.get(operator)
    if place is not None:
        _check_asked(node, operator, place, constants)


def _check_attribute(attribute: dict[str, Any], operator: str) -> None:
    unwanted = {
        "g",
        "graphs",
        "tensors",
        "tp",
        "type_protos",
        "sparse_tensor",
        "sparse_tensors",
        "ref_attr_name",
    }
    if unwanted & attribute.keys() or attribute.get("type", 1) not in ATTRIBUTES:
        raise Refused(LOOPS if {"g", "graphs"} & attribute.keys() else OPERATOR_PART, operator=operator)
    if "t" in attribute:
        _check_tensor(attribute["t"])


OPERATOR_PART = _("The operator %(operator)s has an attribute of a kind that is not taken.")


def _check_asked(
    node: dict[str, Any], operator: str, place: int, constants: dict[str, dict[str, Any]]
) -> None:
    """A shape that is written in the file: how much it asks for is known before anything runs."""
    inputs = node.get("input", [])
    tensor = constants.get(inputs[place]) if len(inputs) > place else None
    if tensor is None or tensor.get("data_type") != 7:
        return
    sides = _int64(tensor)
    elements = prod(max(side, 0) for side in sides)
    if elements > MOST_ELEMENTS:
        raise Refused(
            ASKS,
            operator=operator,
            elements=f"{elements:,}",
            bytes=f"{4 * elements:,}",
            most=f"{MOST_ELEMENTS:,}",
        )


def _int64(tensor: dict[str, Any]) -> list[int]:
    if "raw_data" not in tensor:
        return integers(tensor.get("int64_data", []))
    raw = bytes(tensor["raw_data"][:512])
    return [int.from_bytes(raw[start : start + 8], "little", signed=True) for start in range(0, len(raw), 8)]


def _port(value: dict[str, Any]) -> Port:
    name, tensor = value.get("name", ""), value.get("type", {}).get("tensor_type")
    if tensor is None or tensor.get("elem_type") not in DTYPES:
        raise Refused(KIND, name=short(name), allowed=ALLOWED_DTYPES)
    dimensions = tensor.get("shape", {}).get("dim", [])
    if len(dimensions) > MOST_DIMENSIONS:
        raise damaged("a tensor has a shape that cannot be")
    shape = tuple(
        side if 0 < (side := dimension.get("dim_value", 0)) <= MOST_ELEMENTS else None
        for dimension in dimensions
    )
    return Port(short(name), DTYPES[tensor["elem_type"]][0], shape)


def short(name: str) -> str:
    """A name from a file as a sentence may show it."""
    return "".join(letter if letter.isprintable() else "?" for letter in name[:80])

"""What stands in a file, judged before it is opened: each refusal, and bytes of every kind."""

import numpy as np
import onnx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from foreign import checking
from foreign.checking import check
from foreign.format import SCHEMA
from foreign.operators import ALLOWED
from foreign.refusal import Refused
from foreign.wire import Reader, integers, varint

from .files import affine, asks, conditional, endless, model, value

X, Y = value("x", ["n", 3]), value("y", ["n", 3])
RELU = helper.make_node("Relu", ["x"], ["y"])


def nested(depth: int) -> bytes:
    """Graphs inside graphs inside graphs."""
    graph = helper.make_graph([RELU], "g", [], [Y])
    for _level in range(depth):
        graph = helper.make_graph([helper.make_node("If", ["x"], ["y"], then_branch=graph, else_branch=helper.make_graph([], "e", [], []))], "g", [], [Y])  # fmt: skip
    return model(list(graph.node), [X], [Y])


def external() -> bytes:
    out = onnx.load_from_string(affine())
    tensor = next(t for t in out.graph.initializer if t.name == "w")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return out.SerializeToString()


def promises(*dims: int) -> bytes:
    out = onnx.load_from_string(affine())
    out.graph.initializer[0].ClearField("dims")
    out.graph.initializer[0].dims.extend(dims)
    return out.SerializeToString()


def with_function() -> bytes:
    body = helper.make_function(
        "mine", "F", ["a"], ["b"], [helper.make_node("Relu", ["a"], ["b"])], [helper.make_opsetid("", 17)]
    )
    node = helper.make_node("F", ["x"], ["y"], domain="mine")
    return model([node], [X], [Y], functions=[body], imports=[helper.make_opsetid("mine", 1)])


def sparse() -> bytes:
    tensor = helper.make_sparse_tensor(
        numpy_helper.from_array(np.ones(1, np.float32), "s"),
        numpy_helper.from_array(np.zeros(1, np.int64), "i"),
        [10**12],
    )
    return model([RELU], [X], [Y], sparse=[tensor])


def text() -> bytes:
    node = helper.make_node(
        "Constant", [], ["y"], value=helper.make_tensor("t", TensorProto.STRING, [1], [b"a"])
    )
    return model([node], [X], [Y])


REFUSED = {
    "custom domain": (model([helper.make_node("Relu", ["x"], ["y"], domain="com.microsoft")], [X], [Y]), "domain com.microsoft"),
    "If": (nested(1), "runs a graph inside the graph"),
    "nested graphs": (nested(18), "runs a graph inside the graph"),
    "Loop": (model([helper.make_node("Loop", [], ["y"], body=helper.make_graph([], "b", [], []))], [X], [Y]), "operator Loop"),
    "Scan": (model([helper.make_node("Scan", ["x"], ["y"], num_scan_inputs=1)], [X], [Y]), "operator Scan"),
    "a hidden graph": (model([helper.make_node("Relu", ["x"], ["y"], body=helper.make_graph([], "b", [], []))], [X], [Y]), "graph inside"),
    "chance": (model([helper.make_node("RandomNormalLike", ["x"], ["y"])], [X], [Y]), "operator RandomNormalLike, which is not"),
    "unknown": (model([helper.make_node("Explode", ["x"], ["y"])], [X], [Y]), "operator Explode, which is not"),
    "functions": (with_function(), "functions of its own"),
    "sparse": (sparse(), "sparse tensors"),
    "external": (external(), "lies in another file"),
    "text": (text(), "type that is not taken"),
    "old": (model([RELU], [X], [Y], opset=6), "operator set 6; 7 to 26"),
    "new": (model([RELU], [X], [Y], opset=99), "operator set 99"),
    "empty": (model([], [X], [Y]), "0 operators"),
    "huge": (promises(2**40, 2**20), "at most 268,435,456"),
    "negative": (promises(-1, 3), "shape that cannot be"),
    "too short": (promises(3, 17), "does not hold the numbers"),
    "many sides": (promises(*[1] * 9), "shape that cannot be"),
    "160 GB": (asks(200_000, 200_000), "40,000,000,000 numbers"),
    "overflowing": (asks(2**62, 4), "numbers"),
    "no graph": (onnx.ModelProto(ir_version=8).SerializeToString(), "no graph"),
    "nothing": (b"", "no graph"),
    "two graphs": (affine() + affine(), "two values"),
    "a pickle": (b"\x80\x04\x95\x10\x00\x00\x00", "damaged"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_may_not_stand_in_a_file(name):
    data, words = REFUSED[name]
    with pytest.raises(Refused, match=words):
        check(data)


@pytest.mark.parametrize(
    "data", [affine(), conditional(), conditional(one_hot=True), endless(products=50), asks(4, 4)]
)
def test_honest_files_are_described_as_onnx_describes_them(data):
    found, theirs = check(data), onnx.load_from_string(data)
    stored = {tensor.name: tensor for tensor in theirs.graph.initializer}
    assert [port.name for port in found.inputs] == [
        v.name for v in theirs.graph.input if v.name not in stored
    ]
    assert [port.name for port in found.outputs] == [v.name for v in theirs.graph.output]
    assert found.nodes == len(theirs.graph.node)
    assert found.opset == theirs.opset_import[0].version
    assert found.parameters == sum(numpy_helper.to_array(tensor).size for tensor in stored.values())


def test_every_allowed_operator_is_onnx_own():
    known = {schema.name for schema in onnx.defs.get_all_schemas_with_history() if schema.domain == ""}
    assert set(ALLOWED) <= known
    graphs = {s.name for s in onnx.defs.get_all_schemas_with_history() if any(a.type.name.startswith("GRAPH") for a in s.attributes.values())}  # fmt: skip
    assert not ALLOWED & graphs
    assert not {name for name in ALLOWED if name.startswith(("Random", "Sequence", "Optional", "String"))}


def test_the_format_is_that_of_onnx():
    """Each field of the messages that are read: number, name, and whether it repeats, against ONNX's own descriptors."""
    theirs = {"Model": "ModelProto", "Graph": "GraphProto", "Node": "NodeProto", "Attribute": "AttributeProto", "Tensor": "TensorProto",
              "Value": "ValueInfoProto", "Opset": "OperatorSetIdProto", "Entry": "StringStringEntryProto", "Shape": "TensorShapeProto"}  # fmt: skip
    for ours, name in theirs.items():
        fields = {f.number: (f.name, f.is_repeated) for f in getattr(onnx, name).DESCRIPTOR.fields}
        assert fields == {number: (field.name, field.many) for number, field in SCHEMA[ours].items()}, name


def test_too_many_of_anything(monkeypatch):
    monkeypatch.setattr(checking, "MOST_NODES", 10)
    with pytest.raises(Refused, match="54 operators; 1 to 10"):
        check(endless(products=50))
    monkeypatch.setattr(checking, "MOST_TENSORS", 1)
    with pytest.raises(Refused, match="stores 2 tensors"):
        check(affine())
    monkeypatch.setattr(checking, "MOST_BYTES", 100)
    with pytest.raises(Refused, match="at most 100 are taken"):
        check(affine())


def read_or_refuse(data: bytes) -> None:
    """Any other exception fails the test."""
    try:
        check(data)
    except Refused as refusal:
        assert str(refusal)  # noqa: PT017  (either outcome is right)


@given(st.binary(max_size=400))
@example(b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")
@settings(max_examples=300, deadline=None)
def test_any_bytes(data):
    read_or_refuse(data)


@given(
    st.integers(0, 10**6),
    st.integers(0, 255),
    st.sampled_from([affine(), conditional(), nested(2), external(), sparse()]),
)
@settings(max_examples=400, deadline=None)
def test_a_file_with_one_byte_changed(place, byte, data):
    changed = bytearray(data)
    changed[place % len(data)] = byte
    read_or_refuse(bytes(changed))


@given(st.integers(0, 10**6), st.sampled_from([affine(), conditional(), nested(2)]))
@settings(max_examples=100, deadline=None)
def test_a_file_cut_short(length, data):
    with pytest.raises(Refused):
        check(data[: length % len(data)])


@given(st.lists(st.integers(-(2**62), 2**62), max_size=8))
@settings(max_examples=100, deadline=None)
def test_any_shape(dims):
    read_or_refuse(promises(*dims))
    read_or_refuse(asks(*dims))


def test_depth_without_end_is_refused():
    """A shape cannot nest, an attribute's graph is not read: only a schema that nests could recurse, and it is stopped."""
    from foreign.wire import Field

    schema = {"A": {1: Field("a", "A", many=True)}}
    data = b""
    for _level in range(200):
        length = len(data)
        data = b"\x0a" + bytes([length & 0x7F | 0x80, length >> 7]) + data
    with pytest.raises(Refused, match="nested too deep"):
        Reader(schema).read(memoryview(data), "A")


@given(st.integers(-(2**63), 2**63 - 1))
def test_numbers_are_read_as_they_were_written(number):
    rest, data = number & (2**64 - 1), bytearray()
    while rest > 0x7F:
        data.append(rest & 0x7F | 0x80)
        rest >>= 7
    data.append(rest)
    assert varint(memoryview(bytes(data)), 0) == (number, len(data))
    assert integers([memoryview(bytes(data))]) == [number]

"""ONNX files for tests, honest and hostile."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper, numpy_helper


def value(name: str, shape: list[Any], kind: int = T.FLOAT) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def model(
    nodes: list[Any],
    inputs: list[Any],
    outputs: list[Any],
    stored: dict[str, np.ndarray] | None = None,
    **more: Any,
) -> bytes:
    tensors = [numpy_helper.from_array(array, name) for name, array in (stored or {}).items()]
    graph = helper.make_graph(
        nodes, "g", inputs, outputs, tensors, **{"sparse_initializer": more.pop("sparse", [])}
    )
    opset = [helper.make_opsetid("", more.pop("opset", 17)), *more.pop("imports", [])]
    return helper.make_model(graph, opset_imports=opset, ir_version=9, **more).SerializeToString()


def affine(latent: int = 3, side: int = 4, channels: int = 1, batch: Any = "n", seed: int = 0) -> bytes:
    """tanh(z W) as a picture: the smallest generator."""
    weights = np.random.default_rng(seed).normal(size=(latent, channels * side * side)).astype(np.float32)
    nodes = [
        helper.make_node("MatMul", ["z", "w"], ["flat"]),
        helper.make_node("Tanh", ["flat"], ["bent"]),
        helper.make_node("Reshape", ["bent", "shape"], ["image"]),
    ]
    shape = np.array([-1, channels, side, side])
    return model(
        nodes,
        [value("z", [batch, latent])],
        [value("image", [batch, channels, side, side])],
        {"w": weights, "shape": shape},
    )


def conditional(classes: int = 2, one_hot: bool = False, side: int = 4) -> bytes:
    """Every picture of a class is flat, at the class's number / 10; z is only added with weight 0."""
    kind, shape = (T.FLOAT, ["n", classes]) if one_hot else (T.INT64, ["n"])
    weights = np.zeros((1, side * side), np.float32)
    nodes = [helper.make_node("MatMul", ["z", "w"], ["flat"])]
    if one_hot:
        numbers = (np.arange(classes, dtype=np.float32) / 10).reshape(-1, 1)
        nodes.append(helper.make_node("MatMul", ["y", "numbers"], ["level"]))
    else:
        numbers = (np.arange(classes, dtype=np.float32) / 10).reshape(-1, 1)
        nodes.append(helper.make_node("Gather", ["numbers", "y"], ["level"]))
    nodes += [
        helper.make_node("Add", ["flat", "level"], ["sum"]),
        helper.make_node("Reshape", ["sum", "shape"], ["image"]),
    ]
    stored = {"w": weights, "numbers": numbers, "shape": np.array([-1, 1, side, side])}
    return model(
        nodes, [value("z", ["n", 1]), value("y", shape, kind)], [value("image", ["n", 1, side, side])], stored
    )


def asks(*sides: int) -> bytes:
    """ConstantOfShape of a shape that stands in the file, as small as a file can be."""
    out = onnx.ModelProto(ir_version=8)
    out.opset_import.add().version = 13
    node = out.graph.node.add(op_type="ConstantOfShape", input=["s"], output=["y"])
    assert node.op_type
    out.graph.initializer.add(dims=[len(sides)], data_type=T.INT64, int64_data=sides, name="s")
    output = out.graph.output.add(name="y")
    output.type.tensor_type.elem_type = T.FLOAT
    return out.SerializeToString()


def asks_when_it_runs(side: int = 200_000) -> bytes:
    """As asks(side, side), but the shape is computed, so that no look at the file can tell."""
    nodes = [
        helper.make_node("Mul", ["half", "two"], ["shape"]),
        helper.make_node("ConstantOfShape", ["shape"], ["huge"]),
        helper.make_node("ReduceMax", ["huge"], ["top"], keepdims=0),
        helper.make_node("Add", ["z", "top"], ["y"]),
    ]
    stored = {"half": np.array([side // 2, side // 2]), "two": np.array([2, 2])}
    return model(nodes, [value("z", ["n", 3])], [value("y", ["n", 3])], stored)


def endless(side: int = 1500, products: int = 20_000 - 4) -> bytes:
    """A chain of matrix products, from an input so that nothing can be computed ahead: hours of one processor."""
    nodes = [
        helper.make_node("ReduceMean", ["z"], ["mean"], keepdims=0),
        helper.make_node("Expand", ["mean", "shape"], ["m0"]),
        *(helper.make_node("MatMul", [f"m{i}", "m0"], [f"m{i + 1}"]) for i in range(products)),
        helper.make_node("ReduceMax", [f"m{products}"], ["top"], keepdims=0),
        helper.make_node("Add", ["z", "top"], ["y"]),
    ]
    return model(nodes, [value("z", ["n", 3])], [value("y", ["n", 3])], {"shape": np.array([side, side])})

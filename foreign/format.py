"""The messages of an ONNX file, by the field numbers of onnx.proto (IR version 14)."""

from .wire import Field, Schema

_META = Field("metadata_props", "Entry", many=True)

SCHEMA: Schema = {
    "Model": {
        1: Field("ir_version", "int"), 2: Field("producer_name", "text"), 3: Field("producer_version", "text"),
        4: Field("domain", "text"), 5: Field("model_version", "int"), 6: Field("doc_string", "text"), 7: Field("graph", "Graph"),
        8: Field("opset_import", "Opset", many=True), 14: _META, 20: Field("training_info", "bytes", many=True),
        25: Field("functions", "bytes", many=True), 26: Field("configuration", "bytes", many=True),
    },
    "Graph": {
        1: Field("node", "Node", many=True), 2: Field("name", "text"), 5: Field("initializer", "Tensor", many=True),
        10: Field("doc_string", "text"), 11: Field("input", "Value", many=True), 12: Field("output", "Value", many=True),
        13: Field("value_info", "Value", many=True), 14: Field("quantization_annotation", "bytes", many=True),
        15: Field("sparse_initializer", "bytes", many=True), 16: _META,
    },
    "Node": {
        1: Field("input", "text", many=True), 2: Field("output", "text", many=True), 3: Field("name", "text"),
        4: Field("op_type", "text"), 5: Field("attribute", "Attribute", many=True), 6: Field("doc_string", "text"),
        7: Field("domain", "text"), 8: Field("overload", "text"), 9: _META, 10: Field("device_configurations", "bytes", many=True),
    },
    "Attribute": {
        1: Field("name", "text"), 2: Field("f", "float"), 3: Field("i", "int"), 4: Field("s", "bytes"), 5: Field("t", "Tensor"),
        6: Field("g", "bytes"), 7: Field("floats", "float", many=True), 8: Field("ints", "int", many=True),
        9: Field("strings", "bytes", many=True), 10: Field("tensors", "bytes", many=True), 11: Field("graphs", "bytes", many=True),
        13: Field("doc_string", "text"), 14: Field("tp", "bytes"), 15: Field("type_protos", "bytes", many=True),
        20: Field("type", "int"), 21: Field("ref_attr_name", "text"), 22: Field("sparse_tensor", "bytes"),
        23: Field("sparse_tensors", "bytes", many=True),
    },
    "Tensor": {
        1: Field("dims", "int", many=True), 2: Field("data_type", "int"), 3: Field("segment", "bytes"),
        4: Field("float_data", "float", many=True), 5: Field("int32_data", "int", many=True), 6: Field("string_data", "bytes", many=True),
        7: Field("int64_data", "int", many=True), 8: Field("name", "text"), 9: Field("raw_data", "bytes"),
        10: Field("double_data", "double", many=True), 11: Field("uint64_data", "int", many=True), 12: Field("doc_string", "text"),
        13: Field("external_data", "bytes", many=True), 14: Field("data_location", "int"), 16: _META,
    },
    "Value": {1: Field("name", "text"), 2: Field("type", "Type"), 3: Field("doc_string", "text"), 4: _META},
    "Type": {
        1: Field("tensor_type", "TensorType"), 4: Field("sequence_type", "bytes"), 5: Field("map_type", "bytes"),
        6: Field("denotation", "text"), 7: Field("opaque_type", "bytes"), 8: Field("sparse_tensor_type", "bytes"),
        9: Field("optional_type", "bytes"),
    },
    "TensorType": {1: Field("elem_type", "int"), 2: Field("shape", "Shape")},
    "Shape": {1: Field("dim", "Dimension", many=True)},
    "Dimension": {1: Field("dim_value", "int"), 2: Field("dim_param", "text"), 3: Field("denotation", "text")},
    "Opset": {1: Field("domain", "text"), 2: Field("version", "int")},
    "Entry": {1: Field("key", "text"), 2: Field("value", "bytes")},
}  # fmt: skip
"""Parts that are refused whole (functions, subgraphs, sparse tensors) are not read at all: they are "bytes"."""

DTYPES = {  # data_type -> (NumPy's name, bytes an element)
    1: ("float32", 4), 2: ("uint8", 1), 3: ("int8", 1), 6: ("int32", 4), 7: ("int64", 8), 9: ("bool", 1),
    10: ("float16", 2), 11: ("float64", 8),
}  # fmt: skip
FIELD_OF = {1: "float_data", 2: "int32_data", 3: "int32_data", 6: "int32_data", 7: "int64_data", 9: "int32_data",
            10: "int32_data", 11: "double_data"}  # fmt: skip

"""Operators that a foreign network may consist of: arithmetic on dense tensors, whose cost follows from their shapes.

Left out, on purpose: subgraphs (If, Loop, Scan, SequenceMap), chance that no seed of ours reaches (RandomNormal, Bernoulli,
Multinomial and their kin), sequences, optionals, text, decoding of pictures, recurrences, quantised arithmetic, losses.
"""

ARITHMETIC = (
    "Abs Add And Ceil Clip Cos CumSum Div Equal Erf Exp Floor Greater GreaterOrEqual Less LessOrEqual Log Max Mean Min Mod Mul "
    "Neg Not Or Pow Reciprocal Round Sign Sin Sqrt Sub Sum Where Xor IsNaN IsInf Tan Atan"
)
ACTIVATIONS = (
    "Celu Elu Gelu HardSigmoid HardSwish LeakyRelu LogSoftmax Mish PRelu Relu Selu Sigmoid Softmax Softplus Softsign Swish Tanh "
    "ThresholdedRelu Hardmax"
)
LAYERS = (
    "Attention AveragePool BatchNormalization Conv ConvTranspose Dropout Einsum Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool "
    "GroupNormalization InstanceNormalization LayerNormalization LpNormalization LpPool LRN MatMul MaxPool "
    "MeanVarianceNormalization RMSNormalization RotaryEmbedding"
)
REDUCTIONS = (
    "ArgMax ArgMin ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum "
    "ReduceSumSquare"
)
SHAPES = (
    "Cast CastLike CenterCropPad Concat Constant ConstantOfShape DepthToSpace Expand EyeLike Flatten Gather GatherElements "
    "GatherND GridSample Identity OneHot Pad Range Reshape Resize ScatterElements ScatterND Shape Size Slice SpaceToDepth Split "
    "Squeeze Tile Transpose Trilu Unsqueeze Upsample"
)
ALLOWED = frozenset(" ".join((ARITHMETIC, ACTIVATIONS, LAYERS, REDUCTIONS, SHAPES)).split())

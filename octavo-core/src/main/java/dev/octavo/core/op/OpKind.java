package dev.octavo.core.op;

/** What an operator is for quantization. */
public enum OpKind {
    /** Convolutions and matrix products: where the multiply-accumulates are. */
    COMPUTES,
    /** Arithmetic on whole tensors that integer kernels exist for: additions, averages, sigmoids. */
    ARITHMETIC,
    /** A limit that the producer's grid can take over: Relu, Clip. */
    LIMITS,
    /** Moves elements without changing them: the output has the input's grid. */
    PASSES_THROUGH,
    /** Joins tensors: the inputs may share a grid with the output. */
    JOINS,
    /** Stays in float. */
    KEEPS_FLOAT
}

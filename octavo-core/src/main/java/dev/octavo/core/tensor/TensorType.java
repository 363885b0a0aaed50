package dev.octavo.core.tensor;

/**
 * What is known of a tensor before it is computed.
 *
 * @param dtype element type
 * @param shape extents, unknown ones allowed
 */
public record TensorType(DType dtype, Shape shape) {}

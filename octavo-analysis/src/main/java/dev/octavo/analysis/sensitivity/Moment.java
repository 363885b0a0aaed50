package dev.octavo.analysis.sensitivity;

import dev.octavo.core.data.Sample;
import dev.octavo.core.tensor.Tensor;
import java.util.Map;

/**
 * A sample between two steps.
 *
 * @param sample the sample
 * @param truth the outputs of the float network as a whole
 * @param real the state of the float network
 * @param coded the state of the quantized network, values on their common grids
 */
record Moment(Sample sample, Map<String, Tensor> truth, Map<String, Tensor> real, Map<String, Tensor> coded) {}

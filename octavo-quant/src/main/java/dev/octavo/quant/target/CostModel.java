package dev.octavo.quant.target;

import dev.octavo.core.graph.Value;

/** What things cost on the machine at hand, in microseconds per run of the network with batch 1. */
public interface CostModel {
    /** Running a group in float. */
    double inFloat(Group group);

    /** Running a group in integers. */
    double inIntegers(Group group);

    /** Turning a float value into codes. */
    double quantize(Value value);

    /** Turning codes into floats. */
    double dequantize(Value value);
}

package dev.octavo.quant.lower;

/** How lowering names what it adds, and how lifting recognises it. */
final class QdqNames {
    static final String QUANTIZE = "QuantizeLinear";
    static final String DEQUANTIZE = "DequantizeLinear";
    static final String QUANTIZED = "_QuantizeLinear_Output";
    static final String DEQUANTIZED = "_DequantizeLinear_Output";
    static final String CODES = "_quantized";
    static final String CLIPPED = "_Clip_Output";
    static final String RAW_OUTPUT = "_QuantizeLinear_Input";

    /** What numbers a name apart from an equal one, as a pattern. */
    static final String COUNTED = "(_\\d+)*";

    /** Metadata key of what Q/DQ nodes cannot say: bits and symmetry by site. */
    static final String SPECS = "octavo.specs";

    private QdqNames() {}
}

package dev.octavo.onnx;

import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Decides which tensors go into the model file and which lie beside it, and where there. */
final class Placement {
    // Readers map external data: big tensors begin where every system can map them, small ones on a page.
    private static final long BIG = 1 << 20;
    private static final long MAPPING_UNIT = 1 << 16;
    private static final long PAGE = 1 << 12;

    /**
     * A tensor in the data file.
     *
     * @param offset where its bytes begin
     */
    record Piece(Storage bytes, long offset) {}

    private final String location;
    private final OptionalLong externalFrom;
    private final boolean keepExternal;
    private final List<Piece> pieces = new ArrayList<>();
    private long end;

    /**
     * @param location the name of the data file, relative to the model's folder
     * @param externalFrom tensors of at least so many bytes go into the data file; empty for none
     * @param keepExternal whether tensors that were read from external data go there in any case
     */
    Placement(String location, OptionalLong externalFrom, boolean keepExternal) {
        this.location = location;
        this.externalFrom = externalFrom;
        this.keepExternal = keepExternal;
    }

    /** Everything into the model. */
    static Placement inline() {
        return new Placement("", OptionalLong.empty(), false);
    }

    String location() {
        return location;
    }

    /** What lies in the data file, by rising offset. */
    List<Piece> pieces() {
        return pieces;
    }

    /** Whether a tensor belongs into the data file. */
    boolean isExternal(Tensor t) {
        long size = t.storage().byteSize();
        boolean wasExternal = t.carried().orElse(null) instanceof Originals.OfTensor o && o.isExternal();
        boolean big = externalFrom.isPresent() && size > 0 && size >= externalFrom.getAsLong();
        return t.dtype() != DType.STRING && (big || (keepExternal && wasExternal));
    }

    /** Gives a tensor a place in the data file; empty when it belongs into the model. */
    OptionalLong offsetOf(Tensor t) {
        if (!isExternal(t)) {
            return OptionalLong.empty();
        }
        long size = t.storage().byteSize();
        long unit = size >= BIG ? MAPPING_UNIT : PAGE;
        long offset = (end + unit - 1) / unit * unit;
        pieces.add(new Piece(t.storage(), offset));
        end = offset + size;
        return OptionalLong.of(offset);
    }
}

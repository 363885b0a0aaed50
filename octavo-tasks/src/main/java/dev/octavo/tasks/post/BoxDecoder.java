package dev.octavo.tasks.post;

import dev.octavo.core.tensor.Tensor;
import dev.octavo.tasks.image.Placement;
import java.io.Serializable;
import java.util.Map;

/** From a network's outputs to candidate boxes on its tensor. */
public interface BoxDecoder extends Serializable {
    /** Takes candidates whose score is above {@link #least}. */
    interface Candidates {
        /** A candidate must score more than this. */
        float least();

        /** A box by centre and size, in pixels of the tensor. */
        void add(int label, float score, double centreX, double centreY, double width, double height);
    }

    /**
     * Decodes.
     *
     * @param outputs the network's outputs, first output first
     * @param placement how large the tensor is
     * @throws dev.octavo.core.ModelException when the outputs are not what was declared
     */
    void decode(Map<String, Tensor> outputs, Placement placement, Candidates candidates);
}

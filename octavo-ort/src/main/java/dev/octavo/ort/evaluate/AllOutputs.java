package dev.octavo.ort.evaluate;

import dev.octavo.core.data.Engine;
import dev.octavo.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Several open networks as one: each runs on the same inputs and gives all of its outputs as {@code NETWORK/OUTPUT}. The
 * data are then read once for all of them.
 *
 * @param networks the open networks by name, which has no slash; closed with this
 */
public record AllOutputs(Map<String, Engine.Session> networks) implements Engine.Session {
    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        networks.forEach((name, network) ->
                network.run(inputs).forEach((output, tensor) -> outputs.put(name + "/" + output, tensor)));
        return outputs;
    }

    @Override
    public void close() {
        networks.values().forEach(Engine.Session::close);
    }
}

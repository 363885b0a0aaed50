package dev.octavo.ort.evaluate;

import dev.octavo.core.data.Engine;
import dev.octavo.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Several open networks as one: each runs on the same inputs and gives its first output under its own name. The data
 * are then read once for all of them.
 *
 * @param networks the open networks by name; closed with this
 */
public record SideBySide(Map<String, Engine.Session> networks) implements Engine.Session {
    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        networks.forEach((name, network) ->
                outputs.put(name, network.run(inputs).values().iterator().next()));
        return outputs;
    }

    @Override
    public void close() {
        networks.values().forEach(Engine.Session::close);
    }
}

package dev.octavo.onnx.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.octavo.core.ModelException;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.QuantParams;
import dev.octavo.core.plan.QuantSpec;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Plans as JSON, one form per plan: equal plans give equal text. Scales are written with the fewest
 * digits that read back as the same float, replaced constants as base64 of little-endian float32.
 */
public final class PlanCodec {
    private static final String FORMAT = "octavo-plan/1";
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private PlanCodec() {}

    /** The plan as JSON text. */
    public static String write(Plan plan) {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", FORMAT);
        root.put("graph", plan.graphFingerprint());
        ObjectNode provenance = root.putObject("provenance");
        plan.provenance().forEach(provenance::put);
        ArrayNode sites = root.putArray("sites");
        plan.grids().forEach((site, grid) -> writeSite(sites.addObject(), site, grid, plan));
        ArrayNode floats = root.putArray("keepFloat");
        plan.floats()
                .forEach((site, because) ->
                        floats.addObject().put("site", site.toString()).put("because", because));
        ObjectNode constants = root.putObject("constants");
        plan.constants().forEach((name, t) -> writeConstant(constants.putObject(name), t));
        try {
            return JSON.writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a plan can always be written", e);
        }
    }

    private static void writeSite(ObjectNode o, Site site, Grid grid, Plan plan) {
        QuantSpec spec = grid.spec();
        o.put("site", site.toString());
        o.put("bits", spec.bits());
        o.put("signed", spec.signed());
        o.put("symmetric", spec.symmetric());
        spec.axis().ifPresent(a -> o.put("axis", a));
        ArrayNode scale = o.putArray("scale");
        grid.params().forEach(p -> scale.add(p.scale()));
        ArrayNode zero = o.putArray("zeroPoint");
        if (grid.params().stream()
                .allMatch(p -> p.zeroPoint() == grid.channel(0).zeroPoint())) {
            zero.add(grid.channel(0).zeroPoint());
        } else {
            grid.params().forEach(p -> zero.add(p.zeroPoint()));
        }
        String because = plan.reasons().get(site);
        if (because != null) {
            o.put("because", because);
        }
    }

    private static void writeConstant(ObjectNode o, Tensor t) {
        ArrayNode shape = o.putArray("shape");
        for (long d : t.shape().toArray()) {
            shape.add(d);
        }
        ByteBuffer bytes = t.storage().slice(0, Math.toIntExact(t.storage().byteSize()));
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        o.put("float32", Base64.getEncoder().encodeToString(copy));
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws ModelException if the text is not a plan
     */
    public static Plan read(String text) {
        try {
            JsonNode root = JSON.readTree(text);
            if (root == null || !FORMAT.equals(root.path("format").asText())) {
                throw new ModelException(
                        "this is no Octavo plan: it should say \"format\": \"" + FORMAT + "\"",
                        "give the .plan.json that quantize wrote");
            }
            TreeMap<Site, Grid> grids = new TreeMap<>();
            TreeMap<Site, String> reasons = new TreeMap<>();
            for (JsonNode s : required(root, "sites")) {
                Site site = Site.parse(required(s, "site").asText());
                grids.put(site, readGrid(s));
                if (s.has("because")) {
                    reasons.put(site, s.get("because").asText());
                }
            }
            TreeMap<Site, String> floats = new TreeMap<>();
            for (JsonNode s : required(root, "keepFloat")) {
                floats.put(
                        Site.parse(required(s, "site").asText()),
                        s.path("because").asText());
            }
            TreeMap<String, Tensor> constants = new TreeMap<>();
            for (Map.Entry<String, JsonNode> e : required(root, "constants").properties()) {
                constants.put(e.getKey(), readConstant(e.getValue()));
            }
            TreeMap<String, String> provenance = new TreeMap<>();
            required(root, "provenance")
                    .properties()
                    .forEach(e -> provenance.put(e.getKey(), e.getValue().asText()));
            return new Plan(required(root, "graph").asText(), grids, floats, reasons, constants, provenance);
        } catch (JsonProcessingException | IllegalArgumentException | ArithmeticException e) {
            throw new ModelException(
                    "this plan cannot be read: " + e.getMessage(), "give the .plan.json that quantize wrote", e);
        }
    }

    private static JsonNode required(JsonNode o, String key) {
        JsonNode v = o.get(key);
        if (v == null) {
            throw new IllegalArgumentException("'" + key + "' is missing");
        }
        return v;
    }

    private static Grid readGrid(JsonNode s) {
        OptionalInt axis = s.has("axis") ? OptionalInt.of(s.get("axis").asInt()) : OptionalInt.empty();
        QuantSpec spec = new QuantSpec(
                required(s, "bits").asInt(),
                required(s, "signed").asBoolean(),
                required(s, "symmetric").asBoolean(),
                axis);
        JsonNode scale = required(s, "scale");
        JsonNode zero = required(s, "zeroPoint");
        if (zero.size() != 1 && zero.size() != scale.size()) {
            throw new IllegalArgumentException(zero.size() + " zero points for " + scale.size() + " scales");
        }
        List<QuantParams> params = new ArrayList<>();
        for (int i = 0; i < scale.size(); i++) {
            params.add(new QuantParams(
                    Float.parseFloat(scale.get(i).asText()),
                    zero.get(zero.size() == 1 ? 0 : i).asInt()));
        }
        return new Grid(spec, params);
    }

    private static Tensor readConstant(JsonNode o) {
        JsonNode dims = required(o, "shape");
        long[] shape = new long[dims.size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = dims.get(i).asLong();
        }
        byte[] bytes = Base64.getDecoder().decode(required(o, "float32").asText());
        return Tensor.of(DType.FLOAT, Shape.of(shape), Storage.of(ByteBuffer.wrap(bytes)));
    }
}

package dev.octavo.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.octavo.core.graph.Attribute;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.tensor.Storage;
import dev.octavo.core.tensor.Tensor;
import dev.octavo.core.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Identifies what a graph computes: SHA-256 over operator versions, inputs, outputs, nodes and constants.
 * Two graphs with the same fingerprint can share evidence and plans.
 *
 * <p>Says nothing of comments, metadata and stated types of inner values, nor of how a file stores the
 * model: raw or typed fields, inside or in external data. Names count, for plans go by them.
 */
public final class Fingerprint {
    private static final int CHUNK = 1 << 20;
    private static final String VERSION = "octavo graph 1";

    /** Fields of a proto that say nothing about what is computed. */
    private static final Set<String> REMARKS = Set.of("doc_string", "metadata_props", "value_info");

    private final MessageDigest digest;
    private final ByteBuffer pending = ByteBuffer.allocate(1 << 13);

    private Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The fingerprint, 64 hexadecimal digits. */
    public static String of(Graph graph) {
        Fingerprint f = new Fingerprint();
        f.add(graph);
        f.flush();
        return HexFormat.of().formatHex(f.digest.digest());
    }

    private void add(Graph graph) {
        add(VERSION);
        Map<String, Long> opsets = new TreeMap<>(graph.opsets());
        add(opsets.size());
        opsets.forEach((domain, version) -> {
            add(domain);
            add(version);
        });
        add(graph.inputs().size());
        for (Value v : graph.inputs()) {
            add(v.name());
            add(v.type());
        }
        List<Node> nodes = graph.nodes();
        add(nodes.size());
        nodes.forEach(this::add);
        add(graph.outputs().size());
        graph.outputs().forEach(v -> add(v.name()));
        addConstants(graph);
        if (graph.carried().orElse(null) instanceof Originals.OfModel m) {
            m.shell().getFunctionsList().forEach(p -> add(p, m.data()));
            m.shell().getGraph().getSparseInitializerList().forEach(p -> add(p, m.data()));
        }
    }

    // By name, as an edit may change the order but not the meaning.
    private void addConstants(Graph graph) {
        List<Value> sorted = graph.values().stream()
                .filter(v -> v.producer().isEmpty())
                .sorted(Comparator.comparing(Value::name))
                .toList();
        for (Value v : sorted) {
            Optional<Tensor> tensor = v.constant();
            if (tensor.isPresent()) {
                add(v.name());
                add(tensor.get());
            } else if (v.carried().orElse(null) instanceof Originals.OfValue o
                    && o.opaque()
                    && o.tensor().isPresent()) {
                add(v.name());
                add(o.tensor().get(), ExternalData.none());
            }
        }
    }

    private void add(Node n) {
        add(n.type());
        add(n.domain());
        add(n.name());
        add(n.inputCount());
        for (int i = 0; i < n.inputCount(); i++) {
            add(n.input(i).map(Value::name).orElse(""));
        }
        add(n.outputCount());
        for (int i = 0; i < n.outputCount(); i++) {
            add(n.output(i).map(Value::name).orElse(""));
        }
        Map<String, Attribute> attributes = new TreeMap<>(n.attributes());
        add(attributes.size());
        attributes.forEach((key, value) -> {
            add(key);
            add(value);
        });
    }

    private void add(Attribute attribute) {
        add(attribute.getClass().getSimpleName());
        if (attribute instanceof Attribute.Int a) {
            add(a.value());
        } else if (attribute instanceof Attribute.Real a) {
            add(Float.floatToRawIntBits(a.value()));
        } else if (attribute instanceof Attribute.Text a) {
            add(a.value());
        } else if (attribute instanceof Attribute.Ints a) {
            add(a.values().size());
            a.values().forEach(this::add);
        } else if (attribute instanceof Attribute.Reals a) {
            add(a.values().size());
            a.values().forEach(v -> add(Float.floatToRawIntBits(v)));
        } else if (attribute instanceof Attribute.Texts a) {
            add(a.values().size());
            a.values().forEach(this::add);
        } else if (attribute instanceof Attribute.Dense a) {
            add(a.value());
        } else if (attribute instanceof Attribute.Foreign a && a.carried() instanceof Originals.OfAttribute o) {
            add(o.proto(), o.data());
        }
    }

    private void add(Optional<TensorType> type) {
        add(type.isPresent() ? 1 : 0);
        type.ifPresent(t -> {
            add(t.dtype().onnxCode());
            add(t.shape().rank());
            for (long extent : t.shape().toArray()) {
                add(extent);
            }
        });
    }

    private void add(Tensor t) {
        add(t.dtype().onnxCode());
        add(t.shape().rank());
        for (long extent : t.shape().toArray()) {
            add(extent);
        }
        Storage bytes = t.storage();
        add(bytes.byteSize());
        flush();
        for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
            digest.update(bytes.slice(at, (int) Math.min(CHUNK, bytes.byteSize() - at)));
        }
    }

    /** A proto that Octavo does not interpret, field by field. */
    private void add(Message m, ExternalData data) {
        if (m instanceof TensorProto t) {
            Optional<Tensor> tensor = data.decode(t);
            if (tensor.isPresent()) {
                add(t.getName());
                add(tensor.get());
                return;
            }
        }
        m.getAllFields().forEach((field, content) -> {
            if (REMARKS.contains(field.getName())) {
                return;
            }
            add(field.getNumber());
            List<?> elements = field.isRepeated() ? (List<?>) content : List.of(content);
            add(elements.size());
            elements.forEach(element -> add(field, element, data));
        });
        add(m.getUnknownFields().toByteString());
    }

    private void add(FieldDescriptor field, Object element, ExternalData data) {
        if (element instanceof Message inner) {
            add(inner, data);
        } else if (element instanceof ByteString bytes) {
            add(bytes);
        } else if (field.getJavaType() == FieldDescriptor.JavaType.FLOAT) {
            add(Float.floatToRawIntBits((Float) element));
        } else {
            add(String.valueOf(element));
        }
    }

    private void add(ByteString bytes) {
        add(bytes.size());
        flush();
        bytes.asReadOnlyByteBufferList().forEach(digest::update);
    }

    private void add(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        add(utf8.length);
        if (utf8.length > pending.remaining()) {
            flush();
        }
        if (utf8.length > pending.capacity()) {
            digest.update(utf8);
        } else {
            pending.put(utf8);
        }
    }

    private void add(long number) {
        if (pending.remaining() < Long.BYTES) {
            flush();
        }
        pending.putLong(number);
    }

    private void flush() {
        digest.update(pending.flip());
        pending.clear();
    }
}

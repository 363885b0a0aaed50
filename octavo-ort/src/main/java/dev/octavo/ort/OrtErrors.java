package dev.octavo.ort;

import ai.onnxruntime.OrtException;
import dev.octavo.core.ModelException;
import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What ONNX Runtime complains of, in terms of the user's model. */
final class OrtErrors {
    private static final Pattern PREFIX = Pattern.compile("^Error code - \\w+ - message: ");
    /* Where in its own sources ONNX Runtime is: a file, a line and a function's whole signature. */
    private static final Pattern SOURCE = Pattern.compile("/onnxruntime_src/\\S+:\\d+ .*?\\) ");
    private static final Pattern NO_KERNEL =
            Pattern.compile("Could not find an implementation for ([\\w.:]+)\\((-?\\d+)\\) node with name '([^']*)'");
    private static final Pattern NOT_REGISTERED =
            Pattern.compile("([\\w.]+:)?([\\w]+)\\((-?\\d+)\\) is not a registered function/op");
    private static final Pattern IN_NODE = Pattern.compile("In Node, \\(\"([^\"]*)\", ([^,]+), \"([^\"]*)\"");
    private static final Pattern NO_OP = Pattern.compile("No (?:Op|opset import for domain).*");
    private static final Pattern NODE = Pattern.compile("[Nn]ode:? ?\\(?(?:name:)?'?([^\\s')]+)'?\\)?");

    private OrtErrors() {}

    /** The error that opening a session gave. */
    static ModelException onOpening(Graph graph, OrtException e) {
        String text = text(e);
        Matcher noKernel = NO_KERNEL.matcher(text);
        if (noKernel.find()) {
            return unknownOp(graph, noKernel.group(1), noKernel.group(3), e);
        }
        Matcher unregistered = NOT_REGISTERED.matcher(text);
        if (unregistered.find()) {
            return unknownOp(graph, unregistered.group(2), "", e);
        }
        Matcher inNode = IN_NODE.matcher(text);
        if (inNode.find() && NO_OP.matcher(text).find()) {
            return unknownOp(graph, inNode.group(2), inNode.group(1), e);
        }
        return new ModelException(
                "ONNX Runtime refuses the model " + graph.name() + ": " + text,
                "check the model with onnx.checker, or look at the node that the message names",
                e);
    }

    /** The error that running a session gave; {@code what} was run on, a sample's name for instance. */
    static ModelException onRunning(String graph, String what, OrtException e) {
        String text = text(e);
        Matcher node = NODE.matcher(text);
        String where = node.find() ? " at node " + node.group(1) : "";
        return new ModelException(
                "running " + graph + " on " + what + " failed" + where + ": " + text,
                "check that the input is what the network expects",
                e);
    }

    private static ModelException unknownOp(Graph graph, String type, String nodeName, OrtException e) {
        String bare = type.substring(type.lastIndexOf(':') + 1);
        Optional<Node> node = graph.nodes().stream()
                .filter(n ->
                        n.type().equals(bare) && (nodeName.isEmpty() || n.name().equals(nodeName)))
                .findFirst();
        String label = node.map(Node::label).orElse(nodeName);
        String domain = node.map(Node::domain)
                .filter(d -> !d.isEmpty())
                .map(d -> d + ".")
                .orElse("");
        String version = node.map(n -> graph.opsets().get(n.domain()))
                .map(v -> " (operator set " + v + ")")
                .orElse("");
        return new ModelException(
                "the node '" + label + "' is a " + domain + bare + version + ", which ONNX Runtime " + Ort.version()
                        + " cannot run",
                "replace the node by standard operators when exporting, or convert the model to another operator set",
                e);
    }

    private static String text(OrtException e) {
        String message = e.getMessage() == null ? "unknown error" : e.getMessage();
        return SOURCE.matcher(PREFIX.matcher(message).replaceFirst(""))
                .replaceFirst("")
                .strip();
    }
}

package dev.octavo.ort.cost;

import dev.octavo.core.graph.Graph;
import dev.octavo.core.graph.Node;
import dev.octavo.core.graph.Value;
import dev.octavo.core.op.Weighted;
import dev.octavo.core.op.Workload;
import dev.octavo.core.plan.Grid;
import dev.octavo.core.plan.Plan;
import dev.octavo.core.plan.Site;
import dev.octavo.core.tensor.TensorType;
import dev.octavo.ort.OrtEngine;
import dev.octavo.ort.OrtStopwatch;
import dev.octavo.quant.Journal;
import dev.octavo.quant.lower.Lifting;
import dev.octavo.quant.lower.Lifting.Lifted;
import dev.octavo.quant.rewrite.NameNodes;
import dev.octavo.quant.target.Group;
import dev.octavo.quant.target.OnnxRuntimeCpu;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What ONNX Runtime really makes of a Q/DQ graph, read off the graph that it builds: which convolutions and
 * matrix products run in integers, which do not and why, and where that is not what was meant.
 *
 * @param computeNodes convolutions and matrix products
 * @param integerNodes those that run in integers
 * @param macs multiply-accumulates of all of them, for batch 1
 * @param integerMacs those in integers
 * @param floats the ones that run in float
 * @param problems where ONNX Runtime does something else than was meant
 */
public record ExportCheck(
        int computeNodes, int integerNodes, long macs, long integerMacs, List<InFloat> floats, List<Problem> problems) {
    private static final Set<String> INTEGER_KERNELS = Set.of(
            "QLinearConv",
            "QGemm",
            "QLinearMatMul",
            "MatMulInteger",
            "MatMulIntegerToFloat",
            "DynamicQuantizeMatMul",
            "ConvInteger");

    private static final int KERNEL_BITS = 8;

    /**
     * A convolution or matrix product in float.
     *
     * @param node its name in the float graph
     * @param operator its operator
     * @param macs multiply-accumulates
     * @param because why it is not in integers
     */
    public record InFloat(String node, String operator, long macs, String because) {}

    /** Something that ONNX Runtime does otherwise than was meant. */
    public record Problem(String node, String text) {}

    public ExportCheck {
        floats = List.copyOf(floats);
        problems = List.copyOf(problems);
    }

    /** The part of all multiply-accumulates that runs in integers, from 0 to 1. */
    public double integerShare() {
        return macs == 0 ? 0 : (double) integerMacs / macs;
    }

    /**
     * Checks a graph that Octavo lowered.
     *
     * @param graph the float graph it came from
     * @param lowered the Q/DQ graph
     * @param types element types and shapes of the float graph
     * @param integer the groups meant to run in integers
     * @param reasons why others are not
     */
    public static ExportCheck of(
            Graph graph,
            Graph lowered,
            Map<String, TensorType> types,
            Collection<Group> integer,
            Map<Group, String> reasons) {
        return check(Group.of(graph), OrtStopwatch.optimized(lowered), types, new HashSet<>(integer), reasons);
    }

    /** Checks any Q/DQ graph, whoever made it: meant for integers is what has grids all around. */
    public static ExportCheck of(Graph lowered) {
        Graph named = lowered.copy();
        new NameNodes().apply(named, new Journal());
        Lifted lifted = Lifting.lift(named, g -> "");
        Map<String, TensorType> types = OrtEngine.INSTANCE.inferTypes(lifted.graph());
        List<Group> groups = Group.of(lifted.graph());
        Set<Group> integer = new HashSet<>();
        Map<Group, String> reasons = new HashMap<>();
        for (Group g : groups) {
            Optional<String> missing = Weighted.of(g.node()).flatMap(w -> missing(w, g, lifted.plan(), types));
            missing.ifPresentOrElse(m -> reasons.put(g, m), () -> integer.add(g));
        }
        return check(groups, OrtStopwatch.optimized(named), types, integer, reasons);
    }

    /* What keeps a convolution or product of a Q/DQ graph from being one in integers. */
    private static Optional<String> missing(Weighted w, Group g, Plan plan, Map<String, TensorType> types) {
        for (int i = Weighted.INPUT; i <= Weighted.WEIGHT; i++) {
            Optional<Grid> grid = plan.gridFor((Site.OfUse) Site.ofInput(w.node(), i));
            String value = w.node().input(i).orElseThrow().name();
            boolean shielded = w.node()
                    .input(i)
                    .flatMap(Value::producer)
                    .filter(p -> p.is("DequantizeLinear"))
                    .isPresent();
            if (grid.isEmpty() && shielded) {
                return Optional.of("its input has a scale per channel, which keeps it in float");
            }
            if (grid.isEmpty()) {
                return Optional.of("its " + (i == Weighted.INPUT ? "input " : "weight ") + value + " is not quantized");
            }
            if (grid.get().spec().bits() > KERNEL_BITS) {
                return Optional.of(value + " has " + grid.get().spec().bits()
                        + " bits, and ONNX Runtime has integer kernels for 8 only");
            }
        }
        OnnxRuntimeCpu target = new OnnxRuntimeCpu();
        // A Q whose DQ has a scale per channel is no pair, and stays a node.
        boolean quantized = plan.grids().containsKey(Site.of(g.output()))
                || g.output().uses().stream().anyMatch(u -> u.node().is("QuantizeLinear"));
        if (!quantized && !target.givesFloat(w.node())) {
            return Optional.of("its output " + g.output().name() + " is not quantized");
        }
        return target.obstacle(g, types);
    }

    private static ExportCheck check(
            List<Group> groups,
            Graph optimized,
            Map<String, TensorType> types,
            Set<Group> integer,
            Map<Group, String> reasons) {
        Map<Group, String> kernels = kernels(groups, optimized);
        List<InFloat> floats = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        long[] macs = new long[2];
        int nodes = 0;
        for (Group g : groups) {
            if (Weighted.of(g.node()).isEmpty()) {
                continue;
            }
            nodes++;
            long own = Workload.macs(g.node(), types);
            macs[0] += own;
            String kernel = kernels.getOrDefault(g, "");
            String label = g.node().label();
            boolean runs = INTEGER_KERNELS.contains(kernel);
            macs[1] += runs ? own : 0;
            if (!runs) {
                String because = integer.contains(g)
                        ? "ONNX Runtime did not fuse it, although its inputs and output are quantized"
                        : reasons.getOrDefault(g, "it was kept in float");
                floats.add(new InFloat(label, g.node().type(), own, because));
            }
            problem(integer.contains(g), runs, kernel).ifPresent(text -> problems.add(new Problem(label, text)));
        }
        return new ExportCheck(nodes, nodes - floats.size(), macs[0], macs[1], floats, problems);
    }

    private static Optional<String> problem(boolean meant, boolean runs, String kernel) {
        if (meant && !runs) {
            return Optional.of("was meant for integers, but ONNX Runtime runs it in float"
                    + (kernel.isEmpty() ? "" : ", as " + kernel));
        }
        if (!meant && runs) {
            return Optional.of("was meant for float, but ONNX Runtime quantizes it by itself, its weight with one grid"
                    + " for all channels, and runs it as " + kernel
                    + ": give its input a scale per channel, or quantize it");
        }
        return Optional.empty();
    }

    /* The operator that each convolution or product became. */
    private static Map<Group, String> kernels(List<Group> groups, Graph optimized) {
        Origins origins = new Origins(groups);
        Map<Group, String> kernels = new HashMap<>();
        List<Node> strangers = new ArrayList<>();
        for (Node n : optimized.nodes()) {
            Optional<Group> g = origins.of(n)
                    .filter(o -> o instanceof Origins.Origin.OfGroup)
                    .map(o -> ((Origins.Origin.OfGroup) o).group())
                    .filter(o -> Weighted.of(o.node()).isPresent());
            if (g.isEmpty() && INTEGER_KERNELS.contains(n.type())) {
                strangers.add(n);
            } else if (g.isPresent() && (INTEGER_KERNELS.contains(n.type()) || isProduct(n))) {
                kernels.put(g.get(), n.type());
            }
        }
        // A kernel whose name tells nothing is that of the one node that is missing, in topological order.
        List<Group> missing = groups.stream()
                .filter(g -> Weighted.of(g.node()).isPresent() && !kernels.containsKey(g))
                .toList();
        for (int i = 0; i < strangers.size() && strangers.size() == missing.size(); i++) {
            kernels.put(missing.get(i), strangers.get(i).type());
        }
        return kernels;
    }

    private static boolean isProduct(Node n) {
        return n.type().contains("Conv")
                || n.type().contains("Gemm")
                || n.type().contains("MatMul");
    }
}

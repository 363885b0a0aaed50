package dev.octavo.analysis.check;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;

/**
 * What a model check says: findings, the weightiest first, and the tables they were read off.
 *
 * @param graph the network's name
 * @param target the runtime it is checked for
 * @param source what the plan is taken from: the scheme, or a quantized model
 * @param findings what will cost accuracy or time
 * @param fusions operators that one kernel could do and none does
 * @param shared weights and constants that are read more than once
 * @param inputs what operators read
 * @param outputs what operators give
 * @param sites what is done at each site
 * @param networkOutputs whether the network's outputs are on a grid
 * @param islands operators in float between integers
 * @param constants constants that act on activations, and how one grid holds them
 * @param ranges quantized values whose range the graph itself tells
 * @param joins what each Concat joins
 * @param weights each quantized weight
 * @param activations values whose channels batch normalisations tell, data or not
 * @param forecast whether integers will be faster
 */
public record CheckReport(
        String graph,
        String target,
        String source,
        List<Finding> findings,
        List<Unfused> fusions,
        List<Shared> shared,
        DtypeTable inputs,
        DtypeTable outputs,
        List<PlannedSite> sites,
        List<NetworkOutput> networkOutputs,
        List<Island> islands,
        List<HeldConstant> constants,
        List<KnownRange> ranges,
        List<Join> joins,
        List<WeightRow> weights,
        List<ActivationRow> activations,
        Forecast forecast) {

    /**
     * Operators that could be one.
     *
     * @param nodes the operators, in order
     * @param pattern their types
     * @param between what stands between them
     */
    public record Unfused(List<String> nodes, String pattern, String between) {
        public Unfused {
            nodes = List.copyOf(nodes);
        }
    }

    /**
     * A constant that several operators read.
     *
     * @param values its names: several where the model holds it more than once, or where others go with it, as a bias does
     * @param readers the nodes, one per call
     * @param gives the value that each call gives, and its grid
     */
    public record Shared(List<String> values, List<String> readers, List<String> gives) {
        public Shared {
            values = List.copyOf(values);
            readers = List.copyOf(readers);
            gives = List.copyOf(gives);
        }

        /** How often it is called. */
        public int calls() {
            return readers.size();
        }
    }

    /**
     * Numbers of tensors by operator and type.
     *
     * @param rows by operator: float, int8, int16, int32
     */
    public record DtypeTable(SortedMap<String, List<Integer>> rows) {
        /** The columns. */
        public static final List<String> COLUMNS = List.of("float", "int8", "int16", "int32");

        /** The number in a column over all operators. */
        public int total(int column) {
            return rows.values().stream().mapToInt(r -> r.get(column)).sum();
        }
    }

    /**
     * What is done at a site.
     *
     * @param site the value or use
     * @param dtype {@code float}, or the grid's type as {@code u8}
     * @param axis the channel axis, -1 for one grid
     * @param rule how its range is found: a rule's name, {@code fixed}, {@code same as …}, {@code from the model}
     * @param because why
     */
    public record PlannedSite(String site, String dtype, int axis, String rule, String because) {}

    /**
     * An output of the network.
     *
     * @param name its name
     * @param dtype what it is rounded to, {@code float} for none
     * @param giver the operator that computes it, changes of shape left out
     * @param product the product or convolution that leads to it with at most an addition of a constant between; may be
     *     empty
     */
    public record NetworkOutput(String name, String dtype, String giver, Optional<String> product) {}

    /**
     * Connected operators in float, with integers before and behind.
     *
     * @param nodes the operators
     * @param because why the first of them is in float
     * @param entering values that are turned into floats for it
     * @param leaving values that are turned into codes behind it
     * @param micros what these conversions take, about, in microseconds
     */
    public record Island(
            List<String> nodes, String because, List<String> entering, List<String> leaving, double micros) {
        public Island {
            nodes = List.copyOf(nodes);
            entering = List.copyOf(entering);
            leaving = List.copyOf(leaving);
        }
    }

    /**
     * A constant that multiplies, divides, or is added.
     *
     * @param value its name
     * @param operators the types of operators that read it
     * @param dtype what it is rounded to, {@code float} if it is not
     * @param spread largest magnitude over the least, 0 left out
     * @param coarse share that the grid changes by over a tenth, at the bits of {@code dtype} or at 8
     * @param worst largest relative error
     */
    public record HeldConstant(
            String value, List<String> operators, String dtype, double spread, double coarse, double worst) {}

    /**
     * A value whose range is known.
     *
     * @param value its name
     * @param low least it can be
     * @param high most it can be
     * @param from what tells
     * @param fixed the recipe line of a grid that covers exactly that
     */
    public record KnownRange(String value, double low, double high, String from, String fixed) {}

    /**
     * What a Concat joins.
     *
     * @param node the Concat
     * @param parts its inputs with the range known of each
     * @param bitsLost how much finer the grid of the smallest part could be, in bits; empty if a range is unknown
     */
    public record Join(String node, List<String> parts, OptionalDouble bitsLost) {
        public Join {
            parts = List.copyOf(parts);
        }
    }

    /**
     * A quantized weight.
     *
     * @param value its name
     * @param node the first operator that reads it
     * @param dtype its type and whether per channel
     * @param spreadBits largest channel over the least that is not dead, in bits: what one grid for all would cost
     * @param dead channels that are nothing but zeros
     * @param channels how many there are
     * @param narrow channels that are 4 bits or more smaller than the largest, dead ones not counted
     * @param lost channels of which the grid leaves less than half a step: all codes 0
     * @param sqnr signal to noise, in dB
     * @param worstChannel signal to noise of the worst channel that is not dead, in dB
     */
    public record WeightRow(
            String value,
            String node,
            String dtype,
            double spreadBits,
            int dead,
            int channels,
            int narrow,
            int lost,
            double sqnr,
            double worstChannel) {}

    /**
     * A value whose channels a batch normalisation tells.
     *
     * @param value its name
     * @param channels how many there are
     * @param spreadBits largest channel over the least that is not dead, in bits
     * @param narrow channels that have 4 bits or fewer of 8 left
     */
    public record ActivationRow(String value, int channels, double spreadBits, int narrow) {}

    /**
     * Whether integers will be faster.
     *
     * @param from {@code measured}, {@code remembered} or {@code rules}
     * @param speedup time in float over time quantized
     * @param floatMicros one run in float with one thread, in microseconds
     * @param quantizedMicros the same quantized
     * @param integerShare part of the multiply-accumulates that runs in integers
     * @param text all that in words, and with what it was done
     */
    public record Forecast(
            String from,
            double speedup,
            double floatMicros,
            double quantizedMicros,
            double integerShare,
            String text) {}

    public CheckReport {
        findings = findings.stream()
                .sorted(java.util.Comparator.comparingDouble(Finding::weight).reversed())
                .toList();
        fusions = List.copyOf(fusions);
        shared = List.copyOf(shared);
        sites = List.copyOf(sites);
        networkOutputs = List.copyOf(networkOutputs);
        islands = List.copyOf(islands);
        constants = List.copyOf(constants);
        ranges = List.copyOf(ranges);
        joins = List.copyOf(joins);
        weights = List.copyOf(weights);
        activations = List.copyOf(activations);
    }

    /** The findings of a kind. */
    public List<Finding> findings(Finding.Kind kind) {
        return findings.stream().filter(f -> f.kind() == kind).toList();
    }
}

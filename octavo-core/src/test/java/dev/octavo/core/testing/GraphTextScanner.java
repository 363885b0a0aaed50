package dev.octavo.core.testing;

import dev.octavo.core.graph.Attribute;
import dev.octavo.core.tensor.DType;
import dev.octavo.core.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the words, numbers and lists of a {@link GraphText}. */
final class GraphTextScanner {
    private static final Pattern SPACE = Pattern.compile("\\s*");
    private static final Pattern NUMBER = Pattern.compile("-?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?(?![\\w/])");
    private static final Pattern WORD = Pattern.compile("[\\p{L}_/][\\p{L}\\p{N}_./']*");
    private static final Pattern OPERATOR = Pattern.compile("([a-z][\\w.]*::)?\\p{Lu}\\w*");
    private static final Pattern DIM = Pattern.compile("\\d+|\\?|\\p{L}\\w*");
    private static final Pattern KEY = Pattern.compile("(\\w+)\\s*=");

    /**
     * Numbers in braces.
     *
     * @param whole whether all are written as integers
     */
    record Numbers(List<Double> values, boolean whole) {}

    private final String text;
    private int at;

    GraphTextScanner(String text) {
        this.text = text;
    }

    IllegalArgumentException error(String what) {
        return new IllegalArgumentException(
                what + ", at the arrow:\n" + text.substring(0, at) + " ==> " + text.substring(at));
    }

    boolean atEnd() {
        skip();
        return at == text.length();
    }

    void requireEnd() {
        if (!atEnd()) {
            throw error("'->', ',' or ';' was expected");
        }
    }

    boolean peek(String symbol) {
        skip();
        return text.startsWith(symbol, at);
    }

    boolean take(String symbol) {
        boolean found = peek(symbol);
        at += found ? symbol.length() : 0;
        return found;
    }

    void require(String symbol) {
        if (!take(symbol)) {
            throw error("'" + symbol + "' was expected");
        }
    }

    boolean atOperator() {
        return find(OPERATOR).isPresent();
    }

    boolean atNumber() {
        return find(NUMBER).isPresent();
    }

    /** Takes an arrow that leads to names and not to an operator. */
    boolean takeArrowToNames() {
        int before = at;
        if (take("->") && !atOperator()) {
            return true;
        }
        at = before;
        return false;
    }

    /** An operator's type and domain. */
    String[] operator() {
        String full = next(OPERATOR, "an operator");
        int colons = full.indexOf("::");
        return colons < 0
                ? new String[] {full, ""}
                : new String[] {full.substring(colons + 2), full.substring(0, colons)};
    }

    String word(String what) {
        return next(WORD, what);
    }

    double number() {
        return Double.parseDouble(next(NUMBER, "a number"));
    }

    DType dtype() {
        String name = next(WORD, "an element type");
        try {
            return SeededTensors.dtype(name);
        } catch (IllegalArgumentException e) {
            throw error("there is no element type " + name);
        }
    }

    /** A shape in brackets, if one comes next. */
    Optional<Shape> shape() {
        if (!take("[")) {
            return Optional.empty();
        }
        List<Long> dims = new ArrayList<>();
        while (!take("]")) {
            String dim = next(DIM, "an extent");
            dims.add(Character.isDigit(dim.charAt(0)) ? Long.parseLong(dim) : Shape.UNKNOWN);
            take(",");
        }
        return Optional.of(Shape.of(dims));
    }

    /** Numbers in braces. */
    Numbers numbers() {
        require("{");
        List<String> parts = new ArrayList<>();
        while (!take("}")) {
            parts.add(next(NUMBER, "a number"));
            take(",");
        }
        List<Double> values = parts.stream().map(Double::parseDouble).toList();
        return new Numbers(values, parts.stream().allMatch(GraphTextScanner::isWhole));
    }

    /** Attributes up to a closing parenthesis. */
    Map<String, Attribute> attributes() {
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        while (!peek(")")) {
            Matcher key = find(KEY).orElseThrow(() -> error("an attribute was expected, such as group=2"));
            at = key.end();
            attributes.put(key.group(1), attribute());
            take(",");
        }
        return attributes;
    }

    private Attribute attribute() {
        boolean list = take("[");
        List<String> parts = new ArrayList<>();
        do {
            parts.add(atNumber() ? next(NUMBER, "a number") : next(WORD, "the value of an attribute"));
        } while (anotherPart());
        if (list) {
            require("]");
        }
        boolean many = list || parts.size() > 1;
        if (parts.stream().allMatch(GraphTextScanner::isWhole)) {
            List<Long> values = parts.stream().map(Long::parseLong).toList();
            return many ? new Attribute.Ints(values) : new Attribute.Int(values.get(0));
        } else if (parts.stream().allMatch(p -> NUMBER.matcher(p).matches())) {
            List<Float> values = parts.stream().map(Float::parseFloat).toList();
            return many ? new Attribute.Reals(values) : new Attribute.Real(values.get(0));
        }
        return many ? new Attribute.Texts(parts) : new Attribute.Text(parts.get(0));
    }

    // A comma may also come before the next attribute: pads=1,1, group=2
    private boolean anotherPart() {
        int before = at;
        if (take(",") && find(KEY).isEmpty() && !peek(")")) {
            return true;
        }
        at = before;
        return false;
    }

    private static boolean isWhole(String number) {
        return number.matches("-?\\d+");
    }

    private void skip() {
        Matcher m = SPACE.matcher(text).region(at, text.length());
        at = m.lookingAt() ? m.end() : at;
    }

    private Optional<Matcher> find(Pattern p) {
        skip();
        Matcher m = p.matcher(text).region(at, text.length()).useTransparentBounds(true);
        return m.lookingAt() ? Optional.of(m) : Optional.empty();
    }

    private String next(Pattern p, String what) {
        Matcher m = find(p).orElseThrow(() -> error(what + " was expected"));
        at = m.end();
        return m.group();
    }
}
